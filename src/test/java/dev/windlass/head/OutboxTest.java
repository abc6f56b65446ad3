package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000;

  /** One sending, open until the test settles it. */
  private record Sent(String what, CompletableFuture<Void> outcome) {}

  /** Strict: the same octets are never under way twice unless the first were given up. */
  private final class Channel implements Ledger {
    final List<Sent> sent = new ArrayList<>();

    @Override
    public CompletionStage<Void> send(Bytes submission) {
      if (broken) throw new IllegalStateException("broken");
      var mine = new Sent(submission.utf8(), new CompletableFuture<>());
      sent.add(mine);
      return mine.outcome();
    }

    @Override
    public CompletionStage<Long> append(Bytes submission) {
      throw new AssertionError("an outbox sends");
    }

    @Override
    public CompletionStage<Found> receipt(InvocationId id, Duration wait) {
      throw new AssertionError("an outbox sends");
    }

    @Override
    public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
      throw new AssertionError("an outbox sends");
    }
  }

  private final Channel channel = new Channel();
  private final List<String> acknowledged = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int wakes;
  private boolean broken;
  private long now;

  private final Outbox outbox =
      new Outbox(
          channel,
          4,
          PATIENCE,
          new SplittableRandom(1),
          new Outbox.Listener() {
            @Override
            public void acknowledged(List<InvocationId> receipts, Bytes submission) {
              acknowledged.add(submission.utf8());
            }

            @Override
            public void failed(String why) {
              failures.add(why);
            }
          },
          () -> wakes++);

  private void add(String... submissions) {
    for (var each : submissions) outbox.add(Bytes.utf8(each), List.of());
    outbox.turn(now);
  }

  /** Everything sent since the last call. */
  private List<String> sent() {
    var all = channel.sent.stream().map(Sent::what).toList();
    var fresh = all.subList(seen, all.size());
    seen = all.size();
    return fresh;
  }

  private int seen;

  private void ack(int... which) {
    Arrays.stream(which).forEach(i -> channel.sent.get(i).outcome().complete(null));
    outbox.turn(now);
  }

  private void nack(int... which) {
    for (int i : which)
      channel.sent.get(i).outcome().completeExceptionally(new IllegalStateException("nack " + i));
    outbox.turn(now);
  }

  @Test
  void what_is_acknowledged_is_let_go() {
    add("a", "b");
    assertEquals(List.of("a", "b"), sent());
    assertEquals(2, outbox.bytes());

    ack(1, 0);

    assertEquals(2, wakes);
    assertEquals(List.of("b", "a"), acknowledged);
    assertEquals(0, outbox.bytes());
    assertTrue(outbox.isEmpty());
  }

  @Test
  void what_failed_is_sent_again_in_order_after_a_pause_and_nothing_before() {
    add("a", "b", "c");
    sent();

    nack(2, 0);
    add("d");
    assertFalse(outbox.hasRoom());
    assertEquals(List.of(), sent());
    now += Outbox.LEAST_PAUSE.toNanos();
    outbox.turn(now);

    assertEquals(List.of("a", "c", "d"), sent());
    assertEquals(List.of("nack 2", "nack 0"), failures);
    ack(1, 3, 4, 5);
    assertEquals(List.of("b", "a", "c", "d"), acknowledged);
  }

  @Test
  void the_pause_grows_to_its_bound_while_nothing_succeeds_and_is_short_again_after_a_success() {
    add("a");
    var pauses = new ArrayList<Long>();
    for (int i = 0; i < 12; i++) {
      nack(i);
      pauses.add(outbox.turn(now));
      now += pauses.getLast();
      outbox.turn(now);
      assertEquals(i + 2, channel.sent.size(), "a pause ends when it said");
    }
    for (int i = 0; i < 12; i++) {
      long whole = Math.min(5_000, 100L << i) * 1_000_000;
      assertTrue(pauses.get(i) >= whole / 2 && pauses.get(i) <= whole, "pause " + i);
    }

    ack(12);
    add("b");
    nack(13);

    assertTrue(outbox.turn(now) <= Outbox.LEAST_PAUSE.toNanos());
  }

  @Test
  void what_gets_no_answer_in_time_is_sent_again_and_a_late_answer_counts() {
    add("a");
    assertEquals(PATIENCE.toNanos(), outbox.turn(now));
    now += PATIENCE.toNanos();
    outbox.turn(now);
    now += SECOND;
    outbox.turn(now);
    assertEquals(List.of("a", "a"), sent());

    ack(0);

    assertEquals(List.of("a"), acknowledged);
    assertTrue(outbox.isEmpty());
  }

  @Test
  void a_second_acknowledgement_changes_nothing() {
    add("a");
    now += PATIENCE.toNanos();
    outbox.turn(now);
    now += SECOND;
    outbox.turn(now);

    ack(1);
    ack(0);

    assertEquals(List.of("a"), acknowledged);
    assertEquals(0, outbox.bytes());
  }

  @Test
  void a_late_failure_of_an_attempt_that_was_given_up_is_none_of_the_next() {
    add("a");
    now += PATIENCE.toNanos();
    outbox.turn(now);
    now += SECOND;
    outbox.turn(now);
    sent();

    nack(0);
    assertEquals(1, failures.size());
    assertEquals(List.of(), sent());
    ack(1);

    assertEquals(List.of("a"), acknowledged);
  }

  @Test
  void no_more_are_under_way_than_the_bound() {
    add("a", "b", "c", "d", "e");
    assertEquals(List.of("a", "b", "c", "d"), sent());
    assertFalse(outbox.hasRoom());

    ack(2);

    assertEquals(List.of("e"), sent());
    assertFalse(outbox.hasRoom());
    ack(0);
    assertTrue(outbox.hasRoom());
  }

  @Test
  void a_ledger_that_throws_is_one_that_failed() {
    broken = true;
    add("a");
    outbox.turn(now);
    assertEquals(List.of("broken"), failures);

    broken = false;
    now += SECOND;
    outbox.turn(now);
    ack(0);

    assertEquals(List.of("a"), acknowledged);
  }

  @Test
  void it_knows_what_it_holds() {
    var id = InvocationId.of(1, 2, 3);
    outbox.add(Bytes.utf8("a"), List.of(id));
    assertTrue(outbox.holds(id));
    outbox.turn(now);
    assertTrue(outbox.holds(id));

    ack(0);

    assertFalse(outbox.holds(id));
  }

  @Test
  void whatever_fails_each_is_acknowledged_once_and_first_sent_in_order() {
    for (long seed = 0; seed < 200; seed++) {
      var fresh = new OutboxTest();
      fresh.anything(new SplittableRandom(seed));
    }
  }

  private void anything(SplittableRandom random) {
    var expected = new ArrayList<String>();
    for (int step = 0; step < 200; step++) {
      if (random.nextInt(3) == 0) {
        var what = "s" + expected.size();
        expected.add(what);
        outbox.add(Bytes.utf8(what), List.of());
      }
      if (!channel.sent.isEmpty() && random.nextBoolean()) {
        var one = channel.sent.get(random.nextInt(channel.sent.size())).outcome();
        if (random.nextInt(3) > 0) one.complete(null);
        else one.completeExceptionally(new IllegalStateException("nack"));
      }
      now += random.nextLong(3 * SECOND);
      outbox.turn(now);
    }
    while (!outbox.isEmpty()) {
      channel.sent.forEach(sent -> sent.outcome().complete(null));
      now += SECOND;
      outbox.turn(now);
    }

    assertEquals(expected, channel.sent.stream().map(Sent::what).distinct().toList());
    assertEquals(expected, acknowledged.stream().sorted(OutboxTest::byNumber).toList());
    assertEquals(0, outbox.bytes());
  }

  private static int byNumber(String a, String b) {
    return Integer.compare(Integer.parseInt(a.substring(1)), Integer.parseInt(b.substring(1)));
  }
}
