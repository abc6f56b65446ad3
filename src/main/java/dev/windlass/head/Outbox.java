package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Submissions on their way to the log, kept until they are acknowledged: each is sent at least
 * once, and what failed or got no answer in time is sent again, the oldest first, after a pause
 * that grows while nothing succeeds. Nothing goes out during that pause.
 *
 * <p>One thread adds and turns; outcomes come on any thread and are looked at in the next turn. Who
 * adds while it {@link #hasRoom} keeps it small.
 */
final class Outbox {
  static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  static final Duration MOST_PAUSE = Duration.ofSeconds(5);

  /** Hears what becomes of submissions, on the turning thread. */
  interface Listener {
    /** Once for each that was added. */
    void acknowledged(List<InvocationId> receipts, Bytes submission);

    /** It will be sent again. */
    void failed(String why);
  }

  private static final class Entry {
    final long number;
    final Bytes submission;
    final List<InvocationId> receipts;
    int attempt;
    long sentNanos;

    Entry(long number, Bytes submission, List<InvocationId> receipts) {
      this.number = number;
      this.submission = submission;
      this.receipts = receipts;
    }
  }

  private record Outcome(Entry entry, int attempt, @Nullable Throwable failure) {}

  private final Ledger ledger;
  private final int mostUnderWay;
  private final long patienceNanos;
  private final RandomGenerator chance;
  private final Listener listener;
  private final Runnable wake;
  private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

  /** By number, so in the order of adding; changed by the turning thread only. */
  private final ConcurrentSkipListMap<Long, Entry> waiting = new ConcurrentSkipListMap<>();

  private final ConcurrentSkipListMap<Long, Entry> underWay = new ConcurrentSkipListMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private long numbers;
  private int failures;
  private boolean paused;
  private long pauseEndsNanos;

  /**
   * @param mostUnderWay submissions that were sent and have no outcome yet
   * @param patience after which one without an outcome counts as failed
   * @param wake called on any thread when a turn is due
   */
  Outbox(
      Ledger ledger,
      int mostUnderWay,
      Duration patience,
      RandomGenerator chance,
      Listener listener,
      Runnable wake) {
    this.ledger = ledger;
    this.mostUnderWay = mostUnderWay;
    this.patienceNanos = patience.toNanos();
    this.chance = chance;
    this.listener = listener;
    this.wake = wake;
  }

  /**
   * Takes responsibility for a submission; it goes out in the next turn.
   *
   * @param receipts that are in it
   */
  void add(Bytes submission, List<InvocationId> receipts) {
    var entry = new Entry(numbers++, submission, receipts);
    bytes.addAndGet(submission.size());
    waiting.put(entry.number, entry);
  }

  /** What is added now goes out in the next turn. */
  boolean hasRoom() {
    return !paused && waiting.isEmpty() && underWay.size() < mostUnderWay;
  }

  /** On any thread. */
  boolean isEmpty() {
    return waiting.isEmpty() && underWay.isEmpty();
  }

  /** On any thread. */
  long bytes() {
    return bytes.get();
  }

  /** The first receipt that is not acknowledged. On any thread. */
  Optional<InvocationId> oldest() {
    var first = underWay.firstEntry();
    var later = waiting.firstEntry();
    if (first == null || later != null && later.getKey() < first.getKey()) first = later;
    return first == null ? Optional.empty() : first.getValue().receipts.stream().findFirst();
  }

  /** Whether a receipt is in a submission that is not acknowledged. On any thread; slow. */
  boolean holds(InvocationId receipt) {
    return waiting.values().stream().anyMatch(entry -> entry.receipts.contains(receipt))
        || underWay.values().stream().anyMatch(entry -> entry.receipts.contains(receipt));
  }

  /**
   * Looks at outcomes and sends what is due.
   *
   * @return nanoseconds until the next turn is due, if nothing wakes it before
   */
  long turn(long nanos) {
    for (var outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll())
      settle(outcome, nanos);
    for (var entry : underWay.values())
      if (nanos - entry.sentNanos >= patienceNanos)
        failed(entry, "no acknowledgement after " + Duration.ofNanos(patienceNanos), nanos);
    if (paused && nanos - pauseEndsNanos >= 0) paused = false;
    if (!paused) {
      for (var entry : waiting.values()) {
        if (underWay.size() >= mostUnderWay) break;
        send(entry, nanos);
      }
    }
    long next = paused ? pauseEndsNanos - nanos : Long.MAX_VALUE;
    for (var entry : underWay.values())
      next = Math.min(next, entry.sentNanos + patienceNanos - nanos);
    return next;
  }

  private void send(Entry entry, long nanos) {
    waiting.remove(entry.number);
    underWay.put(entry.number, entry);
    entry.attempt++;
    entry.sentNanos = nanos;
    int attempt = entry.attempt;
    CompletionStage<Void> sent;
    try {
      sent = ledger.send(entry.submission);
    } catch (RuntimeException e) {
      outcomes.add(new Outcome(entry, attempt, e));
      wake.run();
      return;
    }
    sent.whenComplete(
        (_, failure) -> {
          outcomes.add(new Outcome(entry, attempt, failure));
          wake.run();
        });
  }

  /** An acknowledgement counts whichever attempt it is of; a failure only of the latest. */
  private void settle(Outcome outcome, long nanos) {
    var entry = outcome.entry();
    boolean here = underWay.containsKey(entry.number) || waiting.containsKey(entry.number);
    if (!here) return;
    if (outcome.failure() == null) {
      underWay.remove(entry.number);
      waiting.remove(entry.number);
      bytes.addAndGet(-entry.submission.size());
      failures = 0;
      listener.acknowledged(entry.receipts, entry.submission);
    } else if (outcome.attempt() == entry.attempt && underWay.containsKey(entry.number)) {
      failed(entry, String.valueOf(outcome.failure().getMessage()), nanos);
    }
  }

  private void failed(Entry entry, String why, long nanos) {
    underWay.remove(entry.number);
    waiting.put(entry.number, entry);
    listener.failed(why);
    if (paused) return;
    paused = true;
    pauseEndsNanos = nanos + pause().toNanos();
  }

  /** Half of it is fixed, half is chance, so that heads do not come back all at once. */
  private Duration pause() {
    long whole =
        Math.min(MOST_PAUSE.toMillis(), LEAST_PAUSE.toMillis() << Math.min(failures++, 10));
    return Duration.ofMillis(whole / 2 + chance.nextLong(whole / 2 + 1));
  }
}
