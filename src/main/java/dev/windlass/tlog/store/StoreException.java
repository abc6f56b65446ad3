package dev.windlass.tlog.store;

import java.time.Duration;

/** Why the log did not do what it was asked for. What it means for the caller is in the case. */
public abstract sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  private StoreException(String message) {
    super(message);
  }

  /** Too much waits already; nothing was taken. */
  public static final class Full extends StoreException {
    private static final long serialVersionUID = 1;
    private final Duration retryAfter;

    Full(int queued, long queuedBytes, Duration retryAfter) {
      super(
          "the log is behind: "
              + queued
              + " entries of "
              + queuedBytes
              + " octets wait, come again in "
              + retryAfter.toSeconds()
              + " s");
      this.retryAfter = retryAfter;
    }

    /** At least a second. */
    public Duration retryAfter() {
      return retryAfter;
    }
  }

  /** The entry can never be in a log. */
  public static final class EntryTooLarge extends StoreException {
    private static final long serialVersionUID = 1;

    EntryTooLarge(int octets, int most) {
      super("an entry of " + octets + " octets, at most " + most + " fit");
    }
  }

  /** This batch is certainly not in the log; the log goes on. The same entry may be tried again. */
  public static final class BatchFailed extends StoreException {
    private static final long serialVersionUID = 1;

    BatchFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Nobody knows what is on the disk, so this sequencer does nothing more: the entry may be in the
   * log or not. Close it and open another one, which finds out.
   */
  public static final class Broken extends StoreException {
    private static final long serialVersionUID = 1;

    Broken(String message, Throwable cause) {
      super(message, cause);
    }

    Broken(String message) {
      super(message);
    }
  }

  /** The sequencer was closed; nothing was taken. */
  public static final class Closed extends StoreException {
    private static final long serialVersionUID = 1;

    Closed() {
      super("the log is closed");
    }
  }

  /** What is stored does not let the log start. The message says what differs and what to do. */
  public static final class CannotOpen extends StoreException {
    private static final long serialVersionUID = 1;

    CannotOpen(String message) {
      super(message);
    }

    CannotOpen(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A checkpoint that must not be published. */
  public static final class NotPublishable extends StoreException {
    private static final long serialVersionUID = 1;

    NotPublishable(String message) {
      super(message);
    }
  }
}
