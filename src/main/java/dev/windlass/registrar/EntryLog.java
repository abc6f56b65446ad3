package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The registrar's entries: made, signed with its key, and brought into the log. An entry of the
 * same facts has the same octets, so that entering it again gives the same index. For any thread.
 *
 * <p>A worker has one {@code worker.register} entry for each certificate: the newest says until
 * when its key counts. A {@code worker.revoke} entry is final for the key, wherever it stands: a
 * renewal that was on its way may come after it.
 */
final class EntryLog {
  /** Of one who waits for an index; the log commits within a quarter of a second. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final String REASON = "revoked by the operator";

  private final Ed25519Key key;
  private final RegistrarLog log;

  EntryLog(Ed25519Key key, RegistrarLog log) {
    this.key = key;
    this.log = log;
  }

  /** Whose results count only with an index: heads that join by a token have no receipt keys. */
  static boolean isEntered(SpiffeId id) {
    return id.role().equals(SpiffeId.WORKER);
  }

  static LogEntry registration(RegisteredKey worker, Instant at) {
    var holder = holder(worker.id(), worker.certificate(), worker.notAfter());
    return new LogEntry.WorkerRegister(
        at, holder, worker.key(), Optional.empty(), Optional.empty());
  }

  /** Of one that was revoked. */
  static LogEntry revocation(RegisteredKey worker) {
    var at = worker.revokedAt();
    if (at == null) throw new IllegalArgumentException("not revoked: " + worker.id());
    return new LogEntry.WorkerRevoke(at, worker.id().toString(), worker.key().keyId(), REASON);
  }

  static LogEntry.Holder holder(SpiffeId id, Digest certificate, Instant notAfter) {
    return new LogEntry.Holder(id.toString(), certificate, Optional.empty(), notAfter);
  }

  /** Signs it and hands it over; never throws. */
  CompletableFuture<Long> append(LogEntry entry) {
    var submission = new Submission.Plain(SignedEntry.sign(entry, key).leaf()).encode();
    return append(submission);
  }

  private CompletableFuture<Long> append(Bytes submission) {
    try {
      return log.append(submission).toCompletableFuture();
    } catch (RuntimeException e) { // the edge: a port that fails must not end a renewal
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Waits for it.
   *
   * @throws IOException if the log refuses or does not answer in time; it may still enter it
   */
  long await(CompletableFuture<Long> index) throws IOException {
    try {
      return index.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the log: " + words(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the log has not answered within " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the log was asked");
    }
  }

  /** A connection that nobody takes says why only in what caused it, if at all. */
  private static String words(Throwable why) {
    for (var cause = why; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) return cause.getMessage();
    }
    return why.getClass().getSimpleName();
  }
}
