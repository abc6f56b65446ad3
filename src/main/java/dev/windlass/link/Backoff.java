package dev.windlass.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next dial: doubled after each failure, up to a bound, with jitter.
 */
final class Backoff {
  private final long leastMillis;
  private final long mostMillis;
  private final RandomGenerator chance;
  private int failures;

  Backoff(Duration least, Duration most, RandomGenerator chance) {
    this.leastMillis = Math.max(1, least.toMillis());
    this.mostMillis = Math.max(leastMillis, most.toMillis());
    this.chance = chance;
  }

  /**
   * Half of it is fixed, half is chance, so that workers of a lost head do not come all at once.
   */
  long nextMillis() {
    long whole = Math.min(mostMillis, leastMillis << Math.min(failures, 20));
    failures++;
    return Math.max(1, whole / 2 + chance.nextLong(whole / 2 + 1));
  }

  void reset() {
    failures = 0;
  }
}
