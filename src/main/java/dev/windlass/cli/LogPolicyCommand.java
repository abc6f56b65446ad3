package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "policy",
    sortOptions = false,
    description = {
      "Prints the policy that the log names: its key, its witnesses, their quorum.",
      "",
      "It is the log's own word. Compare it with what its operator and the witnesses say, then keep"
          + " it: `verify`, `mirror` and the other commands take it with --policy."
    })
final class LogPolicyCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogPolicyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var policy = options.hasPolicy() ? options.policy(files, terminal) : LogOptions.policyOf(files);
    terminal.out().print(policy.text());
    return Exit.OK;
  }
}
