package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MerkleTest {
  /**
   * The eight leaves that the tests of transparency-dev/merkle and Certificate Transparency share.
   */
  private static final List<byte[]> EIGHT =
      Stream.of(
              "",
              "00",
              "10",
              "2021",
              "3031",
              "40414243",
              "5051525354555657",
              "606162636465666768696a6b6c6d6e6f")
          .map(HexFormat.of()::parseHex)
          .toList();

  private final MerkleHash hash = new MerkleHash();

  private List<byte[]> leaves(List<byte[]> entries) {
    return entries.stream().map(hash::leaf).toList();
  }

  private List<byte[]> numbered(int size) {
    var entries = new ArrayList<byte[]>();
    for (int i = 0; i < size; i++) entries.add(("entry " + i).getBytes(StandardCharsets.UTF_8));
    return leaves(entries);
  }

  /** The definition of RFC 6962 §2.1, word by word. */
  private byte[] defined(List<byte[]> leaves) {
    if (leaves.size() == 1) return leaves.getFirst();
    int k = Integer.highestOneBit(leaves.size() - 1);
    return hash.node(defined(leaves.subList(0, k)), defined(leaves.subList(k, leaves.size())));
  }

  private boolean proves(byte[] leaf, long index, long size, List<byte[]> path, byte[] root) {
    return Inclusion.root(hash, leaf, index, size, path)
        .filter(reached -> Arrays.equals(reached, root))
        .isPresent();
  }

  @Test
  void the_empty_root_is_the_hash_of_nothing() {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        HexFormat.of().formatHex(hash.empty()));
  }

  @Test
  void eight_leaves_have_the_root_that_certificate_transparency_tests_know() {
    var root = HexFormat.of().formatHex(new MerkleTree(hash, leaves(EIGHT)).root());

    assertEquals("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328", root);
  }

  @Test
  void fifteen_leaves_have_the_root_of_the_tessera_test_log() {
    var words =
        "one,two,three,four,five,six,seven,eit,nain,ten,ileven,twelf,threeten,fourten,fivten";
    var entries =
        Arrays.stream(words.split(",")).map(w -> w.getBytes(StandardCharsets.UTF_8)).toList();

    var root = new MerkleTree(hash, leaves(entries)).root();

    assertEquals(
        "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=", Base64.getEncoder().encodeToString(root));
  }

  @Test
  void a_tree_of_any_size_is_the_recursive_definition_and_proves_each_leaf() {
    for (int size = 1; size <= 70; size++) {
      var leaves = numbered(size);
      var tree = new MerkleTree(hash, leaves);
      assertArrayEquals(defined(leaves), tree.root());

      for (int i = 0; i < size; i++)
        assertTrue(proves(leaves.get(i), i, size, tree.path(i), tree.root()), i + " of " + size);
    }
  }

  @Test
  void a_proof_for_another_index_is_refused() {
    for (int size : new int[] {2, 3, 7, 8, 13, 256}) {
      var leaves = numbered(size);
      var tree = new MerkleTree(hash, leaves);
      for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
          assertEquals(
              i == j, proves(leaves.get(i), j, size, tree.path(i), tree.root()), i + " as " + j);
    }
  }

  @Test
  void a_path_one_hash_short_or_long_is_refused() {
    for (int size = 2; size <= 33; size++) {
      var leaves = numbered(size);
      var tree = new MerkleTree(hash, leaves);
      for (int i = 0; i < size; i++) {
        var path = tree.path(i);
        var longer = new ArrayList<>(path);
        longer.add(leaves.getFirst());
        var shorter = path.subList(0, path.size() - 1);
        assertTrue(Inclusion.root(hash, leaves.get(i), i, size, longer).isEmpty());
        assertTrue(Inclusion.root(hash, leaves.get(i), i, size, shorter).isEmpty());
      }
    }
  }

  @Test
  void an_index_outside_the_tree_or_a_hash_of_another_length_is_refused() {
    var leaves = numbered(3);
    var tree = new MerkleTree(hash, leaves);

    assertTrue(Inclusion.root(hash, leaves.getFirst(), 3, 3, tree.path(0)).isEmpty());
    assertTrue(Inclusion.root(hash, leaves.getFirst(), -1, 3, tree.path(0)).isEmpty());
    assertTrue(Inclusion.root(hash, leaves.getFirst(), 0, 0, List.of()).isEmpty());
    var path = new ArrayList<>(tree.path(0));
    path.set(0, Arrays.copyOf(path.getFirst(), 31));
    assertTrue(Inclusion.root(hash, leaves.getFirst(), 0, 3, path).isEmpty());
    assertThrows(IndexOutOfBoundsException.class, () -> tree.path(3));
    assertThrows(IllegalArgumentException.class, () -> new MerkleTree(hash, List.of()));
  }

  @Test
  void an_inner_node_cannot_pose_as_a_leaf() {
    var leaves = numbered(4);
    var tree = new MerkleTree(hash, leaves);
    var inner = hash.node(leaves.get(0), leaves.get(1));
    var entry = new byte[64];
    System.arraycopy(leaves.get(0), 0, entry, 0, 32);
    System.arraycopy(leaves.get(1), 0, entry, 32, 32);

    assertTrue(proves(inner, 0, 2, tree.path(0).subList(1, 2), tree.root()));
    assertFalse(proves(hash.leaf(entry), 0, 2, tree.path(0).subList(1, 2), tree.root()));
  }
}
