package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryQueueTest {
  private final AtomicLong nanos = new AtomicLong();
  private final RetryQueue<String> queue = new RetryQueue<>(nanos::get);

  @Test
  void a_key_stands_in_it_once_and_keeps_its_turn() throws Exception {
    queue.add("a");
    queue.add("b");
    queue.add("b");

    assertEquals(Optional.of("a"), queue.take());
    assertEquals(Optional.of("b"), queue.take());
    queue.done("a");
    queue.done("b");
    queue.close();
    assertEquals(Optional.empty(), queue.take());
  }

  @Test
  void what_changes_while_it_is_in_hand_comes_again() throws Exception {
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.done("a");
    assertEquals(Optional.of("a"), queue.take());

    queue.add("a");
    queue.failed("a");
    assertEquals(Optional.of("a"), queue.take(), "it changed: no reason to wait");
  }

  @Test
  void what_failed_waits_and_holds_up_nobody() throws Exception {
    queue.add("bad");
    queue.take();
    queue.failed("bad");
    queue.add("good");

    assertEquals(Optional.of("good"), queue.take());
    queue.done("good");
    assertTrue(queue.isTried());
    assertEquals(1, queue.failing());
    nanos.set(Duration.ofSeconds(1).toNanos());
    assertEquals(Optional.of("bad"), queue.take());
    queue.done("bad");
    assertEquals(0, queue.failing());
  }

  @Test
  void pauses_double_up_to_a_minute() {
    assertEquals(Duration.ZERO, RetryQueue.pause(0));
    assertEquals(Duration.ofSeconds(1), RetryQueue.pause(1));
    assertEquals(Duration.ofSeconds(32), RetryQueue.pause(6));
    assertEquals(Duration.ofMinutes(1), RetryQueue.pause(7));
    assertEquals(Duration.ofMinutes(1), RetryQueue.pause(1_000_000));
  }

  @Test
  void who_waits_is_woken_by_what_is_added_and_by_the_end() throws Exception {
    var taken = new CompletableFuture<Optional<String>>();
    Thread.startVirtualThread(() -> taken.complete(take()));
    queue.add("a");
    assertEquals(Optional.of("a"), taken.get(10, TimeUnit.SECONDS));
    assertFalse(queue.isTried());

    var ended = new CompletableFuture<Optional<String>>();
    Thread.startVirtualThread(() -> ended.complete(take()));
    queue.close();
    assertEquals(Optional.empty(), ended.get(10, TimeUnit.SECONDS));
  }

  private Optional<String> take() {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
