package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long MILLI = 1_000_000;

  @Test
  void what_comes_a_little_below_the_rate_is_no_crowd() {
    var pace = new Pace(500);
    for (long at = -7_000 * MILLI; at < 7_000 * MILLI; at += 2_100_000) {
      pace.add(1, at);
      assertFalse(pace.isCrowded(at), "at " + at + " ns");
    }
  }

  @Test
  void twice_the_rate_is_a_crowd_until_it_has_gone() {
    var pace = new Pace(500);
    for (long at = 0; at < 1_000; at++) pace.add(1, at * MILLI);

    assertTrue(pace.isCrowded(1_000 * MILLI));
    assertFalse(pace.isCrowded(1_070 * MILLI));
    assertFalse(pace.isCrowded(5_000 * MILLI));
  }

  @Test
  void a_burst_is_a_crowd_at_once() {
    var pace = new Pace(500);
    pace.add(50, 0);
    assertFalse(pace.isCrowded(0));
    pace.add(1, 0);
    assertTrue(pace.isCrowded(0));
  }
}
