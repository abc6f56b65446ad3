package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Bounded waits: a cluster does things when it has time. */
final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(50);

  private Await() {}

  static void until(String what, BooleanSupplier holds) {
    until(() -> what, holds);
  }

  /**
   * @param what is told when it did not come, as things are then
   */
  static void until(Supplier<String> what, BooleanSupplier holds) {
    var end = Instant.now().plus(PATIENCE);
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(end)) fail("not within " + PATIENCE + ": " + what.get());
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Lets time pass in which nothing may happen. */
  static void pass(Duration time) {
    var end = Instant.now().plus(time);
    while (Instant.now().isBefore(end)) LockSupport.parkNanos(POLL.toNanos());
  }
}
