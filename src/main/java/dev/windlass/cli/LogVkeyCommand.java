package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "vkey",
    sortOptions = false,
    description = "Prints the key that the log signs with, as policies and witnesses take it.")
final class LogVkeyCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogVkeyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var policy = options.policy(options.files(terminal), terminal);
    for (var log : policy.logs()) terminal.out().println(log.key());
    return Exit.OK;
  }
}
