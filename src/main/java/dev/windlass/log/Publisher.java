package dev.windlass.log;

import dev.windlass.tlog.Note;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.store.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Shows the world the newest tree: at most once an interval while there is something new, once in a
 * long while when there is not. A checkpoint that the policy is not content with is never shown;
 * the last one stays, and after a time somebody is called.
 *
 * <p>One thread of its own. What if we die here: a checkpoint is shown whole or not at all, and a
 * witness that cosigned one which was never shown is simply ahead of the public.
 */
final class Publisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Publisher.class);
  private static final Duration REPEAT = Duration.ofMinutes(5);

  /** What the publisher needs of the log. */
  interface Log {
    TreeHead committed();

    Optional<Note> published();

    /**
     * @throws RuntimeException when it could not be published; the last one stays
     */
    void publish(Note cosigned);

    TreeReader tree(long size);

    /** A witness has agreed with this process, now or before: it has the newest tree. */
    void confirmed();

    /** A witness that had never agreed with this process knows another history. */
    void contradicted(Map<String, String> contradictions);
  }

  private final Log log;
  private final WitnessRound round;
  private final LogConfig.Publishing times;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;

  /** All below is guarded by the lock. */
  private Optional<Instant> publishedAt = Optional.empty();

  private Optional<Instant> waitingSince = Optional.empty();
  private Optional<Instant> calledAt = Optional.empty();
  private Map<String, String> missing = Map.of();
  private boolean quorum = true;
  private boolean closed;

  /** Set before the thread starts. */
  private boolean started;

  Publisher(Log log, WitnessRound round, LogConfig.Publishing times, InstantSource clock) {
    this.log = log;
    this.round = round;
    this.times = times;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("publisher").unstarted(this::run);
  }

  void start() {
    started = true;
    thread.start();
  }

  /** There may be something new. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One round now, on this thread, before {@link #start}: waits for every witness. */
  WitnessRound.Result first() throws InterruptedException {
    return round(true);
  }

  Publication publication() {
    var committed = log.committed().size();
    var shown = log.published().map(n -> n.checkpoint().size()).orElse(0L);
    lock.lock();
    try {
      var now = clock.instant();
      var waits =
          waitingSince.map(
              since -> now.isBefore(since) ? Duration.ZERO : Duration.between(since, now));
      var lacks = missing.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
      return new Publication(
          committed, shown, publishedAt, quorum, waits, quorum ? List.of() : lacks);
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody was called and the reason is still there. */
  boolean isAlarmed() {
    lock.lock();
    try {
      return calledAt.isPresent();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (thread.getState() != Thread.State.NEW)
        thread.join(times.witnessTimeout().plusSeconds(10));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long last = System.nanoTime() - times.interval().toNanos();
    try {
      while (awaitDue(last)) {
        last = System.nanoTime();
        try {
          round(false);
        } catch (RuntimeException e) {
          LOG.errorf("event=publish-failed why=%s", e);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until there is something to do; false at the end. */
  private boolean awaitDue(long last) throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        boolean news = log.committed().size() > shown();
        if (news && waitingSince.isEmpty()) waitingSince = Optional.of(clock.instant());
        var pause = news || !quorum ? times.interval() : times.republish();
        long left = last + pause.toNanos() - System.nanoTime();
        if (left <= 0) return true;
        changed.await(left, TimeUnit.NANOSECONDS);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private WitnessRound.Result round(boolean everybody) throws InterruptedException {
    var head = log.committed();
    var result = round.run(head, () -> log.tree(head.size()), everybody);
    if (!result.contradictions().isEmpty()) {
      note(result, head, false);
      log.contradicted(result.contradictions());
      return result;
    }
    if (started && round.isConfirmed()) log.confirmed();
    boolean shown = false;
    if (result.quorum() && head.size() >= shown()) {
      log.publish(result.note());
      shown = true;
    }
    note(result, head, shown);
    return result;
  }

  private void note(WitnessRound.Result result, TreeHead head, boolean shown) {
    lock.lock();
    try {
      missing = result.missing();
      quorum = result.quorum();
      if (shown) {
        publishedAt = Optional.of(clock.instant());
        waitingSince = log.committed().size() > head.size() ? publishedAt : Optional.empty();
        if (calledAt.isPresent()) LOG.infof("event=witnessed size=%d", head.size());
        calledAt = Optional.empty();
      } else {
        call(head);
      }
    } finally {
      lock.unlock();
    }
  }

  private void call(TreeHead head) {
    var now = clock.instant();
    // Also when the clock was set back: then the wait begins anew instead of in the future.
    if (waitingSince.map(now::isBefore).orElse(true)) waitingSince = Optional.of(now);
    var waited = Duration.between(waitingSince.get(), now);
    if (waited.compareTo(times.alarmAfter()) < 0) return;
    boolean again =
        calledAt.map(at -> now.isBefore(at) || !now.isBefore(at.plus(REPEAT))).orElse(true);
    if (!again) return;
    calledAt = Optional.of(now);
    LOG.errorf(
        "event=unwitnessed size=%d published=%d seconds=%d missing=%s",
        head.size(), shown(), waited.toSeconds(), missing);
  }

  private long shown() {
    return log.published().map(n -> n.checkpoint().size()).orElse(0L);
  }
}
