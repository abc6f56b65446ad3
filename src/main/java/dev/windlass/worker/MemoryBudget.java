package dev.windlass.worker;

import java.util.concurrent.atomic.AtomicLong;

/** The memory limits of all running guests together never exceed it. For any thread. */
final class MemoryBudget {
  private final long total;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long total) {
    this.total = total;
  }

  boolean tryTake(long bytes) {
    if (taken.addAndGet(bytes) <= total) return true;
    taken.addAndGet(-bytes);
    return false;
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  long free() {
    return Math.max(0, total - taken.get());
  }
}
