package dev.windlass.artifact;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a module could not be fetched; its message is for the user and holds no secret. */
public final class FetchException extends IOException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  public enum Kind {
    /** No connection, no TLS session, no answer in time, or the answer broke off. */
    UNREACHABLE(false),
    /** The server says that it cannot now: 408, 429, 5xx. */
    BUSY(false),
    /** 401 or 403. */
    DENIED(false),
    /** 404 or 410. */
    NOT_FOUND(false),
    /** It is something, but no Wasm artifact. */
    NOT_WASM(true),
    /** An answer that the specification does not know. */
    MALFORMED(true),
    DIGEST_MISMATCH(true),
    TOO_LARGE(true);

    private final boolean lasting;

    Kind(boolean lasting) {
      this.lasting = lasting;
    }

    /** Whether asking again the same way is pointless. */
    public boolean lasting() {
      return lasting;
    }
  }

  private final Kind kind;
  private final transient @Nullable Duration retryAfter;

  FetchException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.retryAfter = null;
  }

  FetchException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = null;
  }

  FetchException(String message, Duration retryAfter) {
    super(message);
    this.kind = Kind.BUSY;
    this.retryAfter = retryAfter;
  }

  public Kind kind() {
    return kind;
  }

  /** What the server asked for. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
