package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsistencyTest {
  private static final List<Hash> LEAVES = NaiveTree.leaves(300);

  private final MerkleHash hash = new MerkleHash();

  private static Hash root(int size) {
    return NaiveTree.root(LEAVES.subList(0, size));
  }

  private static List<Hash> proof(int from, int to) {
    return NaiveTree.proof(from, LEAVES.subList(0, to));
  }

  private boolean consistent(long from, Hash a, long to, Hash b, List<Hash> proof) {
    return Consistency.check(hash, from, a, to, b, proof);
  }

  @Test
  void every_tree_is_the_beginning_of_every_larger_one_by_the_proof_of_the_definition() {
    for (int to = 0; to <= 64; to++)
      for (int from = 0; from <= to; from++)
        assertTrue(consistent(from, root(from), to, root(to), proof(from, to)), from + " to " + to);
  }

  @Test
  void proofs_around_a_tile_edge_hold() {
    for (int to = 250; to <= 262; to++)
      for (int from = 1; from <= to; from += 3)
        assertTrue(consistent(from, root(from), to, root(to), proof(from, to)), from + " to " + to);
  }

  /** Every other pair of sizes for the same proof and roots. */
  @Test
  void another_size_on_either_side_is_refused() {
    for (int to = 1; to <= 20; to++)
      for (int from = 1; from < to; from++) {
        var proof = proof(from, to);
        for (int a = 0; a <= 24; a++)
          for (int b = 0; b <= 24; b++)
            if (consistent(a, root(from), b, root(to), proof))
              assertTrue(isSameShape(from, to, a, b), from + " to " + to + " as " + a + " to " + b);
      }
  }

  /**
   * A proof has no size in it: sizes whose proofs have the same form pass, so that sizes have to
   * come from signed heads. They are those at which the algorithm takes the same turns.
   */
  private static boolean isSameShape(int from, int to, int a, int b) {
    return turns(from, to).equals(turns(a, b));
  }

  private static String turns(int from, int to) {
    if (from == 0 || from >= to) return "none " + from + " " + to;
    var turns = new StringBuilder(Integer.bitCount(from) == 1 ? "whole " : "part ");
    int shift = Integer.numberOfTrailingZeros(from);
    int fn = (from - 1) >> shift;
    int sn = (to - 1) >> shift;
    while (sn != 0) {
      boolean left = (fn & 1) == 1 || fn == sn;
      if (left)
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      turns.append(left ? 'L' : 'R');
      fn >>= 1;
      sn >>= 1;
    }
    return turns.toString();
  }

  @Test
  void a_changed_hash_anywhere_is_refused() {
    for (int to = 2; to <= 40; to++)
      for (int from = 1; from < to; from++) {
        var proof = proof(from, to);
        for (int i = 0; i < proof.size(); i++) {
          var changed = new ArrayList<>(proof);
          changed.set(i, flipped(proof.get(i)));
          assertFalse(consistent(from, root(from), to, root(to), changed));
        }
        assertFalse(consistent(from, flipped(root(from)), to, root(to), proof));
        assertFalse(consistent(from, root(from), to, flipped(root(to)), proof));
        assertFalse(consistent(from, root(to), to, root(from), proof), "roots swapped");
      }
  }

  @Test
  void a_hash_too_many_or_too_few_is_refused() {
    for (int to = 2; to <= 40; to++)
      for (int from = 1; from < to; from++) {
        var proof = proof(from, to);
        for (var extra : List.of(root(from), root(to), LEAVES.getFirst(), proof.getFirst())) {
          var before = new ArrayList<>(proof);
          before.addFirst(extra);
          assertFalse(consistent(from, root(from), to, root(to), before));
          var behind = new ArrayList<>(proof);
          behind.addLast(extra);
          assertFalse(consistent(from, root(from), to, root(to), behind));
        }
        for (int left = 0; left < proof.size(); left++)
          assertFalse(consistent(from, root(from), to, root(to), proof.subList(0, left)));
        assertFalse(consistent(from, root(from), to, root(to), proof.subList(1, proof.size())));
      }
  }

  @Test
  void the_empty_tree_begins_every_tree_but_only_with_its_own_root_and_no_proof() {
    assertTrue(consistent(0, Hash.EMPTY_ROOT, 5, root(5), List.of()));
    assertTrue(consistent(0, Hash.EMPTY_ROOT, 0, Hash.EMPTY_ROOT, List.of()));
    assertFalse(consistent(0, root(1), 5, root(5), List.of()));
    assertFalse(consistent(0, Hash.EMPTY_ROOT, 5, root(5), List.of(root(5))));
  }

  @Test
  void equal_sizes_need_equal_roots_and_no_proof() {
    assertTrue(consistent(7, root(7), 7, root(7), List.of()));
    assertFalse(consistent(7, root(7), 7, root(8), List.of()));
    assertFalse(consistent(7, root(7), 7, root(7), List.of(root(7))));
  }

  @Test
  void a_tree_that_shrinks_or_has_a_negative_size_is_refused() {
    assertFalse(consistent(5, root(5), 4, root(4), proof(4, 5)));
    assertFalse(consistent(-1, root(1), 4, root(4), List.of()));
    assertFalse(consistent(-2, root(1), -1, root(4), List.of()));
  }

  /** Facts of transparency-dev/merkle, testdata/consistency/2. */
  @Test
  void six_to_eight_of_the_shared_leaves_have_the_proof_that_others_make() {
    var six = Hash.parseBase64("duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=");
    var eight = Hash.parseBase64("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=");
    var proof =
        List.of(
            Hash.parseBase64("DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o="),
            Hash.parseBase64("yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA="),
            Hash.parseBase64("037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="));

    assertTrue(consistent(6, six, 8, eight, proof));
    assertFalse(consistent(5, six, 8, eight, proof));
    assertFalse(consistent(6, six, 16, eight, proof));
    assertFalse(consistent(6, eight, 8, six, proof));
  }

  /** Facts of torchwood, litewitness.txt: a log whose leaves are 2a00…, 2a01…, 2a02…, … */
  @Test
  void the_steps_of_the_litewitness_test_are_consistent() {
    var one = leaf(0);
    var three = Hash.parseHex("45c088d4d939e9971298811f227d1295eaad57bbafae55cd71c171e7de48c25d");
    var five = Hash.parseHex("42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36");

    assertTrue(consistent(1, one, 3, three, List.of(leaf(1), leaf(2))));
    assertFalse(consistent(1, one, 3, three, List.of()));
    assertFalse(consistent(1, one, 3, three, List.of(leaf(1), flipped(leaf(2)))));
    var third = Hash.parseHex("c2088815d65f60dbfa594d4e96504ab169cb6084bf0c132ab7c521fd2e0eba41");
    assertTrue(consistent(3, three, 5, five, List.of(leaf(2), leaf(3), third, leaf(4))));
    var first = Hash.parseHex("f9f50357e93def4078237b8aaea24ce1a3f5965a0f64ff26bebd99e30470d8b2");
    assertTrue(consistent(1, one, 5, five, List.of(leaf(1), first, leaf(4))));
    assertEquals(five, NaiveTree.root(List.of(leaf(0), leaf(1), leaf(2), leaf(3), leaf(4))));
  }

  private static Hash leaf(int number) {
    var octets = new byte[Hash.BYTES];
    octets[0] = 0x2a;
    octets[1] = (byte) number;
    return Hash.wrap(octets);
  }

  private static Hash flipped(Hash hash) {
    var octets = hash.toArray();
    octets[31] ^= 1;
    return Hash.wrap(octets);
  }
}
