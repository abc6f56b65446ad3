package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.FINISHED;
import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.RUN;
import static dev.windlass.receipt.SmallLog.WITNESSED;
import static dev.windlass.receipt.SmallLog.hash;
import static dev.windlass.receipt.SmallLog.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Misbehaviour.DoubleResult;
import dev.windlass.receipt.Misbehaviour.Equivocation;
import dev.windlass.receipt.Misbehaviour.Fork;
import dev.windlass.receipt.Misbehaviour.Judgement.Proven;
import dev.windlass.receipt.Misbehaviour.Judgement.Unproven;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Trust annex §1.6: what proves a broken promise to anyone, and what only looks like it. */
class MisbehaviourTest {
  /** When the promise of {@link SmallLog#draft} and the clocks' tolerance are over. */
  private static final Instant DUE = FINISHED.plusSeconds(10).plus(Omission.CLOCK_SKEW);

  private static final Instant LATE = Instant.ofEpochSecond(DUE.getEpochSecond() + 1);
  private static final Instant EARLY =
      Instant.ofEpochSecond(FINISHED.minus(Omission.CLOCK_SKEW).getEpochSecond());

  private final SmallLog log = new SmallLog();

  private Proven assertProven(Misbehaviour proof, String accused) {
    var read = Misbehaviour.parse(proof.encode().toArray());
    assertEquals(proof, read);
    var proven = assertInstanceOf(Proven.class, read.verify(log.policy));
    assertEquals(accused, proven.accused());
    return proven;
  }

  private void assertUnproven(Misbehaviour proof, String why) {
    var judgement = proof.verify(log.policy);
    var unproven = assertInstanceOf(Unproven.class, judgement);
    assertTrue(unproven.why().contains(why), unproven::why);
  }

  private static Note sign(SigningKey key, Checkpoint checkpoint) {
    return key.sign(checkpoint);
  }

  private Checkpoint other(Checkpoint of, long size) {
    return new Checkpoint(of.origin(), size, hash(Bytes.utf8("another history")));
  }

  @Test
  void two_roots_for_one_size_prove_a_fork() {
    var here = log.witnessed(WITNESSED);
    var there = log.logKey.sign(other(log.checkpoint(), log.leaves.size()));

    var proven = assertProven(new Fork(here, there), SmallLog.ORIGIN);

    assertTrue(proven.what().contains(log.checkpoint().root().base64()));
  }

  @Test
  void no_fork_is_proven_by_less() {
    var here = log.unwitnessed();
    var size = log.leaves.size();

    assertUnproven(new Fork(here, log.witnessed(WITNESSED)), "both checkpoints have the root");
    assertUnproven(
        new Fork(here, log.logKey.sign(other(log.checkpoint(), size + 1))), "of two sizes");
    var stranger = new SigningKey(SmallLog.ORIGIN, SmallLog.seed(77).toArray());
    assertUnproven(
        new Fork(here, sign(stranger, other(log.checkpoint(), size))),
        "the second checkpoint is not signed by a log");
    var otherOrigin = new Checkpoint("log.other/ledger", size, Hash.EMPTY_ROOT);
    assertUnproven(new Fork(here, log.logKey.sign(otherOrigin)), "is not signed by a log");
    var changed = new Note(other(log.checkpoint(), size).text(), here.signatures());
    assertUnproven(new Fork(here, changed), "is not signed by a log");
  }

  private Equivocation equivocation(Dsse first, Dsse second) {
    return new Equivocation(first, second, log.registry(0), log.witnessed(WITNESSED));
  }

  private Bytes receipt(int number, long seq) {
    var prev =
        seq == 1
            ? Optional.<dev.windlass.function.Digest>empty()
            : Optional.of(dev.windlass.function.Digest.of(Bytes.utf8("before")));
    return new ReceiptStatement(log.draft(number), seq, prev).canonical();
  }

  @Test
  void two_receipts_for_one_place_prove_an_equivocation_however_they_were_signed() {
    var single = log.signer.single(receipt(1, 7)).envelope();
    var other = log.signer.single(receipt(2, 7)).envelope();
    var batched = log.signer.batch(List.of(receipt(3, 7), receipt(4, 8)), 7).envelope(0);

    assertProven(equivocation(single, other), SmallLog.HEAD);
    assertProven(equivocation(single, batched), SmallLog.HEAD);
    assertProven(equivocation(batched, other), SmallLog.HEAD);
  }

  @Test
  void no_equivocation_is_proven_by_less() {
    var single = log.signer.single(receipt(1, 7)).envelope();

    var again = log.signer.single(receipt(1, 7)).envelope();
    assertUnproven(equivocation(single, again), "both receipts are the same");
    var next = log.signer.single(receipt(2, 8)).envelope();
    assertUnproven(equivocation(single, next), "two places");
    var unsigned = new Dsse(single.payloadType(), receipt(2, 7), single.signatures());
    assertUnproven(equivocation(single, unsigned), "does not count");
    var stranger = P256Key.make(new SecureRandom());
    var forged = new ReceiptSigner(SmallLog.key(90), stranger).single(receipt(2, 7)).envelope();
    assertUnproven(equivocation(single, forged), "no head.register entry");
    var unwitnessed =
        new Equivocation(
            single,
            log.signer.single(receipt(2, 7)).envelope(),
            log.registry(0),
            log.unwitnessed());
    assertUnproven(unwitnessed, "quorum");
  }

  @Test
  void another_heads_export_or_key_is_no_equivocation_of_the_issuer() {
    var key = P256Key.make(new SecureRandom());
    var other = new ReceiptSigner(SmallLog.key(91), key);
    long index =
        log.append(
            log.head("spiffe://test/ns/default/head/h2", SmallLog.key(91), key.publicKey()),
            log.registrar);
    var items = new ArrayList<>(log.registry(0).items());
    items.add(log.item(index));
    var registry = new RegistryProof(items);
    var mine = log.signer.single(receipt(1, 7)).envelope();
    var theirs = other.single(receipt(2, 7)).envelope();

    assertUnproven(
        new Equivocation(mine, theirs, registry, log.witnessed(WITNESSED)), "exported by");
  }

  @Test
  void two_heads_at_one_place_of_their_own_chains_did_nothing_wrong() {
    var key = P256Key.make(new SecureRandom());
    long index =
        log.append(log.head(SmallLog.HEAD, SmallLog.key(91), key.publicKey()), log.registrar);
    var items = new ArrayList<>(log.registry(0).items());
    items.add(log.item(index));
    var before = log.signer.single(receipt(1, 7)).envelope();
    var afterRestart = new ReceiptSigner(SmallLog.key(91), key).single(receipt(2, 7)).envelope();

    var proof =
        new Equivocation(before, afterRestart, new RegistryProof(items), log.witnessed(WITNESSED));
    assertUnproven(proof, "two heads' keys");
  }

  private DoubleResult twice(Dsse first, Dsse second) {
    return new DoubleResult(first, second, log.registry(1), log.witnessed(WITNESSED));
  }

  @Test
  void two_results_of_one_invocation_by_one_key_prove_it() {
    var first = log.results(result(1, OUTPUT), 0);
    var second = log.results(result(1, Bytes.utf8("Hello, Eve")), 1, 0);
    var eve = result(1, Bytes.utf8("Hello, Eve")).canonical();
    var batch = new BatchSigner(log.workers.getFirst()).sign(List.of(Bytes.utf8("x"), eve)).get(1);
    var batched = new Dsse(Purpose.RESULT.payloadType(), eve, List.of(batch));

    assertProven(twice(first, second), SmallLog.workerId(0));
    assertProven(twice(first, batched), SmallLog.workerId(0));
  }

  @Test
  void no_double_result_is_proven_by_less() {
    var first = log.results(result(1, OUTPUT), 0);
    var eve = result(1, Bytes.utf8("Hello, Eve"));

    assertUnproven(twice(first, log.results(result(1, OUTPUT), 0)), "both results are the same");
    assertUnproven(twice(first, log.results(result(2, OUTPUT), 0)), "two invocations");
    assertUnproven(twice(first, log.results(eve, 1)), "no worker's key signed both");
    var forged = new Dsse(Purpose.RESULT.payloadType(), eve.canonical(), first.signatures());
    assertUnproven(twice(first, forged), "no worker's key signed both");
    var stranger = new BatchSigner(SmallLog.key(95));
    var type = Purpose.RESULT.payloadType();
    var one = new Dsse(type, first.payload(), List.of(stranger.direct(first.payload())));
    var two = new Dsse(type, eve.canonical(), List.of(stranger.direct(eve.canonical())));
    assertUnproven(twice(one, two), "no worker.register entry");
    var other = new Dsse("text/plain", first.payload(), first.signatures());
    assertUnproven(twice(first, other), "expected two results");
  }

  /** A receipt that was signed and kept back; the log has gone on. */
  private Omission omission() {
    var kept = log.signer.single(receipt(1, 7)).envelope();
    int before = log.leaves.size();
    var earlier = log.witnessed(EARLY);
    var subtrees = log.subtrees(before);
    for (int i = 2; i < 9; i++) log.append(log.signer.single(receipt(i, 6 + i)).leaf());
    return new Omission(
        kept, log.registry(0), Optional.of(earlier), subtrees, hashes(before), log.witnessed(LATE));
  }

  private List<Hash> hashes(int from) {
    return log.leaves.subList(from, log.leaves.size()).stream().map(SmallLog::hash).toList();
  }

  @Test
  void a_receipt_that_is_not_in_the_log_after_its_time_proves_an_omission() {
    var proof = omission();
    assertProven(proof, SmallLog.HEAD);

    var whole =
        new Omission(
            proof.receipt(),
            proof.registry(),
            Optional.empty(),
            List.of(),
            hashes(0),
            proof.after());
    assertProven(whole, SmallLog.HEAD);
    var batched = log.signer.batch(List.of(receipt(1, 7), receipt(2, 8)), 7).envelope(1);
    assertProven(
        new Omission(
            batched,
            proof.registry(),
            proof.before(),
            proof.subtrees(),
            proof.leaves(),
            proof.after()),
        SmallLog.HEAD);
  }

  @Test
  void a_receipt_that_the_log_has_is_no_omission() {
    int before = log.leaves.size();
    var earlier = log.witnessed(EARLY);
    var subtrees = log.subtrees(before);
    var single = log.signer.single(receipt(1, 7));
    var batch = log.signer.batch(List.of(receipt(2, 8), receipt(3, 9)), 8);
    log.append(batch.leaf().canonical());
    log.append(single.leaf());
    var later = log.witnessed(LATE);

    for (var receipt : List.of(single.envelope(), batch.envelope(0), batch.envelope(1))) {
      var proof =
          new Omission(
              receipt, log.registry(0), Optional.of(earlier), subtrees, hashes(before), later);
      assertUnproven(proof, "of the log");
    }
  }

  @Test
  void an_honest_head_cannot_be_accused_by_writing_its_signature_differently() {
    int before = log.leaves.size();
    var earlier = log.witnessed(EARLY);
    var subtrees = log.subtrees(before);
    var single = log.signer.single(receipt(1, 7));
    var batch = log.signer.batch(List.of(receipt(2, 8), receipt(3, 9)), 8);
    log.append(single.leaf());
    log.append(batch.leaf().canonical());
    var signature = single.envelope().signatures().getFirst();
    var parsed = EcdsaSignature.parse(signature.sig()).orElseThrow();
    var order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    var mirrored = new EcdsaSignature(parsed.r(), order.subtract(parsed.s())).der();
    var inBatch = batch.envelope(0).signatures().getFirst();
    var type = Purpose.RECEIPT.payloadType();

    var written =
        List.of(
            new Dsse(
                type,
                receipt(1, 7),
                List.of(new Dsse.Signature(signature.keyId(), mirrored, Optional.empty()))),
            new Dsse(
                type,
                receipt(2, 8),
                List.of(
                    new Dsse.Signature(
                        log.headP256.publicKey().keyId(), inBatch.sig(), inBatch.batch()))));
    for (var receipt : written)
      assertUnproven(
          new Omission(
              receipt,
              log.registry(0),
              Optional.of(earlier),
              subtrees,
              hashes(before),
              log.witnessed(LATE)),
          "does not count");
  }

  @Test
  void the_range_of_an_omission_must_be_whole_and_the_one_of_the_checkpoints() {
    var good = omission();
    var short_ = new ArrayList<>(good.leaves());
    short_.removeLast();
    assertUnproven(with(good, good.subtrees(), short_), "expected those from 5 to 12");
    var changed = new ArrayList<>(good.leaves());
    changed.set(3, Hash.EMPTY_ROOT);
    assertUnproven(with(good, good.subtrees(), changed), "the leaves lead to the root");
    var swapped = new ArrayList<>(good.leaves());
    swapped.set(0, good.leaves().get(1));
    swapped.set(1, good.leaves().get(0));
    assertUnproven(with(good, good.subtrees(), swapped), "the leaves lead to the root");
    var subtrees = new ArrayList<>(good.subtrees());
    subtrees.set(0, Hash.EMPTY_ROOT);
    assertUnproven(with(good, subtrees, good.leaves()), "the subtrees lead to the root");
    assertUnproven(with(good, List.of(), good.leaves()), "subtrees");
    var nothingBefore =
        new Omission(
            good.receipt(),
            good.registry(),
            Optional.empty(),
            good.subtrees(),
            good.leaves(),
            good.after());
    assertUnproven(nothingBefore, "no earlier checkpoint");
  }

  private static Omission with(Omission o, List<Hash> subtrees, List<Hash> leaves) {
    return new Omission(o.receipt(), o.registry(), o.before(), subtrees, leaves, o.after());
  }

  private static Omission with(Omission o, Note before, Note after) {
    return new Omission(
        o.receipt(), o.registry(), Optional.of(before), o.subtrees(), o.leaves(), after);
  }

  @Test
  void an_omission_counts_only_between_the_times_that_witnesses_saw() {
    var good = omission();
    var before = good.before().orElseThrow();

    var tooSoon = log.witnessed(Instant.ofEpochSecond(DUE.getEpochSecond()));
    assertUnproven(with(good, before, tooSoon), "the later checkpoint was cosigned at");
    var oneTooSoon = log.cosigned(log.cosigned(log.unwitnessed(), LATE, 0), RUN, 1);
    assertUnproven(with(good, before, oneTooSoon), "the later checkpoint was cosigned at");
    var afterwards =
        log.cosigned(
            new Note(before.text(), before.signatures().subList(0, 1)),
            EARLY.plus(Duration.ofSeconds(1)),
            0,
            1);
    assertUnproven(with(good, afterwards, good.after()), "the earlier checkpoint was cosigned at");
    var alone = new Note(before.text(), before.signatures().subList(0, 1));
    assertUnproven(with(good, alone, good.after()), "quorum");
    assertUnproven(with(good, before, log.unwitnessed()), "quorum");
  }

  @Test
  void only_a_registered_heads_own_receipt_can_be_omitted() {
    var good = omission();
    var stranger = new ReceiptSigner(SmallLog.key(90), P256Key.make(new SecureRandom()));
    var forged =
        new Omission(
            stranger.single(receipt(1, 7)).envelope(),
            good.registry(),
            good.before(),
            good.subtrees(),
            good.leaves(),
            good.after());
    assertUnproven(forged, "no head.register entry");
    var worker = log.workers.getFirst();
    var payload = receipt(1, 7);
    var sig = worker.sign(Dsse.pae(Purpose.RECEIPT.payloadType(), payload));
    var byWorker =
        new Dsse(
            Purpose.RECEIPT.payloadType(),
            payload,
            List.of(new Dsse.Signature(log.headP256.publicKey().keyId(), sig, Optional.empty())));
    assertUnproven(
        new Omission(
            byWorker, good.registry(), good.before(), good.subtrees(), good.leaves(), good.after()),
        "does not count");
  }

  @Test
  void what_is_no_proof_fails_only_as_declared() {
    var files = new ArrayList<Bytes>();
    files.add(new Fork(log.unwitnessed(), log.witnessed(WITNESSED)).encode());
    files.add(omission().encode());
    files.add(twice(log.results(result(1, OUTPUT), 0), log.results(result(2, OUTPUT), 0)).encode());
    var chance = new SplittableRandom(5);
    for (var file : files)
      for (int round = 0; round < 300; round++) {
        var octets = file.toArray();
        octets[chance.nextInt(octets.length)] = (byte) chance.nextInt(128);
        try {
          Misbehaviour.parse(octets).verify(log.policy);
        } catch (JsonException e) {
          assertTrue(String.valueOf(e.getMessage()).length() > 5);
        }
      }
    for (var text :
        List.of(
            "{}",
            "{\"v\":2,\"kind\":\"fork\"}",
            "{\"v\":1,\"kind\":\"theft\"}",
            "{\"v\":1,\"kind\":\"fork\",\"first\":\"a\",\"second\":\"b\"}",
            "{\"v\":1,\"kind\":\"fork\",\"kind\":\"fork\"}"))
      assertThrows(JsonException.class, () -> Misbehaviour.parse(Bytes.utf8(text).toArray()), text);
  }
}
