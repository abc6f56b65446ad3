package dev.windlass.tlog.store;

import java.io.IOException;

/**
 * Counts the writes of the fakes that share it, and makes one of them go wrong. What fails, fails
 * once.
 */
final class Faults {
  enum Fault {
    /** Nothing was written, and the writer is told that it failed. */
    LOST,
    /** It was written, and the writer is told that it failed. */
    PERSISTED_BUT_REPORTED_FAILED
  }

  interface Write {
    void run() throws IOException;
  }

  private int writes;
  private int failing = -1;
  private Fault fault = Fault.LOST;
  private String failed = "";

  /** The n-th write from now on, from 0. */
  void failAt(int n, Fault how) {
    failing = writes + n;
    fault = how;
    failed = "";
  }

  void heal() {
    failing = -1;
  }

  int writes() {
    return writes;
  }

  /** What was failed, or nothing. */
  String failed() {
    return failed;
  }

  void write(String what, Write write) throws IOException {
    if (writes++ != failing) {
      write.run();
      return;
    }
    failed = what;
    if (fault == Fault.PERSISTED_BUT_REPORTED_FAILED) write.run();
    throw new IOException("injected fault: " + what + " " + fault);
  }
}
