package dev.windlass.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TreeGrowthTest {
  /** The short slice of a run that {@code tools/run-test-main} makes with ten million leaves. */
  @Test
  void a_tree_grows_without_growing_memory_whatever_the_batch() {
    var small = TreeGrowth.run(200_000, 100);
    var large = TreeGrowth.run(200_000, 4_096);

    assertEquals(small.root(), large.root());
    assertTrue(small.tiles() > large.tiles());
    assertTrue(small.isFlat(), small::text);
    assertTrue(large.isFlat(), large::text);
  }
}
