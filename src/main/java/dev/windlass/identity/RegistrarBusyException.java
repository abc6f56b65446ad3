package dev.windlass.identity;

import java.io.IOException;
import java.time.Duration;

/** The registrar cannot decide now, for no fault of the request's: ask again later. */
public final class RegistrarBusyException extends IOException {
  private static final long serialVersionUID = 1;
  private final long retryAfterSeconds;

  RegistrarBusyException(String message, Duration retryAfter) {
    super(message);
    this.retryAfterSeconds = retryAfter.toSeconds();
  }

  /** At least so long, as the registrar said; zero if it did not say. */
  public Duration retryAfter() {
    return Duration.ofSeconds(retryAfterSeconds);
  }
}
