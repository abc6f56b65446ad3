package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    sortOptions = false,
    description = "Takes a function away, with all its versions; requests in flight end.")
final class DeleteCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "[NAMESPACE/]NAME", description = "the function")
  String name = "";

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  DeleteCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var function = DeployCommand.functionName(name);
    head.head(terminal).delete(function);
    terminal.out().println(function + " is deleted");
    return Exit.OK;
  }
}
