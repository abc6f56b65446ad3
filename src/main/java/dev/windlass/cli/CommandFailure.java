package dev.windlass.cli;

import java.util.List;

/** Ends a command: one line that says what is wrong, and lines that help. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exit;
  private final transient List<String> more;

  CommandFailure(int exit, String message, String... more) {
    super(message);
    this.exit = exit;
    this.more = List.of(more);
  }

  int exit() {
    return exit;
  }

  /** Further lines, for the person. */
  List<String> more() {
    return more;
  }
}
