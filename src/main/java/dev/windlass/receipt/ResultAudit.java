package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.receipt.ResultVerifier.Signer;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.receipt.Verdict.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every check of a result file that can be made without asking anyone: what {@code windlass verify}
 * prints. A result is good when no check {@link State#FAILED}.
 */
public final class ResultAudit {
  /** How far a head's clock may be behind the registrar's. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  /** Ends that depend on the machine, so that a second run need not share them. */
  private static final Set<String> INCONCLUSIVE = Set.of("out-of-time", "stack-overflow");

  private final ResultFile file;
  private final Evidence evidence;
  private final List<Check> checks = new ArrayList<>();

  /**
   * What the checker has in his own hands; each is compared with what was signed.
   *
   * @param function digest of the module
   * @param input digest of the request body
   * @param output digest of stdout
   */
  public record Evidence(
      Optional<Digest> function,
      Optional<Digest> input,
      Optional<Digest> output,
      Optional<Rerun> rerun) {
    public static final Evidence NONE =
        new Evidence(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** What came out when it ran again. */
  public record Rerun(Digest engine, End end, Digest output) {}

  private ResultAudit(ResultFile file, Evidence evidence) {
    this.file = file;
    this.evidence = evidence;
  }

  /** All checks, in the order of {@link Subject}. */
  public static List<Check> of(ResultFile file, TrustFile trust, Evidence evidence) {
    return new ResultAudit(file, evidence).run(trust);
  }

  public static boolean isGood(List<Check> checks) {
    return checks.stream().noneMatch(check -> check.state() == State.FAILED);
  }

  private List<Check> run(TrustFile trust) {
    ResultStatement statement;
    try {
      statement = ResultStatement.parse(file.result().payload());
      checks.add(Check.ok(Subject.STATEMENT, "invocation " + statement.invocation()));
    } catch (JsonException e) {
      checks.add(Check.failed(Subject.STATEMENT, String.valueOf(e.getMessage())));
      return checks;
    }
    signatures(trust, Forms.timeOf(statement.invocation()));
    manifest(statement);
    bytes(Subject.INPUT, statement.input(), evidence.input(), file.input());
    bytes(Subject.OUTPUT, statement.output(), evidence.output(), file.output());
    evidence.rerun().ifPresent(rerun -> checks.add(reexecution(statement, rerun)));
    return List.copyOf(checks);
  }

  /** One signature that counts is enough; without one the first is reported. */
  private void signatures(TrustFile trust, Instant time) {
    var verifier = new ResultVerifier(1);
    List<Check> first = List.of(Check.failed(Subject.SIGNATURE, "there is none"));
    for (var signature : file.result().signatures()) {
      var found = signature(verifier, trust, time, signature);
      if (isGood(found)) {
        checks.addAll(found);
        return;
      }
      if (signature == file.result().signatures().getFirst()) first = found;
    }
    checks.addAll(first);
  }

  private List<Check> signature(
      ResultVerifier verifier, TrustFile trust, Instant time, Dsse.Signature signature) {
    var worker = trust.find(signature.keyId());
    if (worker.isEmpty()) {
      return List.of(
          Check.failed(Subject.SIGNATURE, "its key is not known, so it was not checked"),
          Check.failed(
              Subject.KEY,
              signature.keyId()
                  + " is none of the "
                  + trust.workers().size()
                  + " registered keys"));
    }
    var by = new Signer(worker.get().publicKey(), Purpose.RESULT);
    var verdict =
        verifier.verify(by, file.result().payloadType(), file.result().payload(), signature);
    var key = key(worker.get(), time);
    return switch (verdict) {
      case Counts(boolean batched) ->
          List.of(Check.ok(Subject.SIGNATURE, signature.keyId()), key, batch(signature, batched));
      case Refused(Why why, String detail) when why == Why.BATCH_PATH ->
          List.of(
              Check.ok(Subject.SIGNATURE, signature.keyId() + " signed the batch"),
              key,
              Check.failed(Subject.BATCH, detail));
      case Refused(Why why, String detail) when why.isOfBatch() ->
          List.of(
              Check.failed(Subject.SIGNATURE, "its batch is refused"),
              key,
              Check.failed(Subject.BATCH, detail));
      case Refused(_, String detail) -> List.of(Check.failed(Subject.SIGNATURE, detail), key);
    };
  }

  private static Check key(TrustFile.Worker worker, Instant time) {
    if (worker.isValidAt(time) || worker.isValidAt(time.plus(CLOCK_SKEW)))
      return Check.ok(Subject.KEY, worker.id());
    var revoked = worker.revokedAt().map(t -> ", revoked " + t).orElse("");
    return Check.failed(
        Subject.KEY,
        worker.id()
            + " held the key from "
            + worker.registeredAt()
            + " to "
            + worker.notAfter()
            + revoked
            + "; the run was at "
            + time);
  }

  private static Check batch(Dsse.Signature signature, boolean batched) {
    if (!batched) return Check.ok(Subject.BATCH, "signed directly");
    var batch = signature.batch().orElseThrow();
    int size = BatchStatement.parse(batch.statement()).size();
    return Check.ok(Subject.BATCH, "result " + (batch.index() + 1) + " of " + size);
  }

  private void manifest(ResultStatement statement) {
    var digest = Digest.of(file.manifest().canonical());
    checks.add(Check.same(Subject.MANIFEST, digest.toString(), statement.manifest().toString()));
    Manifest manifest;
    try {
      manifest = ManifestJson.parse(file.manifest().at());
    } catch (JsonException e) {
      checks.add(Check.failed(Subject.FUNCTION, "no manifest: " + e.getMessage()));
      return;
    }
    var module = evidence.function().orElse(manifest.module());
    checks.add(Check.same(Subject.FUNCTION, module.toString(), statement.module().toString()));
    var seen = Environment.of(manifest, file.env()).digest();
    checks.add(Check.same(Subject.ENVIRONMENT, seen.toString(), statement.env().toString()));
  }

  /** What the checker brought and what the file holds must both be what was signed. */
  private void bytes(
      Subject subject, Digest signed, Optional<Digest> brought, Optional<Bytes> kept) {
    var inFile = kept.map(Digest::of);
    if (brought.isEmpty() && inFile.isEmpty()) {
      checks.add(Check.skipped(subject, "not at hand; signed is " + signed));
      return;
    }
    var wrong = inFile.filter(d -> !d.equals(signed)).or(() -> brought).or(() -> inFile);
    checks.add(Check.same(subject, wrong.orElseThrow().toString(), signed.toString()));
  }

  static Check reexecution(ResultStatement signed, Rerun rerun) {
    if (!signed.profile().equals("det-1"))
      return Check.skipped(
          Subject.REEXECUTION, "profile " + signed.profile() + " need not give the same again");
    var ends = List.of(signed.end(), rerun.end());
    for (var end : ends)
      if (end instanceof End.Trap(String word) && INCONCLUSIVE.contains(word))
        return Check.skipped(Subject.REEXECUTION, "inconclusive: ended with " + word);
    if (!rerun.output().equals(signed.output()))
      return Check.failed(
          Subject.REEXECUTION, "output is " + rerun.output() + ", signed is " + signed.output());
    boolean sameEngine = rerun.engine().equals(signed.engine());
    var found = describe(rerun.end(), sameEngine);
    var expected = describe(signed.end(), sameEngine);
    if (!found.equals(expected))
      return Check.failed(Subject.REEXECUTION, found + ", signed is " + expected);
    return Check.ok(
        Subject.REEXECUTION,
        "same output, " + found + (sameEngine ? "" : " (another engine: fuel not compared)"));
  }

  private static String describe(End end, boolean withFuel) {
    return switch (end) {
      case End.Trap trap -> "trap " + trap.word();
      case End.Exit exit when withFuel && exit.fuel().isPresent() ->
          "exit " + exit.code() + ", fuel " + exit.fuel().getAsLong();
      case End.Exit exit -> "exit " + exit.code();
    };
  }
}
