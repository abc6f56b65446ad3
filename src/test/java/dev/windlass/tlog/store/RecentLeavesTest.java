package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.tlog.Hash;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentLeavesTest {
  /** Compared with a list that is searched from its end. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 64, 1_000, 1_500, 5_000})
  void it_knows_the_last_leaves_and_no_others(int most) {
    var chance = new SplittableRandom(most);
    long first = chance.nextLong(1L << 40);
    var recent = new RecentLeaves(most, first, chance);
    var all = new ArrayList<Hash>();
    for (int i = 0; i < 3 * most + 20; i++) {
      var fresh = hash(i);
      assertEquals(RecentLeaves.NONE, recent.find(fresh));
      recent.add(fresh);
      all.add(fresh);
      int sought = chance.nextInt(all.size());
      boolean known = sought >= all.size() - most;
      assertEquals(known ? first + sought : RecentLeaves.NONE, recent.find(all.get(sought)));
    }
    for (int i = 0; i < all.size(); i++)
      assertEquals(i >= all.size() - most ? first + i : RecentLeaves.NONE, recent.find(all.get(i)));
    assertEquals(most, recent.size());
  }

  /** A log may hold a leaf twice, if it came again after it was forgotten. */
  @ParameterizedTest
  @ValueSource(ints = {2, 7, 2_000})
  void of_equal_leaves_the_first_is_found_while_it_is_remembered(int most) {
    var recent = new RecentLeaves(most, 0, new SplittableRandom(1));
    recent.add(hash(1));
    recent.add(hash(1));
    assertEquals(0, recent.find(hash(1)));
    for (int i = 2; i < 4 * most; i++) recent.add(hash(i));
    assertEquals(RecentLeaves.NONE, recent.find(hash(1)));
    for (int i = 3 * most; i < 4 * most; i++) assertEquals(i, recent.find(hash(i)));
  }

  private static Hash hash(int i) {
    var octets = new byte[Hash.BYTES];
    new SplittableRandom(i).nextBytes(octets);
    return Hash.wrap(octets);
  }
}
