package dev.windlass.cli;

/** Exit codes; docs/cli.md says the same. */
final class Exit {
  static final int OK = 0;

  /** The function failed, or an answer says so. */
  static final int FUNCTION = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** No head answers at the URL. */
  static final int UNREACHABLE = 3;

  /** A result, or something of a log, does not verify. */
  static final int UNVERIFIED = 4;

  /** The head refused; it says why. */
  static final int REFUSED = 5;

  /** A file or this machine is the reason. */
  static final int LOCAL = 6;

  /** {@code receipt}, {@code invoke --receipt}: it is on its way; come again. */
  static final int PENDING = 7;

  /**
   * {@code verify}: the file cannot be read as what it should be. A check that failed has its own
   * number, {@link dev.windlass.receipt.Check.Subject#exitCode}, from this on.
   */
  static final int FIRST_CHECK = 10;

  /** {@code log}: somebody broke a promise that they signed. */
  static final int MISBEHAVIOUR = 20;

  /** {@code run}: the time is up, as {@code timeout(1)} has it. */
  static final int OUT_OF_TIME = 124;

  /** {@code run}: no engine, or it failed. */
  static final int ENGINE = 125;

  /** {@code run}: the module cannot be used. */
  static final int MODULE = 126;

  /** {@code run}: as a process that got SIGABRT. */
  static final int TRAP = 134;

  /** {@code run}: as a process that was killed for its memory. */
  static final int OUT_OF_MEMORY = 137;

  /** {@code run}: as a process that got SIGSEGV. */
  static final int STACK_OVERFLOW = 139;

  /** {@code run}: as a process that got SIGXCPU. */
  static final int OUT_OF_FUEL = 152;

  /** {@code run}: as a process that got SIGXFSZ. */
  static final int OUTPUT_TOO_LARGE = 153;

  private Exit() {}
}
