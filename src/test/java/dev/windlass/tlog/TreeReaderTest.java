package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TreeReaderTest {
  private static final List<Hash> LEAVES = NaiveTree.leaves(70_000);
  private static final TileMap LARGE = TileMap.of(LEAVES);
  private static final Hash LARGE_ROOT = NaiveTree.root(LEAVES);

  private final MerkleHash hash = new MerkleHash();

  private static Hash root(int size) {
    return NaiveTree.root(LEAVES.subList(0, size));
  }

  private static List<TreeReader> both(int size) {
    var tiles = TileMap.of(LEAVES.subList(0, size));
    return List.of(
        TreeReader.unverified(tiles, size), TreeReader.verified(tiles, size, root(size)));
  }

  @Test
  void every_proof_in_a_small_tree_is_that_of_the_definition() {
    for (int size : new int[] {1, 2, 3, 7, 64, 255, 256, 257, 300})
      for (var reader : both(size)) {
        assertEquals(root(size), reader.root());
        for (int i = 0; i < size; i++) {
          assertEquals(LEAVES.get(i), reader.leafHash(i));
          assertEquals(
              NaiveTree.path(i, LEAVES.subList(0, size)),
              reader.inclusion(i, size),
              i + " of " + size);
        }
      }
  }

  @Test
  void every_smaller_tree_is_read_out_of_the_tiles_of_the_larger_one() {
    for (var reader : both(70))
      for (int to = 0; to <= 70; to++) {
        var leaves = LEAVES.subList(0, to);
        assertEquals(NaiveTree.root(leaves), reader.root(to));
        for (int from = 0; from <= to; from++)
          assertEquals(
              NaiveTree.proof(from, leaves), reader.consistency(from, to), from + " to " + to);
        for (int i = 0; i < to; i++)
          assertEquals(NaiveTree.path(i, leaves), reader.inclusion(i, to));
      }
  }

  @Test
  void proofs_in_a_large_tree_check() {
    var reader = TreeReader.verified(LARGE, 70_000, LARGE_ROOT);
    var chance = new SplittableRandom(1);
    for (int i = 0; i < 300; i++) {
      int size = chance.nextInt(1, 70_001);
      int index = chance.nextInt(size);
      int old = chance.nextInt(size + 1);

      assertTrue(
          Inclusion.check(
              hash,
              LEAVES.get(index),
              index,
              size,
              reader.inclusion(index, size),
              reader.root(size)));
      assertTrue(
          Consistency.check(
              hash, old, reader.root(old), size, reader.root(size), reader.consistency(old, size)));
    }
  }

  @Test
  void the_sizes_around_the_tile_edges_read_right() {
    for (int size : new int[] {65_535, 65_536, 65_537}) {
      var tiles = TileMap.of(LEAVES.subList(0, size));
      var reader = TreeReader.verified(tiles, size, root(size));
      for (int i : new int[] {0, 255, 256, 32_768, size - 2, size - 1})
        assertEquals(
            NaiveTree.path(i, LEAVES.subList(0, size)), reader.inclusion(i, size), i + "/" + size);
      for (int old : new int[] {1, 256, 65_280, size - 1})
        assertEquals(NaiveTree.proof(old, LEAVES.subList(0, size)), reader.consistency(old, size));
    }
  }

  @Test
  void a_reader_names_beforehand_the_tiles_that_it_reads() {
    var chance = new SplittableRandom(2);
    for (int i = 0; i < 60; i++) {
      int index = chance.nextInt(70_000);
      int old = chance.nextInt(1, 70_001);
      var tiles = new TileMap();
      tiles.tiles.putAll(LARGE.tiles);
      var reader = TreeReader.verified(tiles, 70_000, LARGE_ROOT);
      var edge = new HashSet<>(TileEdge.paths(70_000));
      assertEquals(edge, tiles.read);

      tiles.read.clear();
      var named = new HashSet<>(reader.inclusionTiles(index, 70_000));
      reader.inclusion(index, 70_000);
      named.removeAll(edge);
      assertEquals(named, tiles.read, "leaf " + index);

      tiles.read.clear();
      var another = TreeReader.unverified(tiles, 70_000);
      var unchecked = another.consistencyTiles(old, 70_000);
      another.consistency(old, 70_000);
      assertEquals(unchecked, tiles.read, "from " + old);
    }
  }

  @Test
  void a_tile_is_read_once_for_many_proofs() {
    var counted = new int[1];
    var reader =
        TreeReader.verified(
            tile -> {
              counted[0]++;
              return LARGE.tile(tile);
            },
            70_000,
            LARGE_ROOT);
    for (int i = 256; i < 512; i++) reader.inclusion(i, 70_000);

    // three of the edge, the leaf's own and the one above it
    assertEquals(5, counted[0]);
  }

  /** One bit flipped in any tile of the tree: no wrong hash ever comes out. */
  @Test
  void a_verified_reader_never_gives_a_hash_that_the_root_does_not_vouch_for() {
    var chance = new SplittableRandom(3);
    int caught = 0;
    for (int i = 0; i < 200; i++) {
      var tiles = new TileMap();
      tiles.tiles.putAll(LARGE.tiles);
      var paths = LARGE.tiles.keySet().stream().sorted(this::byText).toList();
      var victim = paths.get(chance.nextInt(paths.size()));
      var octets = tiles.tiles.get(victim).clone();
      octets[chance.nextInt(octets.length)] ^= (byte) (1 << chance.nextInt(8));
      tiles.tiles.put(victim, octets);
      long index = victim.level() == 0 ? victim.index() * 256 : chance.nextLong(70_000);

      try {
        var reader = TreeReader.verified(tiles, 70_000, LARGE_ROOT);
        var path = reader.inclusion(index, 70_000);
        assertTrue(Inclusion.check(hash, reader.leafHash(index), index, 70_000, path, LARGE_ROOT));
        assertEquals(LEAVES.get((int) index), reader.leafHash(index));
      } catch (TlogException e) {
        caught++;
        assertTrue(e.getMessage().contains("root"), e.getMessage());
      }
    }
    assertTrue(caught >= 150, "caught only " + caught);
  }

  private int byText(LogPath.HashTile a, LogPath.HashTile b) {
    return a.toString().compareTo(b.toString());
  }

  @Test
  void an_unverified_reader_makes_proofs_of_a_changed_tile_that_do_not_check() {
    var tiles = new TileMap();
    tiles.tiles.putAll(LARGE.tiles);
    var victim = new LogPath.HashTile(0, 3, LogPath.FULL);
    var octets = tiles.tiles.get(victim).clone();
    octets[0] ^= 1;
    tiles.tiles.put(victim, octets);

    var path = TreeReader.unverified(tiles, 70_000).inclusion(3 * 256 + 1, 70_000);

    assertFalse(
        Inclusion.check(hash, LEAVES.get(3 * 256 + 1), 3 * 256 + 1, 70_000, path, LARGE_ROOT));
  }

  @Test
  void another_root_or_size_is_refused_at_once() {
    assertThrows(TlogException.class, () -> TreeReader.verified(LARGE, 70_000, root(69_999)));
    assertThrows(TlogException.class, () -> TreeReader.verified(LARGE, 69_888, LARGE_ROOT));
    assertThrows(TlogException.class, () -> TreeReader.unverified(LARGE, -1));
    assertThrows(
        NoSuchElementException.class, () -> TreeReader.verified(LARGE, 80_000, LARGE_ROOT));
  }

  @Test
  void the_empty_tree_has_a_root_and_nothing_else() {
    var reader = TreeReader.verified(new TileMap(), 0, Hash.EMPTY_ROOT);

    assertEquals(Hash.EMPTY_ROOT, reader.root());
    assertEquals(List.of(), reader.consistency(0, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> reader.leafHash(0));
  }

  @Test
  void a_leaf_or_size_outside_the_tree_is_refused() {
    var reader = TreeReader.unverified(LARGE, 100);
    Stream.<Runnable>of(
            () -> reader.leafHash(100),
            () -> reader.leafHash(-1),
            () -> reader.root(101),
            () -> reader.root(-1),
            () -> reader.inclusion(5, 101),
            () -> reader.inclusion(50, 50),
            () -> reader.inclusionTiles(50, 50),
            () -> reader.consistency(51, 50),
            () -> reader.consistency(-1, 50),
            () -> reader.consistencyTiles(1, 101))
        .forEach(call -> assertThrows(IndexOutOfBoundsException.class, call::run));
  }
}
