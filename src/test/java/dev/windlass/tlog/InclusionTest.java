package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InclusionTest {
  private static final List<Hash> LEAVES = NaiveTree.leaves(300);

  private final MerkleHash hash = new MerkleHash();

  @Test
  void every_leaf_of_every_tree_up_to_300_is_proved_by_its_path_alone() {
    var reader = TreeReader.unverified(TileMap.of(LEAVES), 300);
    for (int size = 1; size <= 300; size++) {
      var root = NaiveTree.root(LEAVES.subList(0, size));
      var other = NaiveTree.root(LEAVES.subList(0, size - 1));
      for (int i = 0; i < size; i++) {
        var leaf = LEAVES.get(i);
        var path = reader.inclusion(i, size);
        assertTrue(Inclusion.check(hash, leaf, i, size, path, root), i + " of " + size);
        assertFalse(Inclusion.check(hash, leaf, i, size, path, other));
        assertFalse(Inclusion.check(hash, LEAVES.get((i + 1) % 300), i, size, path, root));
      }
    }
  }

  /** Each hash of the path, and whether it stands to the left of what is reached so far. */
  private static String turns(long index, long size) {
    var turns = new StringBuilder();
    long begin = 0;
    long end = size;
    while (end - begin > 1) {
      long split = begin + Long.highestOneBit(end - begin - 1);
      turns.append(index < split ? 'R' : 'L');
      if (index < split) end = split;
      else begin = split;
    }
    return turns.reverse().toString();
  }

  /** A path fixes left and right, not index and size: those must come from a signed place. */
  @Test
  void another_index_or_size_passes_only_where_it_takes_the_same_turns() {
    int passed = 0;
    for (int size = 1; size <= 20; size++) {
      var root = NaiveTree.root(LEAVES.subList(0, size));
      for (int i = 0; i < size; i++) {
        var path = NaiveTree.path(i, LEAVES.subList(0, size));
        for (int otherSize = 0; otherSize <= 40; otherSize++)
          for (int other = 0; other < otherSize; other++) {
            boolean same = turns(other, otherSize).equals(turns(i, size));
            assertEquals(
                same,
                Inclusion.check(hash, LEAVES.get(i), other, otherSize, path, root),
                i + " of " + size + " as " + other + " of " + otherSize);
            if (same) passed++;
          }
      }
    }
    assertTrue(passed > 210, "only " + passed + " passed, each own one must");
  }

  @Test
  void a_path_with_a_hash_too_many_too_few_or_changed_is_refused() {
    for (int size = 1; size <= 40; size++) {
      var leaves = LEAVES.subList(0, size);
      var root = NaiveTree.root(leaves);
      for (int i = 0; i < size; i++) {
        var path = NaiveTree.path(i, leaves);
        for (int at = 0; at <= path.size(); at++)
          for (var extra : List.of(root, LEAVES.get(i), LEAVES.getFirst())) {
            var longer = new ArrayList<>(path);
            longer.add(at, extra);
            assertFalse(Inclusion.check(hash, LEAVES.get(i), i, size, longer, root));
          }
        for (int at = 0; at < path.size(); at++) {
          var shorter = new ArrayList<>(path);
          shorter.remove(at);
          assertFalse(Inclusion.check(hash, LEAVES.get(i), i, size, shorter, root));
          var changed = new ArrayList<>(path);
          changed.set(at, root);
          assertFalse(Inclusion.check(hash, LEAVES.get(i), i, size, changed, root));
        }
      }
    }
  }

  @Test
  void sizes_near_two_to_the_sixty_third_do_not_confuse_it() {
    var path = new ArrayList<Hash>();
    for (int i = 0; i < 63; i++) path.add(LEAVES.get(i));
    var leaf = LEAVES.getFirst();
    for (long index : new long[] {0, 1, Long.MAX_VALUE / 2, Long.MAX_VALUE - 2}) {
      var octets = path.stream().map(Hash::unsafeArray).toList();
      var root = Inclusion.root(hash, leaf.unsafeArray(), index, Long.MAX_VALUE, octets);
      var naive = leaf;
      for (int i = 0; i < 63; i++)
        naive =
            (index >> i & 1) == 1
                ? hash.nodeHash(path.get(i), naive)
                : hash.nodeHash(naive, path.get(i));
      assertTrue(root.isPresent(), "index " + index);
      assertEquals(naive, Hash.wrap(root.get()), "index " + index);
    }
    assertFalse(Inclusion.check(hash, leaf, -1, Long.MAX_VALUE, path, leaf));
    assertFalse(Inclusion.check(hash, leaf, Long.MAX_VALUE, Long.MAX_VALUE, path, leaf));
    assertFalse(Inclusion.check(hash, leaf, 0, Long.MIN_VALUE, path, leaf));
  }
}
