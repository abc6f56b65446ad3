package dev.windlass.receipt;

import dev.windlass.json.JsonException;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.Misbehaviour.DoubleResult;
import dev.windlass.receipt.Misbehaviour.Equivocation;
import dev.windlass.receipt.Misbehaviour.Fork;
import dev.windlass.receipt.Misbehaviour.Judgement;
import dev.windlass.receipt.Misbehaviour.Judgement.Proven;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.receipt.RegistryProof.Unproven;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.time.Instant;

/** Judges proofs of misbehaviour; whatever does not hold exactly proves nothing. */
final class MisbehaviourAudit {
  private final WitnessPolicy policy;

  private MisbehaviourAudit(WitnessPolicy policy) {
    this.policy = policy;
  }

  static Judgement judge(Misbehaviour proof, WitnessPolicy policy) {
    var audit = new MisbehaviourAudit(policy);
    try {
      return switch (proof) {
        case Fork fork -> audit.fork(fork);
        case Equivocation two -> audit.equivocation(two);
        case DoubleResult two -> audit.doubleResult(two);
        case Omission omission -> audit.omission(omission);
      };
    } catch (Unproven e) {
      return new Judgement.Unproven(e.why());
    } catch (JsonException | TlogException e) {
      return new Judgement.Unproven(String.valueOf(e.getMessage()));
    }
  }

  private Judgement fork(Fork fork) throws Unproven {
    var first = signedByLog("the first checkpoint", fork.first());
    var second = signedByLog("the second checkpoint", fork.second());
    if (!first.origin().equals(second.origin()))
      throw new Unproven(
          "the checkpoints are of two logs, " + first.origin() + " and " + second.origin());
    if (first.size() != second.size())
      throw new Unproven(
          "the checkpoints are of two sizes, " + first.size() + " and " + second.size());
    if (first.root().equals(second.root()))
      throw new Unproven("both checkpoints have the root " + first.root().base64());
    return new Proven(
        first.origin(),
        "signed two roots for the size "
            + first.size()
            + ": "
            + first.root().base64()
            + " and "
            + second.root().base64());
  }

  /** Cosignatures do not matter here: the log's own signature binds it. */
  private Checkpoint signedByLog(String what, Note note) throws Unproven {
    var verdict = policy.evaluate(note);
    if (verdict.log().isEmpty())
      throw new Unproven(what + " is not signed by a log of the policy: " + verdict.reason());
    return verdict.checkpoint().orElseThrow();
  }

  private WitnessPolicy.Verdict witnessed(String what, Note note) throws Unproven {
    var verdict = policy.evaluate(note);
    if (!verdict.isAccepted()) throw new Unproven(what + ": " + verdict.reason());
    return verdict;
  }

  private Checkpoint registryIn(Note note) throws Unproven {
    return witnessed("the checkpoint", note).checkpoint().orElseThrow();
  }

  private Judgement equivocation(Equivocation two) throws Unproven {
    var in = registryIn(two.checkpoint());
    var one = promise(two.first(), two.registry(), in);
    var other = promise(two.second(), two.registry(), in);
    if (!one.head().batches().equals(other.head().batches()))
      throw new Unproven(
          "the receipts are of two heads' keys, "
              + one.head().batches()
              + " and "
              + other.head().batches());
    if (one.receipt().seq() != other.receipt().seq())
      throw new Unproven(
          "the receipts have two places, " + one.receipt().seq() + " and " + other.receipt().seq());
    if (two.first().payload().equals(two.second().payload()))
      throw new Unproven("both receipts are the same");
    return new Proven(
        one.head().holder().spiffeId(),
        "signed two receipts with seq "
            + one.receipt().seq()
            + ": "
            + one.receipt().id()
            + " and "
            + other.receipt().id());
  }

  private record Promise(HeadRegister head, ReceiptStatement receipt, Dsse.Signature signature) {}

  /** A receipt and the head that signed it, for which the log vouches. */
  private Promise promise(Dsse envelope, RegistryProof registry, Checkpoint in) throws Unproven {
    var signature =
        ReceiptVerifier.only(envelope)
            .orElseThrow(
                () ->
                    new Unproven(
                        "an envelope has "
                            + envelope.signatures().size()
                            + " signatures of a "
                            + envelope.payloadType()
                            + ", expected one of a receipt"));
    var receipt = ReceiptStatement.parse(envelope.payload());
    var head = registry.head(signature.keyId(), in).entry();
    if (new ReceiptVerifier(1).verify(head, envelope.payload(), signature)
        instanceof Refused(_, String detail))
      throw new Unproven("the signature of " + receipt.id() + " does not count: " + detail);
    if (!head.holder().spiffeId().equals(receipt.draft().head().id()))
      throw new Unproven(
          "the receipt "
              + receipt.id()
              + " is of "
              + receipt.draft().head().id()
              + ", exported by "
              + head.holder().spiffeId());
    return new Promise(head, receipt, signature);
  }

  private Judgement doubleResult(DoubleResult two) throws Unproven {
    var in = registryIn(two.checkpoint());
    var type = Purpose.RESULT.payloadType();
    if (!two.first().payloadType().equals(type) || !two.second().payloadType().equals(type))
      throw new Unproven("expected two results, of type " + type);
    var one = ResultStatement.parse(two.first().payload());
    var other = ResultStatement.parse(two.second().payload());
    if (!one.invocation().equals(other.invocation()))
      throw new Unproven(
          "the results are of two invocations, " + one.invocation() + " and " + other.invocation());
    if (!one.nonce().equals(other.nonce()))
      throw new Unproven("the results have two nonces, " + one.nonce() + " and " + other.nonce());
    if (one.equals(other)) throw new Unproven("both results are the same");
    var verifier = new ResultVerifier(2);
    for (var signature : two.first().signatures()) {
      if (two.second().signatures().stream().noneMatch(s -> s.keyId().equals(signature.keyId())))
        continue;
      var worker = two.registry().workerOf(signature.keyId(), in).entry();
      if (signed(verifier, worker.key(), two.first())
          && signed(verifier, worker.key(), two.second()))
        return new Proven(
            worker.holder().spiffeId(), "signed two results of the invocation " + one.invocation());
    }
    throw new Unproven("no worker's key signed both results");
  }

  private static boolean signed(ResultVerifier verifier, Ed25519PublicKey key, Dsse envelope) {
    return envelope.signatures().stream()
        .anyMatch(s -> verifier.verify(key, envelope.payload(), s) instanceof Verdict.Counts);
  }

  private Judgement omission(Omission omission) throws Unproven {
    var after = witnessed("the later checkpoint", omission.after());
    var head = after.checkpoint().orElseThrow();
    var promise = promise(omission.receipt(), omission.registry(), head);
    var made = promise.receipt().draft().invocation().finishedAt();
    var due =
        made.plusSeconds(promise.receipt().draft().head().mmdSeconds()).plus(Omission.CLOCK_SKEW);
    requireTimes(after, "the later checkpoint", due, Instant.MAX);
    long from = 0;
    if (omission.before().isPresent()) {
      var before = witnessed("the earlier checkpoint", omission.before().get());
      requireTimes(before, "the earlier checkpoint", Instant.MIN, made.minus(Omission.CLOCK_SKEW));
      from = earlier(omission, before.checkpoint().orElseThrow(), head);
    } else if (!omission.subtrees().isEmpty()) {
      throw new Unproven("there are subtrees, but no earlier checkpoint");
    }
    if (head.size() - from != omission.leaves().size())
      throw new Unproven(
          "there are "
              + omission.leaves().size()
              + " leaves, expected those from "
              + from
              + " to "
              + head.size());
    var tree = Frontier.of(from, omission.subtrees());
    omission.leaves().forEach(tree::append);
    if (!tree.root().equals(head.root()))
      throw new Unproven(
          "the leaves lead to the root "
              + tree.root().base64()
              + ", the later checkpoint has "
              + head.root().base64());
    var leaf =
        ReceiptVerifier.leaf(promise.head(), omission.receipt().payload(), promise.signature());
    int at = omission.leaves().indexOf(Hash.wrap(new MerkleHash().leaf(leaf.unsafeArray())));
    if (at >= 0) throw new Unproven("the receipt is leaf " + (from + at) + " of the log");
    return new Proven(
        promise.head().holder().spiffeId(),
        "promised the receipt "
            + promise.receipt().id()
            + " of "
            + made
            + " within "
            + promise.receipt().draft().head().mmdSeconds()
            + " s, and the log of size "
            + head.size()
            + " does not have it");
  }

  private static long earlier(Omission omission, Checkpoint before, Checkpoint after)
      throws Unproven {
    if (!before.origin().equals(after.origin()))
      throw new Unproven(
          "the checkpoints are of two logs, " + before.origin() + " and " + after.origin());
    if (before.size() > after.size())
      throw new Unproven(
          "the earlier checkpoint is of size " + before.size() + ", the later of " + after.size());
    var root = Frontier.of(before.size(), omission.subtrees()).root();
    if (!root.equals(before.root()))
      throw new Unproven(
          "the subtrees lead to the root "
              + root.base64()
              + ", the earlier checkpoint has "
              + before.root().base64());
    return before.size();
  }

  /** Whoever of the policy's witnesses cosigned it did so in this time. */
  private static void requireTimes(
      WitnessPolicy.Verdict verdict, String what, Instant least, Instant most) throws Unproven {
    if (verdict.witnesses().isEmpty())
      throw new Unproven(what + " has no cosignature, so nobody says of what time it is");
    for (var witnessed : verdict.witnesses())
      if (witnessed.time().isBefore(least) || witnessed.time().isAfter(most))
        throw new Unproven(
            what
                + " was cosigned at "
                + witnessed.time()
                + ", expected "
                + (least.equals(Instant.MIN) ? "at most " + most : "at least " + least));
  }
}
