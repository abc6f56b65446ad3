package dev.windlass.log;

import java.time.Duration;

/** What became of a submission. */
public sealed interface Added {
  /**
   * Its leaf is committed: it stays in the log whatever dies now.
   *
   * @param duplicate the log had this leaf before; nothing was added
   */
  record Logged(long index, boolean duplicate) implements Added {}

  /** It will never be taken, however often it comes. */
  record Refused(Refusal reason, String detail) implements Added {
    @Override
    public String toString() {
      return reason.word() + ": " + detail;
    }
  }

  /** Not now; whether its leaf is in the log is not known. Give the same octets again. */
  record Later(Duration retryAfter, String why) implements Added {}
}
