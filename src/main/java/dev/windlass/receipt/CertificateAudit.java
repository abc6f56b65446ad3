package dev.windlass.receipt;

import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.LogEntry.WorkerRegister;
import dev.windlass.receipt.ReceiptAudit.Revocation;
import dev.windlass.receipt.ReceiptAudit.Scan;
import dev.windlass.receipt.ReceiptDraft.Worker;
import dev.windlass.receipt.RegistryProof.Unproven;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.tlog.Checkpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The three checks of a receipt's workers: enough of them signed the very result that the receipt
 * tells of, the log vouches for their keys, and they differ in what the policy asks for.
 *
 * @param leaf index of the receipt's leaf
 */
record CertificateAudit(
    ReceiptStatement receipt,
    Optional<Dsse> results,
    RegistryProof registry,
    long leaf,
    Optional<Scan> scan) {

  List<Check> checks(Checkpoint in) {
    return List.of(certificate(), workers(in), diversity());
  }

  private Check certificate() {
    if (results.isEmpty())
      return Check.skipped(Subject.CERTIFICATE, "the result envelope is not in the file");
    var certificate = receipt.draft().certificate();
    var digest = Digest.of(results.get().canonical());
    if (!digest.equals(certificate.envelope()))
      return Check.failed(
          Subject.CERTIFICATE,
          "the result envelope is " + digest + ", signed is " + certificate.envelope());
    var wrong = differences();
    if (!wrong.isEmpty()) return Check.failed(Subject.CERTIFICATE, String.join("; ", wrong));
    var refused = new ArrayList<String>();
    var keys = new HashSet<String>();
    var ids = new HashSet<String>();
    for (var worker : certificate.workers()) {
      var why = refusal(worker);
      if (why.isEmpty() && !(keys.add(worker.keyId()) && ids.add(worker.id())))
        why = Optional.of("stands in the certificate twice");
      why.ifPresent(w -> refused.add(worker.id() + " " + w));
    }
    if (!refused.isEmpty()) return Check.failed(Subject.CERTIFICATE, String.join("; ", refused));
    int threshold = receipt.draft().policy().threshold();
    var counted = keys.size() + " of " + receipt.draft().policy().n() + " workers signed";
    return keys.size() >= threshold
        ? Check.ok(Subject.CERTIFICATE, counted + ", " + threshold + " needed")
        : Check.failed(Subject.CERTIFICATE, counted + ", " + threshold + " are needed");
  }

  /** Why a worker's signature does not count. */
  private Optional<String> refusal(Worker worker) {
    var registered = registry.workerAt(worker.registerIndex());
    if (registered.isEmpty())
      return Optional.of("has no registration at leaf " + worker.registerIndex() + " in the file");
    var key = registered.get().key();
    if (!key.keyId().equals(worker.keyId()))
      return Optional.of("registered " + key.keyId() + ", the receipt names " + worker.keyId());
    var envelope = results.orElseThrow();
    var verifier = new ResultVerifier(1);
    Optional<String> why = Optional.of("has not signed the result");
    for (var signature : envelope.signatures()) {
      if (!signature.keyId().equals(key.keyId())) continue;
      switch (verifier.verify(key, envelope.payload(), signature)) {
        case Counts _ -> {
          return Optional.empty();
        }
        case Refused(_, String detail) -> why = Optional.of("signed, but it " + detail);
      }
    }
    return why;
  }

  /** In what the receipt tells another story than the result that the workers signed. */
  private List<String> differences() {
    var envelope = results.orElseThrow();
    if (!envelope.payloadType().equals(Purpose.RESULT.payloadType()))
      return List.of(
          "the result is of type "
              + envelope.payloadType()
              + ", expected "
              + Purpose.RESULT.payloadType());
    ResultStatement result;
    try {
      result = ResultStatement.parse(envelope.payload());
    } catch (JsonException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
    var draft = receipt.draft();
    var wrong = new ArrayList<String>();
    compare(wrong, "invocation", draft.invocation().id(), result.invocation());
    compare(wrong, "nonce", draft.invocation().nonce(), result.nonce());
    compare(wrong, "function", draft.function().module(), result.module());
    compare(wrong, "manifest", draft.function().manifest(), result.manifest());
    compare(wrong, "input", draft.input().sha256(), result.input());
    compare(wrong, "output", draft.output().sha256(), result.output());
    compare(wrong, "end", draft.end(), result.end());
    compare(wrong, "profile", draft.policy().profile(), result.profile());
    return wrong;
  }

  private static void compare(List<String> wrong, String what, Object told, Object signed) {
    if (!told.equals(signed)) wrong.add(what + " is " + told + ", the workers signed " + signed);
  }

  private Check workers(Checkpoint in) {
    if (results.isEmpty())
      return Check.skipped(Subject.WORKERS, "no registrations are in the file");
    var known = new ArrayList<String>();
    for (var worker : receipt.draft().certificate().workers()) {
      try {
        var proven = registry.worker(worker.registerIndex(), in);
        var why = mismatch(worker, proven.entry());
        if (why.isPresent()) return Check.failed(Subject.WORKERS, worker.id() + " " + why.get());
        known.add(
            worker.id()
                + " registered at "
                + proven.index()
                + ", valid until "
                + proven.entry().holder().notAfter());
      } catch (Unproven e) {
        return Check.failed(Subject.WORKERS, worker.id() + ": " + e.why());
      }
    }
    var searched =
        scan.map(s -> "not revoked among the first " + Math.min(s.size(), leaf) + " leaves")
            .orElse("revocation not searched");
    if (scan.filter(s -> s.size() < leaf).isPresent()) searched += " of " + leaf;
    return Check.ok(Subject.WORKERS, String.join("; ", known) + "; " + searched);
  }

  private Optional<String> mismatch(Worker worker, WorkerRegister entry) {
    var holder = entry.holder();
    if (!holder.spiffeId().equals(worker.id()))
      return Optional.of("is not who registered at its leaf: " + holder.spiffeId());
    if (!holder.zone().equals(worker.zone()))
      return Optional.of(
          "is in zone "
              + worker.zone().orElse("unknown")
              + ", registered in "
              + holder.zone().orElse("unknown"));
    if (worker.registerIndex() >= leaf)
      return Optional.of(
          "was registered at leaf "
              + worker.registerIndex()
              + ", not before the receipt's, "
              + leaf);
    // a worker that renewed while it ran is named by its newest registration
    var time = receipt.draft().invocation().finishedAt();
    if (!covers(entry.at(), holder.notAfter(), time))
      return Optional.of(
          "held its key from "
              + entry.at()
              + " to "
              + holder.notAfter()
              + "; the run was at "
              + time);
    return revocation(scan, worker.keyId(), leaf).map(r -> "was revoked at leaf " + r.index());
  }

  /** A revocation of this key that the log took before this leaf. */
  static Optional<Revocation> revocation(Optional<Scan> scan, String keyId, long leaf) {
    return scan.stream()
        .flatMap(s -> s.revocations().stream())
        .filter(r -> r.keyId().equals(keyId) && r.index() < leaf)
        .findFirst();
  }

  /** Whether a key held in this time may be used at that one, by clocks that differ a little. */
  static boolean covers(Instant from, Instant to, Instant time) {
    return !time.plus(ResultAudit.CLOCK_SKEW).isBefore(from)
        && time.minus(ResultAudit.CLOCK_SKEW).isBefore(to);
  }

  private Check diversity() {
    var policy = receipt.draft().policy();
    if (policy.diversity().isEmpty())
      return Check.ok(Subject.DIVERSITY, "mode " + policy.mode() + " asks for none");
    if (policy.diversity().contains("zone")) {
      var zones = new HashSet<String>();
      for (var worker : receipt.draft().certificate().workers()) {
        if (worker.zone().isEmpty())
          return Check.failed(Subject.DIVERSITY, worker.id() + " is in no zone that is known");
        if (!zones.add(worker.zone().get()))
          return Check.failed(Subject.DIVERSITY, "two workers are in zone " + worker.zone().get());
      }
    }
    var unknown = policy.diversity().stream().filter(word -> !word.equals("zone")).toList();
    return unknown.isEmpty()
        ? Check.ok(Subject.DIVERSITY, "all in other zones")
        : Check.skipped(
            Subject.DIVERSITY,
            "registrations do not tell " + String.join(", ", unknown) + ", so it was not checked");
  }
}
