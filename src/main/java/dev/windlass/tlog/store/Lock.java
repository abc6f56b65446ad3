package dev.windlass.tlog.store;

import java.io.IOException;
import java.util.Optional;

/**
 * Where the last committed, log-signed checkpoint lies (the octets of its note). Trusted: who
 * rewrites it can fork the log.
 *
 * <p>Whoever holds a Lock is the only one; opening a second one for the same log is refused by the
 * implementation. One thread uses it. Calls block.
 */
public interface Lock extends AutoCloseable {
  /** The checkpoint, or empty for a log that was never committed. */
  Optional<byte[]> load() throws IOException;

  /**
   * Puts {@code next} in the place of {@code expected}, in one step that survives a power failure
   * once this returns true.
   *
   * @param expected what {@link #load} or the last successful replace left here
   * @return false when something else stands there: another sequencer runs, and ours must stop
   * @throws UnchangedException when it failed and certainly changed nothing
   * @throws IOException when nobody knows whether it was replaced
   */
  boolean replace(Optional<byte[]> expected, byte[] next) throws IOException;

  /** Lets another one in. */
  @Override
  void close() throws IOException;

  /** The checkpoint was certainly not replaced. */
  final class UnchangedException extends IOException {
    private static final long serialVersionUID = 1;

    public UnchangedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Another process, or another part of this one, holds this lock. */
  final class HeldException extends IOException {
    private static final long serialVersionUID = 1;

    public HeldException(String message) {
      super(message);
    }
  }
}
