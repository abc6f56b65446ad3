package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TileEdgeTest {
  private static final List<Hash> LEAVES = NaiveTree.leaves(70_000);

  private final MerkleHash hash = new MerkleHash();

  /** The tile by its definition: hash i is the root of 256^level leaves. */
  private static byte[] defined(LogPath.HashTile path) {
    int span = 1 << 8 * path.level();
    var octets = new byte[path.width() * Hash.BYTES];
    for (int i = 0; i < path.width(); i++) {
      int from = ((int) path.index() * LogPath.FULL + i) * span;
      NaiveTree.root(LEAVES.subList(from, from + span)).copyTo(octets, i * Hash.BYTES);
    }
    return octets;
  }

  @Test
  void seventy_thousand_leaves_have_the_tiles_of_the_specification() {
    var growth = TileEdge.EMPTY.grow(hash, LEAVES);

    var layout = new TreeMap<String, Integer>();
    for (var tile : growth.tiles()) {
      var path = tile.path();
      var kind = path.isFull() ? " full" : ".p/" + path.width();
      layout.merge("level " + path.level() + kind, 1, Integer::sum);
    }
    assertEquals(
        "{level 0 full=273, level 0.p/112=1, level 1 full=1, level 1.p/17=1, level 2.p/1=1}",
        layout.toString());
    assertEquals(
        List.of("tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"),
        TileEdge.paths(70_000).stream().map(LogPath.HashTile::toString).toList());
    assertEquals(NaiveTree.root(LEAVES), growth.edge().root(hash));
    for (var tile : growth.tiles())
      assertArrayEquals(defined(tile.path()), tile.unsafeArray(), tile::toString);
  }

  @Test
  void two_hundred_and_fifty_six_leaves_are_one_full_tile_and_one_hash_above() {
    var growth = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, 256));

    assertEquals(
        List.of("tile/0/000", "tile/1/000.p/1"),
        growth.tiles().stream().map(Tile::toString).toList());
  }

  @Test
  void every_small_tree_has_the_root_of_the_definition_whatever_it_grew_from() {
    var edge = TileEdge.EMPTY;
    assertEquals(Hash.EMPTY_ROOT, edge.root(hash));
    for (int size = 1; size <= 300; size++) {
      edge = edge.grow(hash, LEAVES.subList(size - 1, size)).edge();
      var expected = NaiveTree.root(LEAVES.subList(0, size));
      assertEquals(expected, edge.root(hash), "grown one by one to " + size);
      var atOnce = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, size)).edge();
      assertEquals(expected, atOnce.root(hash), "grown at once to " + size);
    }
  }

  @Test
  void growth_in_random_steps_writes_what_growth_at_once_writes() {
    for (int seed = 0; seed < 40; seed++) {
      var chance = new SplittableRandom(seed);
      int begin = seed % 2 == 0 ? 0 : 65_536 - 600;
      int end = seed % 2 == 0 ? 600 : 65_536 + 600;
      var first = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, begin));
      var written = new TileMap();
      written.put(first);
      var edge = first.edge();
      while (edge.size() < end) {
        int size = (int) edge.size();
        int step = chance.nextInt(0, Math.min(300, end - size) + 1);
        var growth = edge.grow(hash, LEAVES.subList(size, size + step));
        written.put(growth);
        edge = growth.edge();
        assertEquals(size + step, edge.size());
      }

      var atOnce = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, end));
      assertEquals(atOnce.edge().root(hash), edge.root(hash), "seed " + seed);
      for (var tile : atOnce.tiles())
        assertArrayEquals(tile.unsafeArray(), written.tiles.get(tile.path()), tile::toString);
      for (var tile : edge.tiles())
        assertArrayEquals(written.tiles.get(tile.path()), tile.unsafeArray(), tile::toString);
    }
  }

  @Test
  void the_sizes_around_the_tile_edges_have_the_root_of_the_definition() {
    for (int around : new int[] {256, 512, 65_536})
      for (int size = around - 2; size <= around + 2; size++) {
        var edge = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, size - 1)).edge();
        edge = edge.grow(hash, LEAVES.subList(size - 1, size)).edge();
        assertEquals(NaiveTree.root(LEAVES.subList(0, size)), edge.root(hash), "size " + size);
      }
  }

  /** A level that did not grow is not written again. */
  @Test
  void only_what_changed_is_written() {
    var edge = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, 65_537)).edge();

    var growth = edge.grow(hash, LEAVES.subList(65_537, 65_540));

    assertEquals(List.of("tile/0/256.p/4"), growth.tiles().stream().map(Tile::toString).toList());
    assertEquals(List.of(), edge.grow(hash, List.of()).tiles());
  }

  @Test
  void an_edge_is_read_again_from_its_tiles_also_where_only_the_full_one_is_left() {
    for (int size : new int[] {0, 1, 255, 256, 257, 65_535, 65_536, 65_793, 70_000}) {
      var tiles = TileMap.of(LEAVES);
      tiles.put(TileEdge.EMPTY.grow(hash, LEAVES.subList(0, size)));
      if (size < 69_000) tiles.tiles.keySet().removeIf(t -> t.level() == 0 && !t.isFull());

      var edge = TileEdge.read(size, tiles);

      assertEquals(NaiveTree.root(LEAVES.subList(0, size)), edge.root(hash), "size " + size);
    }
  }

  @Test
  void tiles_of_another_length_are_refused_with_both_lengths() {
    for (int length : new int[] {0, 32, 95, 97, 8_224})
      assertTrue(
          assertThrows(TlogException.class, () -> TileEdge.read(3, tile -> new byte[length]))
              .getMessage()
              .contains("has " + length + " octets, expected 96"));
    assertThrows(TlogException.class, () -> TileEdge.read(-1, tile -> new byte[32]));
    assertThrows(TlogException.class, () -> TileEdge.EMPTY.grow(hash, new byte[33]));
    assertThrows(
        TlogException.class,
        () -> new Tile(new LogPath.HashTile(0, 0, 2), new byte[2 * Hash.BYTES + 1]));
  }

  @Test
  void a_tree_ends_before_two_to_the_sixty_third() {
    var edge = TileEdge.read(Long.MAX_VALUE, tile -> new byte[LogPath.FULL * Hash.BYTES]);

    assertEquals(8, TileEdge.paths(Long.MAX_VALUE).size());
    assertThrows(TlogException.class, () -> edge.grow(hash, new byte[Hash.BYTES]));
    assertThrows(TlogException.class, () -> edge.frontier(hash).append(Hash.EMPTY_ROOT));
    assertEquals(Long.MAX_VALUE, edge.frontier(hash).size());
  }

  @Test
  void a_frontier_grows_as_the_edge_does() {
    var frontier = new Frontier();
    assertEquals(Hash.EMPTY_ROOT, frontier.root());
    for (int size = 1; size <= 300; size++) {
      frontier.append(LEAVES.get(size - 1));
      assertEquals(NaiveTree.root(LEAVES.subList(0, size)), frontier.root(), "size " + size);
      var edge = TileEdge.EMPTY.grow(hash, LEAVES.subList(0, size)).edge();
      assertEquals(edge.frontier(hash).subtrees(), frontier.subtrees());
    }
  }

  @Test
  void a_frontier_goes_on_from_its_subtrees_and_a_copy_on_its_own() {
    for (int size = 0; size <= 130; size++) {
      var first = new Frontier();
      for (var leaf : LEAVES.subList(0, size)) first.append(leaf);

      var again = Frontier.of(size, first.subtrees());
      var copy = first.copy();
      again.append(LEAVES.get(size));
      copy.append(LEAVES.get(size));

      assertEquals(NaiveTree.root(LEAVES.subList(0, size)), first.root());
      assertEquals(NaiveTree.root(LEAVES.subList(0, size + 1)), again.root());
      assertEquals(again.subtrees(), copy.subtrees());
    }
  }

  @Test
  void subtrees_of_another_number_than_the_size_has_bits_are_refused() {
    var one = List.of(LEAVES.getFirst());
    var two = new ArrayList<>(one);
    two.add(LEAVES.get(1));

    assertThrows(TlogException.class, () -> Frontier.of(3, one));
    assertThrows(TlogException.class, () -> Frontier.of(4, two));
    assertThrows(TlogException.class, () -> Frontier.of(0, one));
    assertThrows(TlogException.class, () -> Frontier.of(-1, List.of()));
    assertEquals(Hash.EMPTY_ROOT, Frontier.of(0, List.of()).root());
  }
}
