package dev.windlass.cli;

import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    sortOptions = false,
    description = "Shows what a function wrote to stderr, oldest first, and how its runs failed.")
final class LogsCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "[NAMESPACE/]NAME", description = "the function")
  String name = "";

  @Option(
      names = {"-f", "--follow"},
      description = "goes on with what comes, until Ctrl-C")
  boolean follow;

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  LogsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var function = DeployCommand.functionName(name);
    var path = Head.functionPath(function) + "/logs" + (follow ? "?follow=true" : "");
    head.head(terminal).lines(path, follow, this::print);
    return Exit.OK;
  }

  private void print(Located at) {
    try {
      var who =
          at.get("at").text()
              + " "
              + at.get("invocation").text()
              + " "
              + at.get("worker").text().replaceFirst(".*/", "");
      at.get("text").text().lines().forEach(line -> line(who, line));
      long dropped = at.get("dropped").integer(0, Json.MAX_INTEGER);
      if (dropped > 0) line(who, "(" + dropped + " bytes more were dropped)");
      var outcome = at.get("outcome").text();
      if (!outcome.equals("ok")) line(who, "(ended: " + outcome + ")");
      terminal.out().flush();
    } catch (JsonException e) {
      throw new CommandFailure(Exit.REFUSED, "a log line that no head writes: " + e.getMessage());
    }
  }

  private void line(String who, String text) {
    terminal.out().println(Table.harmless(who + "  " + text));
  }
}
