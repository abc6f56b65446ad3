package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "head",
    sortOptions = false,
    description = {
      "Prints the log's checkpoint as it is signed (c2sp.org/tlog-checkpoint), for a file.",
      "",
      "Prints nothing that the policy does not believe (exit code 4)."
    })
final class LogHeadCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogHeadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var head = LogHead.read(files, options.policy(files, terminal)).accepted(files);
    terminal.out().print(head.note().encoded());
    return Exit.OK;
  }
}
