package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.receipt.Submission;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiptsTest {
  private final FakeLedger ledger = new FakeLedger();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-23T05:00:00Z"));
  private volatile Optional<Boolean> registered = Optional.of(true);
  private final List<Receipts> opened = new ArrayList<>();

  private Receipts receipts(HeadConfig.Receipts bounds) {
    return receipts(bounds, Duration.ofSeconds(5));
  }

  private Receipts receipts(HeadConfig.Receipts bounds, Duration atTheEnd) {
    var book = new ReceiptBook(() -> registered.map(_ -> ledger.keys), clock);
    var made =
        new Receipts(
            ledger, book, bounds, atTheEnd, new HeadMetrics(metrics), new SplittableRandom(1));
    opened.add(made);
    return made;
  }

  private static HeadConfig.Receipts bounds(int outstanding, int crowd) {
    var usual = HeadConfig.Receipts.DEFAULT;
    return new HeadConfig.Receipts(
        outstanding,
        usual.outstandingBytes(),
        crowd,
        usual.batchEvery(),
        usual.underWay(),
        usual.acknowledge(),
        usual.waiters(),
        usual.witness(),
        usual.epoch(),
        usual.publish(),
        usual.exportsPerMinute(),
        usual.exports());
  }

  private static void give(Receipts receipts, List<PendingReceipt> runs) {
    for (var run : runs) {
      assertTrue(receipts.reserve());
      receipts.add(run);
    }
  }

  @AfterEach
  void the_log_found_no_fault() {
    opened.forEach(Receipts::close);
    assertEquals(List.of(), ledger.judged(true));
  }

  @Test
  void a_lone_receipt_is_signed_directly_and_sent_at_once() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);

    give(receipts, TestRuns.several(0, 1));
    HeadFixture.await("the log has it", () -> ledger.count() == 1);
    give(receipts, TestRuns.several(1, 1));
    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);

    assertTrue(ledger.submissions.stream().allMatch(Submission.Single.class::isInstance));
    assertEquals(2, metrics.get("windlass.receipts").tag("signed", "direct").counter().count());
    assertEquals(0, receipts.bytes());
  }

  @Test
  void a_crowd_shares_signatures_within_the_bounds_of_a_batch() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);

    give(receipts, TestRuns.several(0, 2_000));
    HeadFixture.await("the log has all", () -> ledger.count() == 2_000);

    var batches =
        ledger.submissions.stream()
            .filter(Submission.Batch.class::isInstance)
            .map(Submission.Batch.class::cast)
            .toList();
    assertFalse(batches.isEmpty());
    int batched = batches.stream().mapToInt(b -> b.items().size()).sum();
    assertTrue(batched > 1_800, batched + " of 2000 in batches");
    for (var batch : batches) {
      int octets = batch.encode().size();
      assertTrue(octets <= ReceiptBook.BATCH_OCTETS, octets + " octets");
    }
    var largest = batches.stream().mapToInt(b -> b.encode().size()).max().orElseThrow();
    assertTrue(largest > ReceiptBook.BATCH_OCTETS * 9 / 10, largest + " octets: it fills up");
  }

  @Test
  void between_two_batches_lies_the_interval() {
    var slow = bounds(65_536, 0);
    var receipts = receipts(slow);
    long begun = System.nanoTime();

    give(receipts, TestRuns.several(0, 1_000));
    HeadFixture.await("the log has all", () -> ledger.count() == 1_000);

    long took = System.nanoTime() - begun;
    long batches = ledger.submissions.size();
    assertTrue(batches > 2, batches + " batches");
    long least = (batches - 1) * slow.batchEvery().toNanos();
    assertTrue(took >= least, took + " ns for " + batches + " batches");
  }

  @Test
  void one_receipt_is_no_batch_even_in_a_crowd() {
    var receipts = receipts(bounds(100, 0));

    give(receipts, TestRuns.several(0, 1));
    HeadFixture.await("the log has it", () -> ledger.count() == 1);

    assertTrue(ledger.submissions.getFirst() instanceof Submission.Single);
  }

  @Test
  void what_the_log_refuses_is_sent_again_octet_for_octet_and_entered_once() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    ledger.down = true;
    give(receipts, TestRuns.several(0, 3));
    HeadFixture.await("it was tried", () -> !ledger.sent.isEmpty());
    ledger.liesOf = 2;

    ledger.down = false;

    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);
    assertEquals(3, ledger.count());
    assertTrue(ledger.sent.stream().filter(ledger.sent.getFirst()::equals).count() >= 2);
    assertTrue(metrics.get("windlass.receipt.send.failures").counter().count() >= 2);
  }

  @Test
  void while_the_log_does_not_answer_places_run_out_and_come_back() {
    var receipts = receipts(bounds(10, 500));
    ledger.holding = true;
    give(receipts, TestRuns.several(0, 10));

    assertFalse(receipts.reserve());
    assertTrue(receipts.isBehind());
    assertEquals(10, receipts.pending());
    assertTrue(receipts.age(TestRuns.id(0).unixMillis() + 3_000).toMillis() >= 2_990);

    HeadFixture.await("something is under way", () -> !ledger.sent.isEmpty());
    ledger.settle(true);
    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);
    assertFalse(receipts.isBehind());
    assertTrue(receipts.reserve());
    receipts.release();
    assertEquals(Duration.ZERO, receipts.age(Long.MAX_VALUE));
  }

  @Test
  void bytes_are_bounded_too() {
    var usual = bounds(1_000, 500);
    var few =
        new HeadConfig.Receipts(
            1_000,
            10_000,
            500,
            usual.batchEvery(),
            1,
            usual.acknowledge(),
            1,
            usual.witness(),
            usual.epoch(),
            usual.publish(),
            1,
            1);
    var receipts = receipts(few);
    ledger.holding = true;
    int given = 0;
    while (receipts.reserve()) receipts.add(TestRuns.run(given++));

    assertTrue(given < 10, given + " receipts in 10,000 bytes");
    assertTrue(receipts.isBehind());
    HeadFixture.await("something is under way", () -> !ledger.sent.isEmpty());
    ledger.settle(true);
    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);
    assertEquals(0, receipts.bytes());
  }

  @Test
  void it_knows_a_receipt_until_it_is_acknowledged() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    ledger.holding = true;
    give(receipts, TestRuns.several(0, 40));
    for (int i = 0; i < 40; i++) assertTrue(receipts.holds(TestRuns.id(i)), "receipt " + i);

    HeadFixture.await("something is under way", () -> !ledger.sent.isEmpty());
    ledger.settle(true);
    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);

    for (int i = 0; i < 40; i++) assertFalse(receipts.holds(TestRuns.id(i)), "receipt " + i);
  }

  @Test
  void an_orderly_end_sends_what_is_left_and_the_last_epoch() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    ledger.down = true;
    give(receipts, TestRuns.several(0, 300));
    Thread.startVirtualThread(
        () -> {
          HeadFixture.await("it was tried", () -> !ledger.sent.isEmpty());
          ledger.down = false;
        });

    receipts.close();

    assertEquals(300, ledger.count());
    assertEquals(0, receipts.pending());
    assertEquals(1, ledger.epochs().size());
    assertEquals(300, ledger.epochs().getFirst().count());
  }

  @Test
  void an_end_without_a_log_ends_in_time() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT, Duration.ofMillis(200));
    ledger.down = true;
    give(receipts, TestRuns.several(0, 3));
    long begun = System.nanoTime();

    receipts.close();

    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(5).toNanos());
    assertEquals(3, receipts.pending());
  }

  @Test
  void epochs_follow_one_another_without_a_gap_and_none_is_empty() {
    var usual = bounds(65_536, 500);
    var quick =
        new HeadConfig.Receipts(
            65_536,
            usual.outstandingBytes(),
            500,
            usual.batchEvery(),
            usual.underWay(),
            usual.acknowledge(),
            1,
            usual.witness(),
            Duration.ofMillis(30),
            usual.publish(),
            1,
            1);
    var receipts = receipts(quick);
    for (int round = 0; round < 4; round++) {
      int epochs = round;
      give(receipts, TestRuns.several(round * 100, 100));
      HeadFixture.await("another epoch", () -> ledger.epochs().size() > epochs);
    }
    receipts.close();

    long next = 1;
    for (var epoch : ledger.epochs()) {
      assertEquals(next, epoch.firstSeq());
      next = epoch.lastSeq() + 1;
    }
    assertEquals(401, next);
  }

  @Test
  void new_keys_begin_a_new_chain_after_the_last_epoch_of_the_old_one() {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    give(receipts, TestRuns.several(0, 5));
    HeadFixture.await("the log has them", () -> ledger.count() == 5);

    ledger.keys = FakeLedger.keys(2);
    give(receipts, TestRuns.several(5, 5));
    HeadFixture.await("the log has all", () -> ledger.count() == 10);

    assertEquals(1, ledger.epochs().size());
    assertEquals(5, ledger.epochs().getFirst().lastSeq());
    assertEquals(5, ledger.receipts.get(TestRuns.id(9)).seq());
  }

  @Test
  void receipts_wait_until_the_head_is_registered() {
    registered = Optional.empty();
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    give(receipts, TestRuns.several(0, 3));
    assertEquals(3, receipts.pending());
    assertEquals(List.of(), ledger.sent);

    registered = Optional.of(true);

    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);
    assertEquals(3, ledger.count());
  }

  @Test
  void a_head_that_dies_loses_only_what_was_not_acknowledged() {
    for (int seed = 0; seed < 20; seed++) {
      var random = new SplittableRandom(seed);
      var mine = new FakeLedger();
      var book = new ReceiptBook(() -> Optional.of(mine.keys), clock);
      var receipts =
          new Receipts(
              mine,
              book,
              HeadConfig.Receipts.DEFAULT,
              Duration.ZERO,
              new HeadMetrics(new SimpleMeterRegistry()),
              random);
      int count = 1 + random.nextInt(200);
      for (int i = 0; i < count; i++) {
        if (random.nextInt(30) == 0) mine.holding = !mine.holding;
        if (random.nextInt(30) == 0) mine.down = !mine.down;
        if (random.nextInt(30) == 0) mine.liesOf = 1;
        give(receipts, TestRuns.several(i, 1));
      }
      // It dies here: nothing more is sent, and what it knew is gone with it.
      receipts.close();
      for (int i = 0; i < count; i++) {
        boolean acknowledged = !receipts.holds(TestRuns.id(i));
        assertTrue(!acknowledged || mine.receipts.containsKey(TestRuns.id(i)), "receipt " + i);
      }
      assertEquals(List.of(), mine.judged(false));
    }
  }

  @Test
  void many_threads_hand_over_and_nothing_is_lost_or_doubled() throws InterruptedException {
    var receipts = receipts(HeadConfig.Receipts.DEFAULT);
    int threads = 8;
    int each = 500;
    var done = new CountDownLatch(threads);
    var failures = ConcurrentHashMap.newKeySet();
    for (int t = 0; t < threads; t++) {
      int from = t * each;
      Thread.startVirtualThread(
          () -> {
            try {
              give(receipts, TestRuns.several(from, each));
            } catch (RuntimeException | AssertionError e) {
              failures.add(e);
            } finally {
              done.countDown();
            }
          });
    }
    done.await();

    HeadFixture.await("nothing is outstanding", () -> receipts.pending() == 0);
    assertEquals(threads * each, ledger.count());
    assertTrue(failures.isEmpty(), failures::toString);
  }
}
