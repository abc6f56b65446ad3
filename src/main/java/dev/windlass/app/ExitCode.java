package dev.windlass.app;

/** Exit codes of roles; docs/cli.md has those of all commands. */
final class ExitCode {
  static final int OK = 0;

  /** A file, a port or this machine is the reason, or the process lost what it needs. */
  static final int LOCAL = 6;

  private ExitCode() {}
}
