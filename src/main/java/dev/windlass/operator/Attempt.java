package dev.windlass.operator;

import dev.windlass.operator.plan.FunctionReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is tried, on another thread, until it succeeds: at most once at a time, and after
 * a failure not before its pause is over. For any thread.
 */
final class Attempt<R> {
  private static final Logger LOG = Logger.getLogger(Attempt.class);

  private final Object about;
  private final Around around;
  private State<R> state = new State.NotBegun<>();
  private @Nullable Future<?> running;
  private int failures;

  /** What an attempt needs of its surroundings. */
  record Around(ExecutorService threads, InstantSource clock, RandomGenerator chance) {}

  /** How far it is; while it is tried again the last failure stands. */
  sealed interface State<R> {
    record NotBegun<R>() implements State<R> {}

    record UnderWay<R>() implements State<R> {}

    record Done<R>(R result) implements State<R> {}

    record Failed<R>(FunctionReason reason, String message, Instant again) implements State<R> {}
  }

  interface Job<R> {
    R run() throws Failure, InterruptedException;
  }

  /** Why it did not succeed; the message is for the user. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1;
    private final FunctionReason reason;
    private final boolean lasting;
    private final transient Duration wish;

    /**
     * @param lasting whether trying again the same way is pointless, nearly
     */
    Failure(FunctionReason reason, boolean lasting, String message) {
      this(reason, lasting, message, Duration.ZERO);
    }

    /**
     * @param wish of the other side, when to come again
     */
    Failure(FunctionReason reason, boolean lasting, String message, Duration wish) {
      super(message, null, false, false);
      this.reason = reason;
      this.lasting = lasting;
      this.wish = wish;
    }

    FunctionReason reason() {
      return reason;
    }
  }

  /**
   * @param about what it is about: an attempt at something else is another object
   */
  Attempt(Object about, Around around) {
    this.about = about;
    this.around = around;
  }

  Object about() {
    return about;
  }

  boolean isAbout(Object something) {
    return about.equals(something);
  }

  synchronized State<R> state() {
    return state;
  }

  /**
   * Begins if that is due; otherwise nothing happens.
   *
   * @param ended is called when it ended, either way
   */
  synchronized void begin(Job<R> job, Runnable ended) {
    if (running != null || !isDue()) return;
    if (state instanceof State.NotBegun<R>) state = new State.UnderWay<>();
    try {
      running = around.threads().submit(() -> run(job, ended));
    } catch (RejectedExecutionException _) {
      // the operator ends
    }
  }

  synchronized void cancel() {
    if (running != null) running.cancel(true);
  }

  private boolean isDue() {
    return switch (state) {
      case State.NotBegun<R> _, State.UnderWay<R> _ -> true;
      case State.Done<R> _ -> false;
      case State.Failed<R>(_, _, var again) -> !again.isAfter(around.clock().instant());
    };
  }

  private void run(Job<R> job, Runnable ended) {
    try {
      done(job.run());
    } catch (Failure e) {
      failed(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException | Error e) { // the edge: a defect ends this attempt and no other
      LOG.errorf(e, "event=attempt-failed about=%s", about);
      failed(new Failure(FunctionReason.STORE_FAILED, false, "a defect of the operator: " + e));
    }
    ended.run();
  }

  private synchronized void done(R result) {
    state = new State.Done<>(result);
    running = null;
    failures = 0;
  }

  private synchronized void failed(Failure e) {
    failures++;
    var again =
        FunctionPause.after(failures, e.lasting, e.wish, around.clock().instant(), around.chance());
    state = new State.Failed<>(e.reason, String.valueOf(e.getMessage()), again);
    running = null;
  }
}
