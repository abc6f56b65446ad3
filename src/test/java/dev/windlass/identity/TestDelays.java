package dev.windlass.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Runs what is due when the clock is moved, in order, on the mover's thread; asked by any. */
public final class TestDelays implements Delays {
  private record Task(Instant due, long order, Runnable run) {}

  private final TestClock clock;
  private final List<Task> tasks = new ArrayList<>();
  private long order;

  public TestDelays(TestClock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void after(Duration delay, Runnable task) {
    if (delay.isNegative()) throw new AssertionError("a delay of " + delay);
    tasks.add(new Task(clock.instant().plus(delay), order++, task));
  }

  /** Moves the clock from task to task, to the end of {@code by}. */
  public void forward(Duration by) {
    var end = clock.instant().plus(by);
    while (true) {
      var next = next(end);
      if (next.isEmpty()) break;
      var wait = Duration.between(clock.instant(), next.get().due());
      if (!wait.isNegative()) clock.forward(wait);
      next.get().run().run();
    }
    clock.forward(Duration.between(clock.instant(), end));
  }

  /** Moves the clock to what is due first, if that is so soon, and not at all otherwise. */
  public void forwardIfSoon(Duration within) {
    var soon = next(clock.instant().plus(within));
    if (soon.isEmpty()) return;
    var wait = Duration.between(clock.instant(), soon.get().due());
    if (!wait.isNegative()) clock.forward(wait);
    soon.get().run().run();
  }

  private synchronized Optional<Task> next(Instant end) {
    var next =
        tasks.stream()
            .filter(t -> !t.due().isAfter(end))
            .min(Comparator.comparing(Task::due).thenComparing(Task::order));
    next.ifPresent(tasks::remove);
    return next;
  }
}
