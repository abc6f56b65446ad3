package dev.windlass.head;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keys that something is to be done for. A key stands in it once, however often it is added, and
 * one thread has it at a time; what failed comes again later, twice as late each time. Bounded by
 * the number of keys there are.
 */
final class RetryQueue<K> {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private record Due<K>(K key, long nanos, long order) {}

  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();

  /** All below guarded by the lock. An entry that is no longer the key's own is passed over. */
  private final PriorityQueue<Due<K>> dues =
      new PriorityQueue<>(Comparator.<Due<K>>comparingLong(Due::nanos).thenComparing(Due::order));

  private final Map<K, Due<K>> waiting = new HashMap<>();
  private final Map<K, Integer> failures = new HashMap<>();
  private final Set<K> inHand = new HashSet<>();
  private final Set<K> again = new HashSet<>();
  private long order;
  private boolean closed;

  RetryQueue(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** To be done now, whatever failed before. */
  void add(K key) {
    lock.lock();
    try {
      failures.remove(key);
      if (inHand.contains(key)) again.add(key);
      else put(key, nanoTime.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** Blocks; empty when it is closed. Whoever has a key says how it went. */
  Optional<K> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        var first = dues.peek();
        if (first == null) {
          added.await();
          continue;
        }
        if (waiting.get(first.key()) != first) {
          dues.poll();
          continue;
        }
        long left = first.nanos() - nanoTime.getAsLong();
        if (left > 0) {
          added.awaitNanos(left);
          continue;
        }
        dues.poll();
        waiting.remove(first.key());
        inHand.add(first.key());
        return Optional.of(first.key());
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  void done(K key) {
    lock.lock();
    try {
      inHand.remove(key);
      failures.remove(key);
      if (again.remove(key)) put(key, nanoTime.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  void failed(K key) {
    lock.lock();
    try {
      inHand.remove(key);
      boolean fresh = again.remove(key);
      int count = fresh ? 0 : failures.merge(key, 1, Integer::sum);
      put(key, nanoTime.getAsLong() + pause(count).toNanos());
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing was left undone that was never tried. */
  boolean isTried() {
    lock.lock();
    try {
      return inHand.isEmpty()
          && waiting.keySet().stream().allMatch(key -> failures.getOrDefault(key, 0) > 0);
    } finally {
      lock.unlock();
    }
  }

  /** Keys whose last try failed. */
  int failing() {
    lock.lock();
    try {
      return failures.size();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void put(K key, long nanos) {
    var due = new Due<>(key, nanos, order++);
    waiting.put(key, due);
    dues.add(due);
    if (dues.size() > 2 * waiting.size() + 64) dues.removeIf(old -> waiting.get(old.key()) != old);
    added.signal();
  }

  static Duration pause(int failures) {
    if (failures == 0) return Duration.ZERO;
    var pause = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
