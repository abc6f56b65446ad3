package dev.windlass.log;

/** How much may be underway at one time. For any thread. */
final class Intake {
  private final LogConfig.Intake bounds;
  private int count;
  private long octets;

  Intake(LogConfig.Intake bounds) {
    this.bounds = bounds;
  }

  /** True if there was room; then {@link #leave} is owed. */
  synchronized boolean enter(int size) {
    if (count == bounds.inFlight() || octets + size > bounds.bytesInFlight()) return false;
    count++;
    octets += size;
    return true;
  }

  synchronized void leave(int size) {
    count--;
    octets -= size;
    if (count == 0) notifyAll();
  }

  synchronized int inFlight() {
    return count;
  }

  /** Waits until nothing is underway, or the time is over. */
  synchronized void awaitEmpty(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; count > 0 && left > 0; left = (end - System.nanoTime()) / 1_000_000)
      wait(left);
  }
}
