package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.RUN;
import static dev.windlass.receipt.SmallLog.SINGLE;
import static dev.windlass.receipt.SmallLog.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.ReceiptAudit.Evidence;
import dev.windlass.receipt.ReceiptAudit.Revocation;
import dev.windlass.receipt.ReceiptAudit.Scan;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.WitnessPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The seven checks of trust annex §3.3; the attacks of §8 rows 7 and 21. */
class ReceiptAuditTest {
  private static final List<Subject> SEVEN =
      List.of(
          Subject.SIGNATURE,
          Subject.CERTIFICATE,
          Subject.WORKERS,
          Subject.DIVERSITY,
          Subject.INCLUSION,
          Subject.WITNESSES,
          Subject.REEXECUTION);

  private final SmallLog log = new SmallLog();

  private List<Check> audit(ReceiptFile file) {
    return ReceiptAudit.of(file, log.policy, Evidence.NONE);
  }

  private static Check check(List<Check> checks, Subject subject) {
    return checks.stream().filter(c -> c.subject() == subject).findFirst().orElseThrow();
  }

  private static void assertGood(List<Check> checks) {
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
    assertEquals(0, ReceiptAudit.exitCode(checks));
    assertEquals(SEVEN, checks.stream().map(Check::subject).limit(7).toList());
  }

  private static void assertFails(List<Check> checks, Subject... subjects) {
    var failed =
        checks.stream()
            .filter(c -> c.state() == State.FAILED)
            .map(Check::subject)
            .collect(Collectors.toSet());
    assertEquals(Set.of(subjects), failed, checks::toString);
    assertFalse(ReceiptAudit.isGood(checks));
    assertEquals(SEVEN, checks.stream().map(Check::subject).limit(7).toList());
    assertEquals(subjects[0].exitCode(), ReceiptAudit.exitCode(checks));
  }

  private static Evidence brought(Bytes output) {
    return new Evidence(
        Optional.of(Digest.of(output)),
        Optional.of(Digest.of(SmallLog.INPUT)),
        Optional.of(SmallLog.MODULE),
        Optional.empty(),
        Optional.empty());
  }

  private static Evidence scanned(Scan scan) {
    return new Evidence(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(scan));
  }

  private static ReceiptFile with(ReceiptFile f, Dsse receipt) {
    return new ReceiptFile(receipt, f.results(), f.registry(), f.index(), f.path(), f.checkpoint());
  }

  private static ReceiptFile withResults(ReceiptFile f, Dsse results) {
    return new ReceiptFile(f.receipt(), results, f.registry(), f.index(), f.path(), f.checkpoint());
  }

  private static ReceiptFile with(ReceiptFile f, RegistryProof registry) {
    return new ReceiptFile(f.receipt(), f.results(), registry, f.index(), f.path(), f.checkpoint());
  }

  private static ReceiptFile with(ReceiptFile f, Note checkpoint) {
    return new ReceiptFile(f.receipt(), f.results(), f.registry(), f.index(), f.path(), checkpoint);
  }

  private static RegistryProof without(RegistryProof registry, int index) {
    var items = new ArrayList<>(registry.items());
    items.removeIf(item -> item.index() == index);
    return new RegistryProof(items);
  }

  @Test
  void a_receipt_verifies_from_its_file_and_a_policy_alone() {
    for (var file : List.of(log.single(), log.batched())) {
      var read = ReceiptFile.parse(file.encode().toArray());

      assertEquals(file, read);
      var checks = audit(read);
      assertGood(checks);
      assertEquals(State.SKIPPED, check(checks, Subject.REEXECUTION).state());
      assertTrue(check(checks, Subject.WORKERS).detail().contains("revocation not searched"));
      assertGood(ReceiptAudit.of(read, log.policy, brought(OUTPUT)));
    }
    assertTrue(
        check(audit(log.batched()), Subject.SIGNATURE)
            .detail()
            .endsWith("receipt 2 of a batch of 3"));
  }

  @Test
  void an_output_that_the_head_changed_on_the_way_is_found() {
    var checks = ReceiptAudit.of(log.single(), log.policy, brought(Bytes.utf8("Hello, Eve")));

    assertFails(checks, Subject.OUTPUT);
    assertEquals(18, ReceiptAudit.exitCode(checks));
  }

  @Test
  void a_head_cannot_tell_another_story_than_the_workers_signed() {
    var honest = log.results(result(1, OUTPUT), 0);
    var good = log.draft(1);
    var forged = result(1, Bytes.utf8("Hello, Eve"));
    var drafts =
        List.of(
            log.draft(forged, honest, SINGLE, 0),
            changed(good, new End.Exit(1, OptionalLong.of(183_422))),
            changed(good, new End.Exit(0, OptionalLong.of(1))),
            changed(good, new End.Trap("unreachable")),
            log.draft(result(2, OUTPUT), honest, SINGLE, 0),
            log.draft(result(1, OUTPUT), honest, ExecutionPolicy.single("rec-1"), 0));
    for (var draft : drafts) assertFails(audit(log.file(draft, honest)), Subject.CERTIFICATE);
  }

  private static ReceiptDraft changed(ReceiptDraft d, End end) {
    return new ReceiptDraft(
        d.invocation(),
        d.function(),
        d.input(),
        end,
        d.output(),
        d.stderr(),
        d.policy(),
        d.certificate(),
        d.head());
  }

  @Test
  void only_the_result_envelope_that_the_receipt_names_counts() {
    var file = log.single();

    var resigned = log.results(result(1, OUTPUT), 0, 1);
    assertFails(audit(withResults(file, resigned)), Subject.CERTIFICATE);
    var other = log.results(result(2, OUTPUT), 0);
    assertFails(audit(withResults(file, other)), Subject.CERTIFICATE);
  }

  @Test
  void as_many_different_workers_must_have_signed_as_the_policy_asks_for() {
    var quorum = new ExecutionPolicy("quorum", 3, 2, List.of("zone"), 0, "det-1");
    var result = result(1, OUTPUT);

    var two = log.results(result, 0, 1);
    assertGood(audit(log.file(log.draft(result, two, quorum, 0, 1), two)));

    var one = log.results(result, 0);
    assertFails(audit(log.file(log.draft(result, one, quorum, 0), one)), Subject.CERTIFICATE);
    assertFails(audit(log.file(log.draft(result, one, quorum, 0, 1), one)), Subject.CERTIFICATE);
  }

  @Test
  void a_worker_that_renewed_while_it_ran_is_believed() {
    var d = log.draft(1);
    var finished = SmallLog.RUN.plusSeconds(300);
    var first = log.worker(0, Optional.of("zone-0"), SmallLog.RUN.plusSeconds(3600));
    long renewed =
        log.append(
            new LogEntry.WorkerRegister(
                SmallLog.RUN.plusSeconds(200),
                first.holder(),
                first.key(),
                first.x25519(),
                first.engine()),
            log.registrar);
    var i = d.invocation();
    var invocation =
        new ReceiptDraft.Invocation(i.id(), i.nonce(), i.caller(), i.requestedAt(), finished);
    var w = d.certificate().workers().getFirst();
    var worker = new ReceiptDraft.Worker(w.id(), w.keyId(), w.zone(), renewed);
    var certificate = new ReceiptDraft.Certificate(d.certificate().envelope(), List.of(worker));
    var draft =
        new ReceiptDraft(
            invocation,
            d.function(),
            d.input(),
            d.end(),
            d.output(),
            d.stderr(),
            d.policy(),
            certificate,
            d.head());
    var single = log.signer.single(new ReceiptStatement(draft, 1, Optional.empty()).canonical());
    long leaf = log.append(single.leaf());
    var registry = new RegistryProof(List.of(log.item(0), log.item(1), log.item(renewed)));
    assertGood(
        audit(
            new ReceiptFile(
                single.envelope(),
                log.results(result(1, OUTPUT), 0),
                registry,
                leaf,
                log.path(leaf),
                log.witnessed(finished.plusSeconds(2)))));
  }

  @Test
  void a_worker_that_signed_twice_counts_once() {
    var quorum = new ExecutionPolicy("quorum", 3, 2, List.of(), 0, "det-1");
    var result = result(1, OUTPUT);
    var twice = log.results(result, 0, 0);

    assertFails(audit(log.file(log.draft(result, twice, quorum, 0), twice)), Subject.CERTIFICATE);
    assertFails(
        audit(log.file(log.draft(result, twice, quorum, 0, 0), twice)), Subject.CERTIFICATE);
  }

  @Test
  void a_signature_of_a_worker_that_does_not_verify_does_not_count() {
    var result = result(1, OUTPUT);
    var other = log.results(result(2, OUTPUT), 0);
    var wrong = new Dsse(Purpose.RESULT.payloadType(), result.canonical(), other.signatures());

    assertFails(audit(log.file(log.draft(result, wrong, SINGLE, 0), wrong)), Subject.CERTIFICATE);
  }

  @Test
  void workers_must_differ_in_what_the_policy_names_and_what_nobody_registered_is_said() {
    var result = result(1, OUTPUT);
    var results = log.results(result, 0, 1);
    var good = log.draft(result, results, SINGLE, 0, 1).certificate().workers();
    var sameZone =
        List.of(
            good.get(0),
            new ReceiptDraft.Worker(good.get(1).id(), good.get(1).keyId(), good.get(0).zone(), 3));
    var zones = new ExecutionPolicy("quorum", 3, 2, List.of("zone"), 0, "det-1");

    var draft = withWorkers(log.draft(result, results, zones, 0, 1), sameZone);
    // The second worker registered in another zone than the receipt says.
    assertFails(audit(log.file(draft, results)), Subject.WORKERS, Subject.DIVERSITY);

    var nodes = new ExecutionPolicy("quorum", 3, 2, List.of("node", "zone"), 0, "det-1");
    var checks = audit(log.file(log.draft(result, results, nodes, 0, 1), results));
    assertGood(checks);
    assertEquals(State.SKIPPED, check(checks, Subject.DIVERSITY).state());
  }

  private static ReceiptDraft withWorkers(ReceiptDraft d, List<ReceiptDraft.Worker> workers) {
    return new ReceiptDraft(
        d.invocation(),
        d.function(),
        d.input(),
        d.end(),
        d.output(),
        d.stderr(),
        d.policy(),
        new ReceiptDraft.Certificate(d.certificate().envelope(), workers),
        d.head());
  }

  @Test
  void a_worker_counts_only_as_the_log_registered_it() {
    var file = log.single();

    assertFails(
        audit(with(file, without(file.registry(), 2))), Subject.CERTIFICATE, Subject.WORKERS);
    var self = SignedEntry.sign(log.worker(0, Optional.of("zone-0"), RUN), log.workers.get(0));
    assertFails(audit(replaced(file, 2, self)), Subject.WORKERS);
    var unlogged =
        SignedEntry.sign(
            log.worker(0, Optional.of("zone-0"), RUN.plusSeconds(7200)), log.registrar);
    assertFails(audit(replaced(file, 2, unlogged)), Subject.WORKERS);
  }

  private static ReceiptFile replaced(ReceiptFile file, int index, SignedEntry entry) {
    var items = new ArrayList<RegistryProof.Item>();
    for (var item : file.registry().items())
      items.add(item.index() == index ? new RegistryProof.Item(index, entry, item.path()) : item);
    return with(file, new RegistryProof(items));
  }

  @Test
  void a_worker_whose_certificate_was_over_or_that_registered_later_does_not_count() {
    var result = result(1, OUTPUT);
    var results = log.results(result, 0);
    long over =
        log.append(log.worker(0, Optional.of("zone-0"), RUN.minusSeconds(60)), log.registrar);
    var draft = log.draft(result, results, SINGLE, 0);
    var worker = draft.certificate().workers().getFirst();
    var old =
        withWorkers(
            draft,
            List.of(new ReceiptDraft.Worker(worker.id(), worker.keyId(), worker.zone(), over)));

    var file = log.file(old, results);
    var items = new ArrayList<>(file.registry().items());
    items.add(log.item(over));
    assertFails(audit(with(file, new RegistryProof(items))), Subject.WORKERS);

    long later = log.leaves.size() + 1L;
    var early =
        withWorkers(
            draft,
            List.of(new ReceiptDraft.Worker(worker.id(), worker.keyId(), worker.zone(), later)));
    var single = log.signer.single(new ReceiptStatement(early, 1, Optional.empty()).canonical());
    long at = log.append(single.leaf());
    log.append(log.worker(0, Optional.of("zone-0"), RUN.plusSeconds(3600)), log.registrar);
    var soon = log.file(single.envelope(), results, at);
    var more = new ArrayList<>(soon.registry().items());
    more.add(log.item(later));
    assertFails(audit(with(soon, new RegistryProof(more))), Subject.WORKERS);
  }

  @Test
  void a_revocation_that_the_log_took_before_the_receipt_counts_and_a_later_one_does_not() {
    var file = log.single();
    var worker = log.workers.getFirst().publicKey().keyId();
    var head = log.headKey.publicKey().keyId();

    var before = new Scan(file.index() + 1, List.of(new Revocation(file.index() - 1, worker)));
    assertFails(ReceiptAudit.of(file, log.policy, scanned(before)), Subject.WORKERS);
    var beforeHead = new Scan(file.index() + 1, List.of(new Revocation(0, head)));
    assertFails(ReceiptAudit.of(file, log.policy, scanned(beforeHead)), Subject.SIGNATURE);
    var after =
        new Scan(100, List.of(new Revocation(file.index() + 1, worker), new Revocation(99, head)));
    var checks = ReceiptAudit.of(file, log.policy, scanned(after));
    assertGood(checks);
    assertTrue(check(checks, Subject.WORKERS).detail().contains("not revoked among the first 5"));
  }

  @Test
  void a_head_counts_only_as_the_log_registered_it() {
    var file = log.single();

    assertFails(audit(with(file, without(file.registry(), 1))), Subject.SIGNATURE);
    assertFails(audit(with(file, without(file.registry(), 0))), Subject.SIGNATURE, Subject.WORKERS);
    var self =
        SignedEntry.sign(
            log.head(SmallLog.HEAD, log.headKey, log.headP256.publicKey()), log.headKey);
    assertFails(audit(replaced(file, 1, self)), Subject.SIGNATURE);
    var otherGenesis = SignedEntry.sign(log.genesis(), log.registrar);
    assertFails(audit(replaced(file, 0, otherGenesis)), Subject.SIGNATURE, Subject.WORKERS);
  }

  @Test
  void a_receipt_of_another_registered_head_than_it_names_is_refused() {
    var other = P256Key.make(new java.security.SecureRandom());
    long index =
        log.append(
            log.head("spiffe://test/ns/default/head/h2", SmallLog.key(99), other.publicKey()),
            log.registrar);
    var payload = new ReceiptStatement(log.draft(1), 1, Optional.empty()).canonical();
    var single = new ReceiptSigner(SmallLog.key(99), other).single(payload);
    var file =
        log.file(single.envelope(), log.results(result(1, OUTPUT), 0), log.append(single.leaf()));
    var items = new ArrayList<>(file.registry().items());
    items.add(log.item(index));

    assertFails(audit(with(file, new RegistryProof(items))), Subject.SIGNATURE);
  }

  @Test
  void another_payload_type_is_refused() {
    var file = log.single();
    var swapped =
        new Dsse(
            Purpose.RESULT.payloadType(), file.receipt().payload(), file.receipt().signatures());

    assertTrue(failed(audit(with(file, swapped))).contains(Subject.SIGNATURE));
  }

  private static Set<Subject> failed(List<Check> checks) {
    var failed = new HashSet<Subject>();
    for (var check : checks) if (check.state() == State.FAILED) failed.add(check.subject());
    return failed;
  }

  @Test
  void a_workers_key_does_not_count_on_a_receipt() {
    var file = log.single();
    var payload = file.receipt().payload();
    var key = log.workers.getFirst();
    var sig = key.sign(Dsse.pae(Purpose.RECEIPT.payloadType(), payload));
    for (var keyId : List.of(key.publicKey().keyId(), log.headP256.publicKey().keyId())) {
      var forged =
          new Dsse(
              Purpose.RECEIPT.payloadType(),
              payload,
              List.of(new Dsse.Signature(keyId, sig, Optional.empty())));
      assertTrue(failed(audit(with(file, forged))).contains(Subject.SIGNATURE), keyId);
    }
  }

  @Test
  void a_receipt_spliced_into_a_batch_is_refused() {
    var file = log.batched();
    var signature = file.receipt().signatures().getFirst();
    var batch = signature.batch().orElseThrow();
    var other = new ReceiptStatement(log.draft(9), 1, Optional.empty()).canonical();
    var type = Purpose.RECEIPT.payloadType();

    var spliced = new Dsse(type, other, List.of(signature));
    assertTrue(failed(audit(with(file, spliced))).contains(Subject.SIGNATURE));
    for (int index : new int[] {0, 2, 3}) {
      var moved = new Dsse.Batch(batch.statement(), index, batch.path());
      var wrong =
          new Dsse(
              type,
              file.receipt().payload(),
              List.of(new Dsse.Signature(signature.keyId(), signature.sig(), Optional.of(moved))));
      assertFails(audit(with(file, wrong)), Subject.SIGNATURE);
    }
    var stripped =
        new Dsse(
            type,
            file.receipt().payload(),
            List.of(new Dsse.Signature(signature.keyId(), signature.sig(), Optional.empty())));
    assertTrue(failed(audit(with(file, stripped))).contains(Subject.SIGNATURE));
  }

  @Test
  void a_signature_written_differently_is_no_second_receipt() {
    var file = log.single();
    var signature = file.receipt().signatures().getFirst();
    var parsed = EcdsaSignature.parse(signature.sig()).orElseThrow();
    var order =
        new java.math.BigInteger(
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    var mirrored = new EcdsaSignature(parsed.r(), order.subtract(parsed.s())).der();
    var longer = new byte[signature.sig().size() + 1];
    System.arraycopy(signature.sig().toArray(), 0, longer, 0, longer.length - 1);
    for (var sig : List.of(mirrored, Bytes.wrap(longer), Bytes.EMPTY)) {
      var other =
          new Dsse(
              file.receipt().payloadType(),
              file.receipt().payload(),
              List.of(new Dsse.Signature(signature.keyId(), sig, Optional.empty())));
      assertFails(audit(with(file, other)), Subject.SIGNATURE, Subject.INCLUSION);
    }
  }

  @Test
  void a_key_id_that_is_not_the_keys_is_refused_so_that_a_leaf_has_one_form() {
    for (var file : List.of(log.single(), log.batched())) {
      var signature = file.receipt().signatures().getFirst();
      for (var keyId :
          List.of(log.headKey.publicKey().keyId(), log.headP256.publicKey().keyId(), "x")) {
        if (keyId.equals(signature.keyId())) continue;
        var renamed =
            new Dsse(
                file.receipt().payloadType(),
                file.receipt().payload(),
                List.of(new Dsse.Signature(keyId, signature.sig(), signature.batch())));
        assertTrue(failed(audit(with(file, renamed))).contains(Subject.SIGNATURE));
      }
    }
  }

  @Test
  void a_receipt_that_is_not_in_the_log_is_not_included() {
    var payload = new ReceiptStatement(log.draft(1), 1, Optional.empty()).canonical();
    var unlogged = log.signer.single(payload);
    var file = log.single();

    assertFails(audit(with(file, unlogged.envelope())), Subject.INCLUSION);
    var shifted =
        new ReceiptFile(
            file.receipt(),
            file.results(),
            file.registry(),
            file.index() + 1,
            file.path(),
            file.checkpoint());
    assertFails(audit(shifted), Subject.INCLUSION);
    var path = new ArrayList<>(file.path());
    path.set(0, Hash.EMPTY_ROOT);
    var wrongPath =
        new ReceiptFile(
            file.receipt(), file.results(), file.registry(), file.index(), path, file.checkpoint());
    assertFails(audit(wrongPath), Subject.INCLUSION);
  }

  @Test
  void a_checkpoint_counts_with_the_cosignatures_that_the_reader_asks_for() {
    var file = log.single();

    var alone = with(file, log.unwitnessed());
    assertFails(audit(alone), Subject.WITNESSES);
    var one = log.cosigned(log.unwitnessed(), SmallLog.WITNESSED, 1);
    assertFails(audit(with(file, one)), Subject.WITNESSES);
    var others = log.cosigned(log.unwitnessed(), SmallLog.WITNESSED, 1, 2);
    assertGood(audit(with(file, others)));
    var none = WitnessPolicy.of(log.logKey.verifier(), List.of(), 0);
    assertGood(ReceiptAudit.of(alone, none, Evidence.NONE));
    var otherLog =
        WitnessPolicy.of(
            new dev.windlass.tlog.SigningKey("other.log", new byte[32]).verifier(), List.of(), 0);
    assertFails(ReceiptAudit.of(file, otherLog, Evidence.NONE), Subject.WITNESSES);
  }

  @Test
  void running_it_again_is_compared_with_what_the_workers_signed() {
    var file = log.single();
    var engine = result(1, OUTPUT).engine();
    var end = new End.Exit(0, OptionalLong.of(183_422));

    var same = new Rerun(engine, end, Digest.of(OUTPUT));
    var checks = ReceiptAudit.of(file, log.policy, rerun(same));
    assertGood(checks);
    assertEquals(State.OK, check(checks, Subject.REEXECUTION).state());
    var other = new Rerun(engine, end, Digest.of(Bytes.utf8("Hello, Eve")));
    assertFails(ReceiptAudit.of(file, log.policy, rerun(other)), Subject.REEXECUTION);
  }

  private static Evidence rerun(Rerun rerun) {
    return new Evidence(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(rerun), Optional.empty());
  }

  @Test
  void what_is_no_receipt_fails_and_nothing_else_is_claimed() {
    var file = log.single();
    var signature = file.receipt().signatures();
    for (var text : List.of("", "{}", "{\"a\":1,\"a\":1}", "[]")) {
      var checks =
          audit(with(file, new Dsse(Purpose.RECEIPT.payloadType(), Bytes.utf8(text), signature)));
      assertFails(checks, Subject.SIGNATURE);
      for (var check : checks)
        assertTrue(check.subject() == Subject.SIGNATURE || check.state() == State.SKIPPED);
    }
  }
}
