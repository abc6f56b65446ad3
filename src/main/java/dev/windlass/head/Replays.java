package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Answers kept by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), so that a client
 * which lost an answer can ask again without a second run. In memory of this head only: after a
 * restart, or past a bound, the same key runs again.
 *
 * <p>Kept is the answer of a request that ran, whatever came of it. Where nothing ran (busy, no
 * worker), the next one with the key runs.
 */
final class Replays {
  static final int MAX_KEY_LENGTH = 255;

  /** A key belongs to one function. */
  record Key(FunctionName function, String key) {}

  /**
   * @param ran whether the answer is to be kept
   */
  record Answered(HttpAnswer answer, boolean ran) {}

  private static final class Slot {
    final Digest request;
    final CompletableFuture<Optional<HttpAnswer>> answer = new CompletableFuture<>();
    long keptAtMillis;
    int bytes;

    Slot(Digest request) {
      this.request = request;
    }
  }

  private final int most;
  private final long mostBytes;
  private final Duration keepFor;
  private final Duration longestWait;
  private final InstantSource clock;

  /** Guards slots and bytes. In order of insertion, so the oldest come first. */
  private final Object lock = new Object();

  private final LinkedHashMap<Key, Slot> slots = new LinkedHashMap<>();
  private long bytes;

  Replays(HeadConfig.Memory memory, Duration longestWait, InstantSource clock) {
    this.most = memory.replays();
    this.mostBytes = memory.replayBytes();
    this.keepFor = memory.replayFor();
    this.longestWait = longestWait;
    this.clock = clock;
  }

  /**
   * The kept answer, or that of {@code run}; a concurrent request with the same key waits for the
   * first.
   *
   * @param request digest of what must be equal for the key to be the same request
   * @throws Problem.Thrown idempotency-key-reused for another request with this key
   */
  HttpAnswer answer(Key key, Digest request, Supplier<Answered> run) {
    while (true) {
      Slot mine = null;
      Slot other;
      synchronized (lock) {
        evict();
        other = slots.get(key);
        if (other == null) {
          mine = new Slot(request);
          slots.put(key, mine);
        }
      }
      if (mine != null) return first(key, mine, run);
      if (!other.request.equals(request))
        throw Problem.of(
                ProblemType.IDEMPOTENCY_KEY_REUSED,
                "Idempotency-Key "
                    + key.key()
                    + " belongs to a request with another method, path or body")
            .thrown();
      var kept = await(other);
      if (kept.isPresent()) return kept.get();
    }
  }

  int size() {
    synchronized (lock) {
      return slots.size();
    }
  }

  private HttpAnswer first(Key key, Slot mine, Supplier<Answered> run) {
    Optional<HttpAnswer> kept = Optional.empty();
    try {
      var answered = run.get();
      if (answered.ran() && answered.answer().bytes() <= mostBytes)
        kept = Optional.of(answered.answer());
      return answered.answer();
    } finally {
      synchronized (lock) {
        // The key moves to the young end only now: pending slots are not evicted, kept ones by age.
        slots.remove(key, mine);
        if (kept.isPresent()) {
          mine.keptAtMillis = clock.millis();
          mine.bytes = kept.get().bytes();
          bytes += mine.bytes;
          slots.put(key, mine);
          evict();
        }
      }
      mine.answer.complete(kept);
    }
  }

  private Optional<HttpAnswer> await(Slot slot) {
    try {
      return slot.answer.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw Problem.of(
              ProblemType.WORKER_TIMED_OUT,
              "the first request with this Idempotency-Key has no answer after " + longestWait)
          .thrown();
    } catch (ExecutionException e) {
      throw new AssertionError("a slot is only ever completed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.DRAINING, "the head is going away").thrown();
    }
  }

  /** Under the lock. Pending slots are bounded by the requests in flight and stay. */
  private void evict() {
    long oldest = clock.millis() - keepFor.toMillis();
    Iterator<Map.Entry<Key, Slot>> each = slots.entrySet().iterator();
    while (each.hasNext()) {
      var slot = each.next().getValue();
      if (slot.keptAtMillis == 0) continue;
      boolean over = slots.size() > most || bytes > mostBytes;
      if (!over && slot.keptAtMillis > oldest) return;
      bytes -= slot.bytes;
      each.remove();
    }
  }
}
