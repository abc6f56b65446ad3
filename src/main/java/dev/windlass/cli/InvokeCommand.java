package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.ResultAudit;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.TrustFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "invoke",
    sortOptions = false,
    description = {
      "Calls a function; its answer goes to stdout.",
      "",
      "Exit code 1: the function failed or answered with a status of 400 or more; 3: no head; 4:"
          + " the result does not verify; 5: the head refused; 7: the receipt is not there yet."
    })
final class InvokeCommand implements Callable<Integer> {
  private static final int MAX_BODY = 64 << 20;

  @Parameters(index = "0", paramLabel = "[NAMESPACE/]NAME", description = "the function")
  String name = "";

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE|-",
      description = "the request body: text, a file, or stdin (default: none)")
  @Nullable String data;

  @Option(
      names = {"-X", "--method"},
      paramLabel = "METHOD",
      description = "default: POST with --data, else GET")
  @Nullable String method;

  @Option(
      names = "--path",
      paramLabel = "/PATH[?QUERY]",
      description = "what follows the function's own path, percent-encoded")
  String path = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME:VALUE",
      description = "a header field; may be repeated")
  List<String> headers = List.of();

  @Option(names = "--show", description = "worker, fuel, times and the verified result on stderr")
  boolean show;

  @Option(
      names = "--result",
      paramLabel = "FILE",
      description = "saves the signed result, for `windlass verify`")
  @Nullable Path result;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      description = "waits for the log's witnesses (10 s at most) and saves the receipt")
  @Nullable Path receipt;

  @Option(
      names = "--verify",
      paramLabel = "TRUST.JSON",
      description = "verifies with these keys instead of those the head gives")
  @Nullable Path trust;

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  InvokeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var target = head.head(terminal);
    var function = DeployCommand.functionName(name);
    if (!path.isEmpty() && !path.matches("[/?][!-~]*"))
      throw new CommandFailure(Exit.USAGE, "--path takes /PATH, percent-encoded, not " + path);
    var body = data == null ? null : ModuleFile.data(data, terminal, MAX_BODY);
    var verb = method != null ? method : body == null ? "GET" : "POST";
    if (!verb.matches("[A-Za-z]{1,32}"))
      throw new CommandFailure(Exit.USAGE, "--method takes a method such as PUT, not " + verb);
    try (var answer =
        target.call(
            verb.toUpperCase(Locale.ROOT),
            "/fn/" + function + path,
            fields(),
            body == null ? null : body.unsafeArray())) {
      return answered(target, answer, body == null ? Bytes.EMPTY : body);
    }
  }

  private List<Map.Entry<String, String>> fields() {
    var fields = new ArrayList<Map.Entry<String, String>>();
    for (var header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1 || !header.matches("[!-9;-~]+:[\\t -~\\x80-\\uffff]*"))
        throw new CommandFailure(Exit.USAGE, "--header takes NAME:VALUE, not " + header);
      fields.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    if (receipt != null) fields.add(Map.entry("Prefer", "receipt=witnessed"));
    return fields;
  }

  private int answered(Head target, HttpAnswer answer, Bytes sent) {
    var received = Bytes.wrap(answer.whole(MAX_BODY + (1 << 20)));
    var problem = Refusal.problem(answer, received.unsafeArray());
    if (show) terminal.err().print(shown(answer));
    int exit = Exit.OK;
    if (problem.isPresent()) {
      exit = ranAtAll(answer) ? Exit.FUNCTION : Exit.REFUSED;
      var failure = Refusal.failure(problem.get(), exit);
      terminal.err().println("error: " + Table.harmless(String.valueOf(failure.getMessage())));
      for (var line : failure.more()) terminal.err().println("  " + Table.harmless(line));
    } else {
      terminal.out().writeBytes(received.unsafeArray());
      terminal.out().flush();
      if (answer.status() >= 400) {
        terminal.err().println("error: the function answered with status " + answer.status());
        exit = Exit.FUNCTION;
      }
    }
    if (!ranAtAll(answer)) return exit;
    if (show || result != null || trust != null) {
      boolean whole = problem.isEmpty() && isPlain(answer);
      var output = whole ? Optional.of(received) : Optional.<Bytes>empty();
      if (!verified(target, answer, sent, output)) return Exit.UNVERIFIED;
    }
    if (receipt != null) saveReceipt(target, answer, receipt);
    return exit;
  }

  private void saveReceipt(Head target, HttpAnswer answer, Path file) {
    var id = answer.field("windlass-receipt").orElse("");
    if (!ReceiptCommand.isId(id))
      throw new CommandFailure(
          Exit.REFUSED, "the answer names no receipt; a head without a log gives none");
    var octets = new Receipts(target, terminal).fetch(id, ReceiptCommand.Format.TLOG_PROOF, 0);
    ModuleFile.write(file, octets.unsafeArray());
  }

  private static boolean ranAtAll(HttpAnswer answer) {
    return answer.field("windlass-workers").isPresent();
  }

  /** A function of the world wasi: its answer is its stdout, octet by octet. */
  private static boolean isPlain(HttpAnswer answer) {
    return answer.status() == 200 && answer.field("x-content-type-options").isPresent();
  }

  private static String shown(HttpAnswer answer) {
    var lines = new StringBuilder();
    line(lines, "status", Optional.of(Integer.toString(answer.status())));
    line(lines, "invocation", answer.field("windlass-invocation"));
    line(lines, "witnessed", answer.field("windlass-witnessed"));
    line(lines, "version", answer.field("windlass-function"));
    line(lines, "worker", answer.field("windlass-workers"));
    line(lines, "fuel", answer.field("windlass-fuel"));
    line(lines, "times", answer.field("server-timing").map(InvokeCommand::times));
    return lines.toString();
  }

  /** {@code run;dur=1.2, sign;dur=0.1} as {@code run 1.2 ms, sign 0.1 ms}. */
  private static String times(String serverTiming) {
    return serverTiming.replaceAll("([a-z]+);dur=([0-9.]+)", "$1 $2 ms");
  }

  private static void line(StringBuilder lines, String what, Optional<String> text) {
    text.ifPresent(t -> lines.append("%-11s %s%n".formatted(what, Table.harmless(t))));
  }

  /** Fetches the signed result of this call and checks it here; the head's word is not enough. */
  private boolean verified(Head target, HttpAnswer answer, Bytes sent, Optional<Bytes> received) {
    var id = answer.field("windlass-invocation").orElse("");
    if (!id.matches("[0-9a-f-]{36}"))
      throw new CommandFailure(Exit.UNVERIFIED, "the answer names no invocation, but: " + id);
    var octets = target.octets("/api/v1/results/" + id, ResultFile.BOUNDS.bytes());
    if (result != null) ModuleFile.write(result, octets);
    if (!show && trust == null) return true;
    List<Check> checks;
    try {
      var keys =
          trust != null
              ? ModuleFile.bytes(trust).unsafeArray()
              : target.octets("/api/v1/trust", TrustFile.BOUNDS.bytes());
      var evidence =
          new ResultAudit.Evidence(
              Optional.empty(),
              Optional.of(Digest.of(sent)),
              received.map(Digest::of),
              Optional.empty());
      var file = ResultFile.parse(octets);
      if (!file.result().payload().utf8().contains("\"invocation\":\"" + id + "\""))
        throw new CommandFailure(Exit.UNVERIFIED, "the head gave the result of another invocation");
      checks = ResultAudit.of(file, TrustFile.parse(keys), evidence);
    } catch (JsonException e) {
      throw new CommandFailure(Exit.UNVERIFIED, "cannot verify: " + e.getMessage());
    }
    boolean good = ResultAudit.isGood(checks);
    var by = trust != null ? "by the keys of " + trust : "by the keys the head gives";
    if (!good) {
      terminal.err().print(AuditText.lines(checks));
      terminal.err().println("error: the result does NOT verify " + by);
    } else if (show) {
      var skipped = AuditText.names(checks, State.SKIPPED);
      var text = AuditText.names(checks, State.OK) + "; " + by;
      var lines = new StringBuilder();
      line(lines, "verified", Optional.of(text));
      if (!skipped.isEmpty()) line(lines, "skipped", Optional.of(skipped));
      terminal.err().print(lines);
    }
    return good;
  }
}
