package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "get",
    sortOptions = false,
    description = "Prints an entry of the log, decoded; its signature is its actor's affair.")
final class LogGetCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "INDEX", description = "from 0 on")
  long index;

  @Option(names = "--raw", description = "the octets of the entry and nothing else")
  boolean raw;

  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogGetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var head = LogHead.read(files, options.policy(files, terminal)).accepted(files);
    if (index < 0 || index >= head.checkpoint().size())
      throw new CommandFailure(
          Exit.REFUSED,
          "the log has the entries 0 to " + (head.checkpoint().size() - 1) + ", not " + index);
    var leaf = Bytes.wrap(new LogTree(files, head.checkpoint()).entry(index));
    if (raw) {
      terminal.out().writeBytes(leaf.toArray());
      return Exit.OK;
    }
    terminal.out().print(text(leaf));
    return Exit.OK;
  }

  private String text(Bytes octets) {
    var leaf = LedgerLeaf.parse(octets);
    var heading = "%-9s %d%n%-9s %s%n".formatted("leaf", index, "type", leaf.type());
    return heading
        + switch (leaf) {
          case LedgerLeaf.Entry(var signed) ->
              line("signed by", signed.keyId()) + yaml(signed.entry().canonical());
          case LedgerLeaf.Batch(var batch) ->
              line("signed by", batch.keyId()) + yaml(batch.statement().canonical());
          case LedgerLeaf.Single(var body) -> line("signed by", body.key().keyId()) + yaml(octets);
          case LedgerLeaf.Strange(var why) ->
              line("because", why) + line("octets", Integer.toString(octets.size()));
        };
  }

  private static String line(String name, String value) {
    return "%-9s %s%n".formatted(name, Table.harmless(value));
  }

  private static String yaml(Bytes json) {
    try {
      return Yaml.yaml(Json.parse(json.unsafeArray(), Bounds.ofBytes(json.size())));
    } catch (JsonException e) {
      throw new AssertionError("it was parsed before", e);
    }
  }
}
