package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Json;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.Submission;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
  @TempDir Path directory;
  private TestLog log;
  private TestHead head;
  private TestHead other;

  @BeforeEach
  void open() {
    log = new TestLog(directory, 1);
    log.threshold = 1;
    log.open();
    head = log.head("h1");
    other = log.head("h2");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private void assertRefused(Refusal reason, Bytes submission) {
    long before = log.log().committed().size();
    var refused = log.refused(submission);
    assertEquals(reason, refused.reason(), refused.detail());
    assertEquals(before, log.log().committed().size());
  }

  private Submission.Batch batch(int n) {
    return (Submission.Batch) head.batch(n).submission();
  }

  private static Bytes with(Submission.Batch batch, int at, Submission.Item item) {
    var items = new ArrayList<>(batch.items());
    items.set(at, item);
    return new Submission.Batch(batch.leaf(), items).encode();
  }

  private static Bytes text(Bytes octets, String from, String to) {
    return Bytes.utf8(octets.utf8().replace(from, to));
  }

  @Test
  void receipts_of_a_head_that_is_not_registered_are_refused() {
    var stranger = new TestHead("h9", 9, log.clock);

    assertRefused(Refusal.UNKNOWN_KEY, stranger.batch(2).octets());
    assertRefused(Refusal.UNKNOWN_KEY, stranger.single().octets());
  }

  @Test
  void a_revoked_head_enters_nothing_more_and_its_earlier_receipts_stay() {
    var before = head.batch(2);
    log.logged(before.octets());

    log.logged(head.revoke(log.registrar));

    assertRefused(Refusal.REVOKED_KEY, head.batch(2).octets());
    assertRefused(Refusal.REVOKED_KEY, head.single().octets());
    assertInstanceOf(Found.Logged.class, log.receipt(before.id(), Duration.ofSeconds(10)));
    log.reopen();
    assertRefused(Refusal.REVOKED_KEY, head.single().octets());
    log.logged(head.register(log.registrar));
    assertRefused(Refusal.REVOKED_KEY, head.single().octets());
  }

  @Test
  void a_receipt_of_a_time_after_the_registration_is_refused() {
    log.clock.ahead = Duration.ofHours(2);
    assertRefused(Refusal.EXPIRED_KEY, head.batch(2).octets());
    assertRefused(Refusal.EXPIRED_KEY, head.single().octets());

    log.logged(head.register(log.registrar));

    log.logged(head.batch(2).octets());
  }

  @Test
  void only_the_registrar_registers_and_revokes() {
    var newcomer = new TestHead("h3", 3, log.clock);
    assertRefused(Refusal.NOT_ALLOWED, newcomer.register(log.operator));
    assertRefused(Refusal.NOT_ALLOWED, newcomer.registerWorker(newcomer.batches));
    assertRefused(Refusal.NOT_ALLOWED, head.revoke(head.batches));
    assertRefused(Refusal.UNKNOWN_KEY, newcomer.revoke(log.registrar));
  }

  @Test
  void a_key_has_one_owner_and_an_owner_is_of_the_trust_domain() {
    var thief = "spiffe://test.example/ns/windlass/head/thief";
    var until = log.clock.instant().plus(Duration.ofHours(1));
    var theft =
        new LogEntry.HeadRegister(
            log.clock.instant(),
            TestHead.holder(thief, until),
            head.batches.publicKey(),
            other.singles.publicKey());
    assertRefused(Refusal.NOT_ALLOWED, TestHead.plain(theft, log.registrar));

    var pair =
        new LogEntry.HeadRegister(
            log.clock.instant(),
            TestHead.holder(head.id, until),
            head.batches.publicKey(),
            P256Key.make(new SecureRandom()).publicKey());
    assertRefused(Refusal.NOT_ALLOWED, TestHead.plain(pair, log.registrar));

    var foreign =
        new LogEntry.WorkerRegister(
            log.clock.instant(),
            TestHead.holder("spiffe://test.example.evil/ns/windlass/worker/w", until),
            TestHead.key(new SplittableRandom(7)).publicKey(),
            Optional.empty(),
            Optional.empty());
    assertRefused(Refusal.WRONG_STATEMENT, TestHead.plain(foreign, log.registrar));
  }

  @Test
  void functions_are_published_by_the_operator_and_epochs_by_their_head() {
    var publish =
        new LogEntry.FunctionPublish(
            log.clock.instant(),
            FunctionName.parse("default/f"),
            "1",
            TestHead.MODULE,
            TestHead.MODULE,
            ExecutionPolicy.single("det-1"));
    log.logged(TestHead.plain(publish, log.operator));
    assertRefused(Refusal.NOT_ALLOWED, TestHead.plain(publish, log.registrar));

    var epoch = epoch(head);
    log.logged(TestHead.plain(epoch, head.batches));
    assertRefused(Refusal.WRONG_STATEMENT, TestHead.plain(epoch, other.batches));
    assertRefused(Refusal.UNKNOWN_KEY, TestHead.plain(epoch, log.operator));
  }

  private LogEntry epoch(TestHead of) {
    return new LogEntry.HeadEpoch(
        log.clock.instant(), of.batches.publicKey().keyId(), 1, 0, Digest.of(Bytes.EMPTY));
  }

  @Test
  void a_log_has_one_first_entry() {
    var genesis =
        new LogEntry.Genesis(
            log.clock.instant(),
            log.config.origin(),
            TestHead.TRUST_DOMAIN,
            log.operator.publicKey(),
            head.batches.publicKey(),
            "log x",
            Json.object().build());
    assertRefused(Refusal.SECOND_GENESIS, TestHead.plain(genesis, log.operator));
  }

  @Test
  void a_signature_with_one_bit_changed_is_refused() {
    var entry = new TestHead("h3", 3, log.clock).register(log.registrar).toArray();
    for (int at = entry.length - 30; at < entry.length - 6; at += 5) {
      var changed = entry.clone();
      changed[at] = (byte) (changed[at] == 'A' ? 'B' : 'A');
      var answer = assertInstanceOf(Added.Refused.class, log.add(Bytes.wrap(changed)));
      assertTrue(
          List.of(Refusal.BAD_SIGNATURE, Refusal.NOT_CANONICAL).contains(answer.reason()),
          answer::toString);
    }
  }

  @Test
  void a_batch_comes_with_exactly_the_payloads_it_signed() {
    var batch = batch(4);
    var items = batch.items();
    assertRefused(Refusal.WRONG_PAYLOAD, with(batch, 1, items.get(2)));
    assertRefused(
        Refusal.WRONG_PAYLOAD, new Submission.Batch(batch.leaf(), items.subList(0, 3)).encode());
    assertRefused(
        Refusal.WRONG_PAYLOAD, new Submission.Batch(batch.leaf(), items.reversed()).encode());
    var spliced = batch(4);
    assertRefused(Refusal.WRONG_PAYLOAD, new Submission.Batch(spliced.leaf(), items).encode());

    log.logged(batch.encode());
  }

  @Test
  void results_are_those_that_the_receipt_names() {
    var batch = batch(3);
    var swapped =
        new Submission.Item(batch.items().get(0).payload(), batch.items().get(1).results());
    assertRefused(Refusal.WRONG_RESULTS, with(batch, 0, swapped));

    var single = (Submission.Single) head.single().submission();
    assertRefused(
        Refusal.WRONG_RESULTS,
        new Submission.Single(single.leaf(), single.envelope(), batch.items().get(0).results())
            .encode());
  }

  @Test
  void a_head_tells_only_of_itself_and_in_its_own_order() {
    var items = batch(3).items();
    var payloads = items.stream().map(Submission.Item::payload).toList();
    assertRefused(
        Refusal.WRONG_STATEMENT, new Submission.Batch(other.sign(payloads, 1), items).encode());
    assertRefused(
        Refusal.WRONG_STATEMENT, new Submission.Batch(head.sign(payloads, 2), items).encode());
    var twice = List.of(items.get(0), items.get(0));
    assertRefused(
        Refusal.WRONG_STATEMENT,
        new Submission.Batch(
                head.sign(twice.stream().map(Submission.Item::payload).toList(), 1), twice)
            .encode());
  }

  @Test
  void json_that_is_not_canonical_or_has_a_key_twice_is_refused() {
    var batch = batch(2);
    assertRefused(
        Refusal.NOT_CANONICAL,
        new Submission.Batch(text(batch.leaf(), "{\"payload\"", "{ \"payload\""), batch.items())
            .encode());
    assertRefused(
        Refusal.NOT_CANONICAL,
        new Submission.Batch(
                text(batch.leaf(), "{\"payload\"", "{\"payload\":\"\",\"payload\""), batch.items())
            .encode());
    var single = (Submission.Single) head.single().submission();
    assertRefused(
        Refusal.NOT_CANONICAL,
        new Submission.Single(
                single.leaf(), text(single.envelope(), "\"keyid\"", " \"keyid\""), single.results())
            .encode());
    var doubled =
        text(head.single().submission().leaf(), "\"kind\":", "\"kind\":\"dsse\",\"kind\":");
    assertRefused(
        Refusal.NOT_CANONICAL,
        new Submission.Single(doubled, single.envelope(), single.results()).encode());
  }

  @Test
  void another_payload_type_or_a_batched_signature_is_no_single_receipt() {
    var single = (Submission.Single) head.single().submission();
    var envelope = Dsse.parseCanonical(single.envelope());
    var retyped =
        new Dsse(
            "application/vnd.windlass.batch.v1+json", envelope.payload(), envelope.signatures());
    assertRefused(
        Refusal.WRONG_PAYLOAD,
        new Submission.Single(single.leaf(), retyped.canonical(), single.results()).encode());
    var two =
        new Dsse(
            envelope.payloadType(),
            envelope.payload(),
            List.of(envelope.signatures().getFirst(), envelope.signatures().getFirst()));
    assertRefused(
        Refusal.WRONG_PAYLOAD,
        new Submission.Single(single.leaf(), two.canonical(), single.results()).encode());
  }

  @Test
  void a_payload_of_another_receipt_is_not_that_of_the_leaf() {
    var one = (Submission.Single) head.single().submission();
    var two = (Submission.Single) head.single().submission();
    assertRefused(
        Refusal.WRONG_PAYLOAD,
        new Submission.Single(one.leaf(), two.envelope(), two.results()).encode());
  }

  @Test
  void another_head_exports_what_is_logged_and_the_receipt_stays_the_first() {
    var receipts = head.batch(3);
    long index = log.logged(receipts.octets());
    var item = ((Submission.Batch) receipts.submission()).items().get(1);

    long exported = log.logged(other.export(item.payload(), item.results()));

    assertEquals(index + 1, exported);
    assertEquals(index, indexOf(receipts.ids().get(1)));
    log.reopen();
    assertEquals(index, indexOf(receipts.ids().get(1)));
    long again = log.logged(other.export(item.payload(), item.results()));
    assertTrue(again >= exported, "a P-256 signature may be another one, and then another leaf");
  }

  private long indexOf(UUID id) {
    var found = assertInstanceOf(Found.Logged.class, log.receipt(id, Duration.ofSeconds(10)));
    return ReceiptFile.parse(found.receiptFile().toArray()).index();
  }

  @Test
  void a_head_makes_no_receipt_in_anothers_name() {
    var item = batch(2).items().getFirst();

    assertRefused(Refusal.WRONG_STATEMENT, other.export(item.payload(), item.results()));
  }

  @Test
  void any_octets_are_refused_as_declared() {
    var random = new SplittableRandom(42);
    var good = head.batch(2).octets().toArray();
    for (int i = 0; i < 300; i++) {
      var changed = good.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--)
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      if (Arrays.equals(changed, good)) continue;
      assertInstanceOf(Added.Refused.class, log.add(Bytes.wrap(changed)));
      var noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertInstanceOf(Added.Refused.class, log.add(Bytes.wrap(noise)));
    }
    log.logged(Bytes.wrap(good));
  }

  @Test
  void an_entry_longer_than_a_leaf_may_be_is_refused() {
    var long_ = Bytes.utf8("{\"payload\":\"" + "A".repeat(70_000) + "\"}");
    assertRefused(Refusal.NOT_CANONICAL, new Submission.Plain(long_).encode());
    assertRefused(Refusal.TOO_LARGE, Bytes.wrap(new byte[LogConfig.Intake.MAX_SUBMISSION + 1]));
  }
}
