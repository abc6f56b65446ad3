package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.RegistryProof.Proven;
import dev.windlass.receipt.RegistryProof.Unproven;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.WitnessPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The seven checks of a receipt, offline: signature, certificate, workers, diversity, inclusion,
 * witnesses, re-execution (trust annex §3.3); after them what the checker brought: output, input,
 * function. A receipt is verified when none has failed. What could not be checked is skipped, says
 * so, and proves nothing.
 *
 * <p>Trusted: the policy, and the evidence. Nothing in the file is.
 */
public final class ReceiptAudit {
  private final Claim claim;
  private final WitnessPolicy policy;
  private final Evidence evidence;
  private final List<Check> checks = new ArrayList<>();

  /**
   * What the checker has in his own hands.
   *
   * @param output digest of stdout
   * @param input digest of the request body
   * @param function digest of the module
   * @param scan what a copy of the log says of revocations
   */
  public record Evidence(
      Optional<Digest> output,
      Optional<Digest> input,
      Optional<Digest> function,
      Optional<Rerun> rerun,
      Optional<Scan> scan) {
    public static final Evidence NONE =
        new Evidence(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /**
   * All revocations among the first entries of the log.
   *
   * @param size entries that were searched
   */
  public record Scan(long size, List<Revocation> revocations) {
    public Scan {
      revocations = List.copyOf(revocations);
    }
  }

  /**
   * @param index of the leaf
   * @param keyId as the entry names it
   */
  public record Revocation(long index, String keyId) {}

  /**
   * @param exportedLeaf of a bundle, whose signer need not be the issuer
   * @param registry empty when the file has none
   * @param registryIn the checkpoint of its paths
   */
  private record Claim(
      Dsse receipt,
      Optional<Bytes> exportedLeaf,
      Optional<Dsse> results,
      RegistryProof registry,
      Note registryIn,
      TlogProof proof) {}

  private ReceiptAudit(Claim claim, WitnessPolicy policy, Evidence evidence) {
    this.claim = claim;
    this.policy = policy;
    this.evidence = evidence;
  }

  /** All checks, in the order above. */
  public static List<Check> of(ReceiptFile file, WitnessPolicy policy, Evidence evidence) {
    var claim =
        new Claim(
            file.receipt(),
            Optional.empty(),
            Optional.of(file.results()),
            file.registry(),
            file.checkpoint(),
            file.proof());
    return new ReceiptAudit(claim, policy, evidence).run();
  }

  /**
   * All checks of an exported receipt.
   *
   * @param beside the receipt file, which holds what a bundle does not: the registrations and the
   *     result envelope. Without it the signature fails, because nobody says whose the key is.
   */
  public static List<Check> of(
      SigstoreBundle bundle,
      Optional<ReceiptFile> beside,
      WitnessPolicy policy,
      Evidence evidence) {
    var claim =
        new Claim(
            bundle.receipt(),
            Optional.of(bundle.leaf()),
            beside.map(ReceiptFile::results),
            beside.map(ReceiptFile::registry).orElseGet(() -> new RegistryProof(List.of())),
            beside.map(ReceiptFile::checkpoint).orElse(bundle.proof().note()),
            bundle.proof());
    return new ReceiptAudit(claim, policy, evidence).run();
  }

  /** Whether none has failed. */
  public static boolean isGood(List<Check> checks) {
    return ResultAudit.isGood(checks);
  }

  private List<Check> run() {
    ReceiptStatement receipt;
    Checkpoint head;
    Checkpoint registryHead;
    try {
      receipt = ReceiptStatement.parse(claim.receipt().payload());
      head = claim.proof().checkpoint();
      registryHead = claim.registryIn().checkpoint();
    } catch (JsonException e) {
      return unreadable(String.valueOf(e.getMessage()));
    } catch (TlogException e) {
      return unreadable("no checkpoint: " + e.getMessage());
    }
    var issuer = signature(receipt, registryHead);
    checks.addAll(
        new CertificateAudit(
                receipt, claim.results(), claim.registry(), claim.proof().index(), evidence.scan())
            .checks(registryHead));
    inclusion(issuer, head);
    witnesses();
    reexecution();
    brought(Subject.OUTPUT, evidence.output(), receipt.draft().output().sha256());
    brought(Subject.INPUT, evidence.input(), receipt.draft().input().sha256());
    brought(Subject.FUNCTION, evidence.function(), receipt.draft().function().module());
    return List.copyOf(checks);
  }

  private List<Check> unreadable(String why) {
    checks.add(Check.failed(Subject.SIGNATURE, why));
    for (var subject :
        List.of(
            Subject.CERTIFICATE,
            Subject.WORKERS,
            Subject.DIVERSITY,
            Subject.INCLUSION,
            Subject.WITNESSES,
            Subject.REEXECUTION)) checks.add(Check.skipped(subject, "the receipt cannot be read"));
    return List.copyOf(checks);
  }

  /** The head that signed, if it did and the log vouches for its keys. */
  private @Nullable HeadRegister signature(ReceiptStatement receipt, Checkpoint registryHead) {
    var signature = ReceiptVerifier.only(claim.receipt());
    if (signature.isEmpty()) {
      checks.add(
          Check.failed(
              Subject.SIGNATURE,
              claim.receipt().signatures().size()
                  + " signatures of a "
                  + claim.receipt().payloadType()
                  + ", expected one of a "
                  + Purpose.RECEIPT.payloadType()));
      return null;
    }
    Proven<HeadRegister> head;
    try {
      head = claim.registry().head(signature.get().keyId(), registryHead);
    } catch (Unproven e) {
      checks.add(Check.failed(Subject.SIGNATURE, "whose key it is is not proven: " + e.why()));
      return null;
    }
    var verdict =
        new ReceiptVerifier(1).verify(head.entry(), claim.receipt().payload(), signature.get());
    checks.add(
        switch (verdict) {
          case Refused(_, String detail) -> Check.failed(Subject.SIGNATURE, detail);
          case Counts(boolean batched) -> holder(receipt, head, signature.get(), batched);
        });
    return head.entry();
  }

  private Check holder(
      ReceiptStatement receipt,
      Proven<HeadRegister> head,
      Dsse.Signature signature,
      boolean batched) {
    var holder = head.entry().holder();
    var issuer = receipt.draft().head().id();
    boolean exported = claim.exportedLeaf().isPresent();
    if (!exported && !holder.spiffeId().equals(issuer))
      return Check.failed(
          Subject.SIGNATURE, "of " + holder.spiffeId() + ", the receipt names " + issuer);
    var finished = receipt.draft().invocation().finishedAt();
    if (!exported && !CertificateAudit.covers(head.entry().at(), holder.notAfter(), finished))
      return Check.failed(
          Subject.SIGNATURE,
          holder.spiffeId()
              + " held its keys from "
              + head.entry().at()
              + " to "
              + holder.notAfter()
              + "; the receipt is of "
              + finished);
    long leaf = claim.proof().index();
    if (!exported && head.index() >= leaf)
      return Check.failed(
          Subject.SIGNATURE,
          "the head was registered at leaf " + head.index() + ", after the receipt's, " + leaf);
    var revoked =
        CertificateAudit.revocation(evidence.scan(), head.entry().batches().keyId(), leaf);
    if (revoked.isPresent())
      return Check.failed(
          Subject.SIGNATURE, holder.spiffeId() + " was revoked at leaf " + revoked.get().index());
    var place = batched ? batchOf(signature) : "directly";
    return Check.ok(
        Subject.SIGNATURE,
        holder.spiffeId() + " " + signature.keyId() + ", seq " + receipt.seq() + ", " + place);
  }

  private static String batchOf(Dsse.Signature signature) {
    var batch = signature.batch().orElseThrow();
    int size = BatchStatement.parse(batch.statement()).size();
    return "receipt " + (batch.index() + 1) + " of a batch of " + size;
  }

  private void inclusion(@Nullable HeadRegister signer, Checkpoint head) {
    Bytes leaf;
    if (claim.exportedLeaf().isPresent()) {
      leaf = claim.exportedLeaf().get();
      var other = otherThanLeaf(leaf);
      if (other.isPresent()) {
        checks.add(Check.failed(Subject.INCLUSION, other.get()));
        return;
      }
    } else if (signer == null) {
      checks.add(
          Check.skipped(Subject.INCLUSION, "the leaf needs a signature of a head that is known"));
      return;
    } else {
      var signature = claim.receipt().signatures().getFirst();
      try {
        leaf = ReceiptVerifier.leaf(signer, claim.receipt().payload(), signature);
      } catch (IllegalArgumentException e) {
        checks.add(Check.failed(Subject.INCLUSION, "no leaf: " + e.getMessage()));
        return;
      }
    }
    var hash = new MerkleHash();
    var leafHash = Hash.wrap(hash.leaf(leaf.unsafeArray()));
    var place = "leaf " + claim.proof().index() + " of " + head.size();
    checks.add(
        claim.proof().includes(hash, leafHash)
            ? Check.ok(Subject.INCLUSION, place + " in " + head.origin())
            : Check.failed(
                Subject.INCLUSION,
                "the path of "
                    + place
                    + " does not lead from this receipt to the root "
                    + head.root().base64()));
  }

  /** How a bundle's body differs from its receipt. */
  private Optional<String> otherThanLeaf(Bytes leaf) {
    RekorBody body;
    try {
      body = RekorBody.parse(leaf);
    } catch (JsonException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    var signature = claim.receipt().signatures().getFirst();
    boolean same =
        body.payload().equals(Digest.of(claim.receipt().payload()))
            && body.sig().equals(signature.sig())
            && body.key().keyId().equals(signature.keyId());
    return same ? Optional.empty() : Optional.of("the logged body is of another receipt");
  }

  private void witnesses() {
    var verdict = policy.evaluate(claim.proof().note());
    if (!verdict.isAccepted()) {
      checks.add(Check.failed(Subject.WITNESSES, verdict.reason()));
      return;
    }
    if (!claim.registryIn().equals(claim.proof().note())) {
      var other = policy.evaluate(claim.registryIn());
      if (!other.isAccepted()) {
        checks.add(
            Check.failed(Subject.WITNESSES, "of the registrations' checkpoint: " + other.reason()));
        return;
      }
    }
    var names =
        verdict.witnesses().stream()
            .map(w -> w.witness().name() + " at " + w.time())
            .collect(Collectors.joining(", "));
    checks.add(
        Check.ok(
            Subject.WITNESSES,
            names.isEmpty() ? "the policy asks for none" : "cosigned by " + names));
  }

  private void reexecution() {
    if (evidence.rerun().isEmpty()) {
      checks.add(Check.skipped(Subject.REEXECUTION, "not asked for"));
      return;
    }
    if (claim.results().isEmpty()) {
      checks.add(
          Check.skipped(Subject.REEXECUTION, "there is no result envelope to compare it with"));
      return;
    }
    try {
      var signed = ResultStatement.parse(claim.results().get().payload());
      checks.add(ResultAudit.reexecution(signed, evidence.rerun().get()));
    } catch (JsonException e) {
      checks.add(Check.failed(Subject.REEXECUTION, "nothing to compare with: " + e.getMessage()));
    }
  }

  private void brought(Subject subject, Optional<Digest> brought, Digest signed) {
    brought.ifPresent(
        found -> checks.add(Check.same(subject, found.toString(), signed.toString())));
  }

  /** The first failed check's, in the order in which they were made; 0 when none has failed. */
  public static int exitCode(List<Check> checks) {
    return checks.stream()
        .filter(check -> check.state() == State.FAILED)
        .mapToInt(check -> check.subject().exitCode())
        .findFirst()
        .orElse(0);
  }
}
