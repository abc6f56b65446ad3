package dev.windlass.app;

/** Exit codes of roles; those of sysexits.h where one fits. */
final class ExitCode {
  static final int OK = 0;
  static final int USAGE = 64;

  /** It cannot start here, or lost what it needs. */
  static final int UNAVAILABLE = 69;

  private ExitCode() {}
}
