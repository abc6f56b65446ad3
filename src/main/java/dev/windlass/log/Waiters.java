package dev.windlass.log;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Who waits for the next publication, each on a virtual thread of its own: take the event before
 * looking, wait for it after.
 */
final class Waiters {
  private final int most;
  private final Semaphore places;
  private volatile CompletableFuture<Void> publication = new CompletableFuture<>();

  Waiters(int most) {
    this.most = most;
    this.places = new Semaphore(most);
  }

  int size() {
    return most - places.availablePermits();
  }

  /** True if one more may wait; then {@link #leave} is owed. */
  boolean enter() {
    return places.tryAcquire();
  }

  void leave() {
    places.release();
  }

  CompletableFuture<Void> nextPublication() {
    return publication;
  }

  void published() {
    var past = publication;
    publication = new CompletableFuture<>();
    past.complete(null);
  }

  /** Whether the event came in time. */
  static boolean await(CompletableFuture<Void> event, Duration most) throws InterruptedException {
    try {
      event.get(Math.max(0, most.toNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("an event does not fail", e);
    }
  }
}
