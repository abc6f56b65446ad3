package dev.windlass.head;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Requests that wait for room, in the order in which they came, bounded in number and in time. Each
 * waits on its own virtual thread; who is told that there may be room tries for itself.
 */
final class WaitingRoom {
  /** A waiter whose turn was spent on another function's limit looks again after this time. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    volatile boolean told;
  }

  private final int most;
  private final AtomicInteger waiting = new AtomicInteger();
  private final ConcurrentLinkedQueue<Waiter> queue = new ConcurrentLinkedQueue<>();

  WaitingRoom(int most) {
    this.most = most;
  }

  int waiting() {
    return waiting.get();
  }

  /** There may be room for one more. */
  void tell() {
    var first = queue.poll();
    if (first == null) return;
    first.told = true;
    LockSupport.unpark(first.thread);
  }

  /**
   * What {@code attempt} gives as soon as it gives something; empty when that took too long, or too
   * many wait already.
   */
  <T> Optional<T> await(Supplier<Optional<T>> attempt, Duration patience) {
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return Optional.empty();
    }
    try {
      return awaitTurn(attempt, System.nanoTime() + patience.toNanos());
    } finally {
      waiting.decrementAndGet();
    }
  }

  private <T> Optional<T> awaitTurn(Supplier<Optional<T>> attempt, long end) {
    var waiter = new Waiter();
    queue.add(waiter);
    while (true) {
      // Looks after it queued: room that came before is found now, room that comes later tells.
      var got = attempt.get();
      if (got.isPresent()) {
        if (!waiter.told) queue.remove(waiter);
        return got;
      }
      long left = end - System.nanoTime();
      if (left <= 0 || Thread.interrupted()) {
        // Somebody else may have more luck with what this one was told of.
        if (!queue.remove(waiter)) tell();
        return Optional.empty();
      }
      if (waiter.told) {
        waiter = new Waiter();
        queue.add(waiter);
      } else {
        LockSupport.parkNanos(this, Math.min(left, LOOK_AGAIN_NANOS));
      }
    }
  }
}
