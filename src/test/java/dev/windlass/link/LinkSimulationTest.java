package dev.windlass.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LinkSimulationTest {
  private static final long ONE_SEED = Long.getLong("seed", -1);

  /**
   * {@code -Dseed=N} replays one. Every order has one end, runs at most once, gets its own reply
   * and gives its credit back once, whatever the link does.
   */
  @Test
  void every_order_has_one_end_and_runs_at_most_once_whatever_the_link_does() {
    int replies = 0;
    for (long seed = Math.max(0, ONE_SEED); seed < (ONE_SEED < 0 ? 200 : ONE_SEED + 1); seed++) {
      try {
        replies += new LinkSimulation(seed).run(1_000);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    assertTrue(replies > (ONE_SEED < 0 ? 1_000 : 0), "only " + replies + " replies: no simulation");
  }
}
