package dev.windlass.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "log",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Reads, checks and serves the public log.",
      "",
      "Whatever a command shows of a log it has checked: the log's signature, the quorum of"
          + " witnesses, and the Merkle tree under it. Exit code 4: something does not hold."
    },
    footer = {"", "`windlass log COMMAND --help` says more."})
final class LogCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  static Map<String, Supplier<Object>> commands(Ports ports, Terminal terminal) {
    var commands = new LinkedHashMap<String, Supplier<Object>>();
    commands.put("show", () -> new LogShowCommand(terminal));
    commands.put("head", () -> new LogHeadCommand(terminal));
    commands.put("get", () -> new LogGetCommand(terminal));
    commands.put("vkey", () -> new LogVkeyCommand(terminal));
    commands.put("policy", () -> new LogPolicyCommand(terminal));
    commands.put("replay", () -> new LogReplayCommand(terminal));
    commands.put("monitor", () -> new LogMonitorCommand(ports, terminal));
    commands.put("fsck", () -> new LogFsckCommand(ports, terminal));
    commands.put("serve", () -> new LogServeCommand(ports.roles()));
    return commands;
  }

  @Override
  public Integer call() {
    if (spec == null) throw new AssertionError("picocli injects it");
    throw new ParameterException(spec.commandLine(), "missing COMMAND");
  }
}
