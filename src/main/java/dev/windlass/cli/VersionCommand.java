package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Shows the versions of Windlass and of Java.")
final class VersionCommand implements Callable<Integer> {
  private final Ports ports;
  private final Terminal terminal;

  VersionCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    terminal.out().println("windlass " + ports.version());
    terminal.out().println("java " + Runtime.version());
    return Exit.OK;
  }
}
