package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptAudit.Evidence;
import dev.windlass.receipt.ReceiptAudit.Scan;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What the checker of a receipt has in his own hands, and trusts.
 *
 * @param log a copy to search for revocations; it is verified against the policy
 * @param progress of that search, in leaves
 */
record ReceiptEvidence(
    WitnessPolicy policy,
    Optional<Bytes> function,
    Optional<Bytes> input,
    Optional<Bytes> output,
    Optional<Reexecution> again,
    Optional<RunDetails> details,
    Optional<LogFiles> log,
    LongConsumer progress) {

  List<Check> check(ReceiptFile file) {
    return check(
        file.results(),
        file.index(),
        file.checkpoint(),
        evidence -> ReceiptAudit.of(file, policy, evidence));
  }

  /**
   * @param beside has the registrations and the result that are not in the bundle
   */
  List<Check> check(SigstoreBundle bundle, ReceiptFile beside) {
    return check(
        beside.results(),
        bundle.proof().index(),
        bundle.proof().note(),
        evidence -> ReceiptAudit.of(bundle, Optional.of(beside), policy, evidence));
  }

  private List<Check> check(
      Dsse results, long leaf, Note checkpoint, Function<Evidence, List<Check>> audit) {
    var signed = statement(results);
    var compared = signed.flatMap(s -> details.map(d -> d.checks(s))).orElseGet(List::<Check>of);
    var rerun = signed.flatMap(s -> again.flatMap(a -> rerun(a, s, compared)));
    var evidence =
        new Evidence(
            output.map(Digest::of),
            body().map(Digest::of),
            function.or(() -> again.map(Reexecution::module)).map(Digest::of),
            rerun,
            scan(leaf, checkpoint));
    var checks = new ArrayList<Check>();
    for (var check : audit.apply(evidence))
      checks.add(again.isEmpty() ? check : told(check, rerun));
    checks.addAll(compared);
    return checks;
  }

  private Optional<Bytes> body() {
    return input.or(() -> details.flatMap(RunDetails::input));
  }

  private Optional<Rerun> rerun(Reexecution how, ResultStatement signed, List<Check> compared) {
    if (details.isEmpty())
      throw new CommandFailure(
          Exit.USAGE,
          "--reexecute of a receipt needs --manifest: a receipt has only the digest of what ran",
          "signed is the manifest " + signed.manifest(),
          "`windlass get results " + signed.invocation() + " -o json` saves a result that has it");
    if (body().isEmpty())
      throw new CommandFailure(
          Exit.USAGE, "--reexecute needs --input: a receipt does not hold its request body");
    if (compared.stream().anyMatch(check -> check.state() != State.OK)) return Optional.empty();
    var ran = details.get();
    return how.of(signed, ran.manifest(), ran.variables(), body().get());
  }

  /** That it was asked for, and why it did not come to it. */
  private static Check told(Check check, Optional<Rerun> rerun) {
    if (check.subject() != Subject.REEXECUTION || rerun.isPresent()) return check;
    return new Check(
        Subject.REEXECUTION,
        State.SKIPPED,
        "not run: function, manifest, environment or input is not what was signed");
  }

  /** Nothing of a checkpoint that is not believed: its check says so. */
  private Optional<Scan> scan(long leaf, Note checkpoint) {
    if (log.isEmpty() || !policy.evaluate(checkpoint).isAccepted()) return Optional.empty();
    try {
      var in = checkpoint.checkpoint();
      return Optional.of(RevocationSearch.before(leaf, in, log.get(), policy, progress));
    } catch (TlogException e) {
      throw new CommandFailure(Exit.UNVERIFIED, "no checkpoint: " + e.getMessage());
    }
  }

  private static Optional<ResultStatement> statement(Dsse results) {
    try {
      return Optional.of(ResultStatement.parse(results.payload()));
    } catch (JsonException _) {
      return Optional.empty(); // the certificate's check says so
    }
  }
}
