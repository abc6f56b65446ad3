package dev.windlass.cli;

import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "get",
    sortOptions = false,
    description = {
      "Shows what a head has: functions [NAME], workers, results [INVOCATION], trust (the file for"
          + " `windlass verify --trust`), or a new join-token for a worker.",
    })
final class GetCommand implements Callable<Integer> {
  enum Kind {
    FUNCTIONS,
    WORKERS,
    RESULTS,
    TRUST,
    JOIN_TOKEN
  }

  enum Output {
    TABLE,
    WIDE,
    JSON,
    YAML
  }

  @Parameters(
      index = "0",
      paramLabel = "functions|workers|results|trust|join-token",
      description = "what to show")
  String kind = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ID",
      description = "one function by its name, or one result by its invocation")
  @Nullable String id;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json|yaml",
      description = "default: table")
  Output output = Output.TABLE;

  @Option(
      names = "--function",
      paramLabel = "[NAMESPACE/]NAME",
      description = "results of this function only")
  @Nullable String function;

  @Option(names = "--limit", paramLabel = "N", description = "so many results (default: 50)")
  int limit = 50;

  @Option(
      names = "--direct",
      description =
          "with results ID: the worker's direct signature instead of its signature of a batch")
  boolean direct;

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  GetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var target = head.head(terminal);
    try {
      switch (kind()) {
        case FUNCTIONS -> functions(target);
        case WORKERS -> print(target.get("/api/v1/workers"), "workers");
        case RESULTS -> results(target);
        case TRUST -> document(target.get("/api/v1/trust"));
        case JOIN_TOKEN -> joinToken(target.post("/api/v1/join-tokens"));
      }
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.REFUSED, target.url() + " answered what no head does: " + e.getMessage());
    }
    return Exit.OK;
  }

  private Kind kind() {
    for (var one : Kind.values()) {
      var word = one.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (kind.equals(word) || word.equals(kind + "s")) return one;
    }
    throw new CommandFailure(
        Exit.USAGE,
        "there is no `get " + kind + "`: functions, workers, results, trust or join-token");
  }

  private void functions(Head target) {
    if (id == null) {
      print(target.get("/api/v1/functions"), "functions");
      return;
    }
    document(target.get(Head.functionPath(DeployCommand.functionName(id))));
  }

  private void results(Head target) {
    if (id != null) {
      if (!id.matches("[0-9a-f-]{36}"))
        throw new CommandFailure(Exit.USAGE, "not an invocation (a UUID): " + id);
      document(target.get("/api/v1/results/" + id + (direct ? "?signature=direct" : "")));
      return;
    }
    if (direct) throw new CommandFailure(Exit.USAGE, "--direct is for one result: results ID");
    if (limit < 1 || limit > 1_000)
      throw new CommandFailure(Exit.USAGE, "--limit must be 1 to 1000, not " + limit);
    var only = function == null ? "" : "&function=" + DeployCommand.functionName(function);
    print(target.get("/api/v1/results?limit=" + limit + only), "results");
  }

  /** One document has no table: YAML reads best. */
  private void document(Located at) {
    terminal
        .out()
        .print(
            output == Output.JSON || kind() == Kind.TRUST && output != Output.YAML
                ? Yaml.json(at.value())
                : Yaml.yaml(at.value()));
  }

  private void joinToken(Located at) {
    switch (output) {
      case TABLE, WIDE -> {
        terminal.out().println(at.get("token").text());
        terminal.err().println("for one worker, until " + at.get("notAfter").text());
      }
      case JSON, YAML -> document(at);
    }
  }

  private void print(Located at, String list) {
    var text =
        switch (output) {
          case JSON -> Yaml.json(at.value());
          case YAML -> Yaml.yaml(at.value());
          case TABLE -> Listing.of(kind(), at.get(list), false);
          case WIDE -> Listing.of(kind(), at.get(list), true);
        };
    terminal.out().writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
