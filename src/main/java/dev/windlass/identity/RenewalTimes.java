package dev.windlass.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** When credentials are renewed. Jitter keeps workers that joined together apart. */
final class RenewalTimes {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);

  private static final Duration LONGEST_NAP = Duration.ofSeconds(30);

  private RenewalTimes() {}

  /** Half of what is left, give or take a tenth of that. */
  static Instant due(Instant now, Instant notAfter, RandomGenerator chance) {
    var half = Duration.between(now, notAfter).dividedBy(2);
    return now.plus(times(half, 0.9 + 0.2 * chance.nextDouble()));
  }

  /**
   * 1 s, doubled with each failure up to 60 s, of which a random part of at least a half.
   *
   * @param failures in a row, from 1
   */
  static Duration backOff(int failures, RandomGenerator chance) {
    var doubled = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 16));
    var capped = doubled.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : doubled;
    return times(capped, 0.5 + 0.5 * chance.nextDouble());
  }

  /**
   * Runs {@code task} once it is {@code due}, in naps: a machine that slept, or whose clock was
   * set, must notice.
   */
  static void at(Instant due, Surroundings around, BooleanSupplier stopped, Runnable task) {
    if (stopped.getAsBoolean()) return;
    var left = Duration.between(around.clock().instant(), due);
    var nap = left.compareTo(LONGEST_NAP) > 0 ? LONGEST_NAP : left;
    around
        .delays()
        .after(
            nap.isNegative() ? Duration.ZERO : nap,
            () -> {
              if (around.clock().instant().isBefore(due)) at(due, around, stopped, task);
              else if (!stopped.getAsBoolean()) task.run();
            });
  }

  private static Duration times(Duration d, double factor) {
    return Duration.ofMillis(Math.round(d.toMillis() * factor));
  }
}
