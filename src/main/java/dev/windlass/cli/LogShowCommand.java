package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "show",
    sortOptions = false,
    description = "Shows the log's checkpoint: its size, its root, and who cosigned it when.")
final class LogShowCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogShowCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var head = LogHead.read(files, options.policy(files, terminal));
    terminal.out().print(head.text());
    if (head.verdict().isAccepted()) return Exit.OK;
    terminal.out().println("NOT believed: " + Table.harmless(head.verdict().reason()));
    return Exit.UNVERIFIED;
  }
}
