package dev.windlass.operator;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When to try again what failed for the nth time. */
final class FunctionPause {
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** What asking again the same way will not mend: somebody may have mended the other side. */
  private static final Duration LASTING = Duration.ofHours(1);

  /** A server that asks for more is not waited for longer. */
  private static final Duration LONGEST_WISH = Duration.ofMinutes(15);

  private FunctionPause() {}

  /**
   * @param failures one after another, from 1
   * @param wish of the server, or zero
   */
  static Instant after(
      int failures, boolean lasting, Duration wish, Instant now, RandomGenerator chance) {
    var pause = lasting ? LASTING : FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
    if (!lasting && pause.compareTo(LONGEST) > 0) pause = LONGEST;
    long jittered = (long) (pause.toMillis() * chance.nextDouble(0.8, 1.2));
    var wished = wish.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : wish;
    return now.plusMillis(Math.max(jittered, wished.toMillis()));
  }
}
