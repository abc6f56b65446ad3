package dev.windlass.cli;

import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Misbehaviour;
import dev.windlass.receipt.Misbehaviour.DoubleResult;
import dev.windlass.receipt.Misbehaviour.Equivocation;
import dev.windlass.receipt.Misbehaviour.Fork;
import dev.windlass.receipt.Misbehaviour.Judgement.Proven;
import dev.windlass.receipt.Misbehaviour.Judgement.Unproven;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.tlog.Note;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify-misbehaviour",
    sortOptions = false,
    description = {
      "Judges a proof that a log, a head or a worker broke its word; nobody is asked.",
      "",
      "Shows both pieces of evidence and what they prove. Exit code 0: proven; 4: it proves nothing,"
          + " and why."
    })
final class VerifyMisbehaviourCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "as `log monitor` wrote it: a fork, equivocation, double result or omission")
  @Nullable Path file;

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "POLICY.TXT",
      description = "the log's key and the witnesses you believe (c2sp.org/tlog-policy)")
  @Nullable Path policy;

  private final Terminal terminal;

  VerifyMisbehaviourCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (file == null || policy == null) throw new AssertionError("picocli requires them");
    var believed = LogOptions.parse(ModuleFile.bytes(policy).utf8(), policy.toString());
    Misbehaviour proof;
    try {
      proof = Misbehaviour.parse(ModuleFile.bytes(file).unsafeArray());
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.UNVERIFIED, file + " is no proof of misbehaviour: " + e.getMessage());
    }
    terminal.out().print(evidence(proof));
    return switch (proof.verify(believed)) {
      case Proven(String accused, String what) -> {
        terminal.out().println("proven: " + Table.harmless(accused + " " + what));
        yield Exit.OK;
      }
      case Unproven(String why) -> {
        terminal.out().println("NOT proven: " + Table.harmless(why));
        yield Exit.UNVERIFIED;
      }
    };
  }

  private static String evidence(Misbehaviour proof) {
    return switch (proof) {
      case Fork(Note first, Note second) ->
          line("kind", "fork") + note("first", first) + note("second", second);
      case Equivocation e ->
          line("kind", "equivocation")
              + receipt("first", e.first())
              + receipt("second", e.second());
      case DoubleResult d ->
          line("kind", "double result") + result("first", d.first()) + result("second", d.second());
      case Omission o ->
          line("kind", "omission")
              + receipt("receipt", o.receipt())
              + o.before().map(n -> note("before", n)).orElse(line("before", "the empty log"))
              + line("leaves", o.leaves().size() + " that the log took in between")
              + note("after", o.after());
    };
  }

  /** All of it, as its signers saw it. */
  private static String note(String name, Note note) {
    var text = new StringBuilder();
    note.encoded().lines().forEach(l -> text.append(line(text.isEmpty() ? name : "", l)));
    return text.toString();
  }

  private static String receipt(String name, Dsse envelope) {
    try {
      var receipt = ReceiptStatement.parse(envelope.payload());
      return line(name, "receipt " + receipt.id() + ", seq " + receipt.seq())
          + line("", "of " + receipt.draft().head().id())
          + line("", "finished at " + receipt.draft().invocation().finishedAt())
          + line("", "output " + receipt.draft().output().sha256())
          + signed(envelope);
    } catch (JsonException e) {
      return line(name, "no receipt: " + e.getMessage());
    }
  }

  private static String result(String name, Dsse envelope) {
    try {
      var result = ResultStatement.parse(envelope.payload());
      return line(name, "result of " + result.invocation())
          + line("", "function " + result.module())
          + line("", "output " + result.output())
          + signed(envelope);
    } catch (JsonException e) {
      return line(name, "no result: " + e.getMessage());
    }
  }

  private static String signed(Dsse envelope) {
    var text = new StringBuilder(line("", "payload " + Digest.of(envelope.payload())));
    for (var signature : envelope.signatures()) {
      var how = signature.batch().isPresent() ? ", in a batch" : "";
      text.append(line("", "signed by " + signature.keyId() + how));
    }
    return text.toString();
  }

  private static String line(String name, String value) {
    return "%-8s %s%n".formatted(name, Table.harmless(value)).replaceFirst(" +(\\R)$", "$1");
  }
}
