package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.windlass.protocol.InvocationId;
import dev.windlass.worker.SeenInvocations.Verdict;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeenInvocationsTest {
  private static final long NOW = 1_795_000_000_000L;

  private final SplittableRandom chance = new SplittableRandom(7);

  @Test
  void an_invocation_is_fresh_once() {
    var seen = new SeenInvocations();
    var id = id(NOW);

    assertEquals(Verdict.FRESH, seen.check(id, NOW));
    assertEquals(Verdict.FRESH, seen.check(id, NOW), "checking alone remembers nothing");
    seen.remember(id, NOW);

    assertEquals(Verdict.SEEN, seen.check(id, NOW));
    assertEquals(Verdict.SEEN, seen.check(id, NOW + SeenInvocations.GENERATION_MILLIS));
  }

  @Test
  void whatever_was_remembered_is_never_fresh_again() {
    var seen = new SeenInvocations(1000);
    var ids = new ArrayList<InvocationId>();
    for (int i = 0; i < 20_000; i++) {
      long now = NOW + i;
      var id = id(now - chance.nextInt(400));
      if (seen.check(id, now) != Verdict.FRESH) continue;
      seen.remember(id, now);
      ids.add(id);
    }

    for (var id : ids) assertNotEquals(Verdict.FRESH, seen.check(id, NOW + 20_000));
    assertEquals(20_000, ids.size(), "ids younger than the window were all taken");
  }

  @Test
  void what_is_older_than_memory_is_refused_unseen() {
    var seen = new SeenInvocations(4);
    for (int i = 0; i < 12; i++) seen.remember(id(NOW + i), NOW + i);

    assertEquals(Verdict.FORGOTTEN, seen.check(id(NOW), NOW + 12));
    assertEquals(Verdict.FRESH, seen.check(id(NOW + 12), NOW + 12));
  }

  @Test
  void an_id_from_a_clock_far_ahead_is_refused_and_blocks_nobody() {
    var seen = new SeenInvocations();

    assertEquals(Verdict.AHEAD, seen.check(id(NOW + SeenInvocations.MOST_AHEAD_MILLIS + 1), NOW));
    assertEquals(Verdict.FRESH, seen.check(id(NOW), NOW));
  }

  private InvocationId id(long millis) {
    return InvocationId.of(millis, chance.nextLong(), chance.nextLong());
  }
}
