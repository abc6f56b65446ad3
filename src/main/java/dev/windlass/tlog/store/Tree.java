package dev.windlass.tlog.store;

import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Tile;
import dev.windlass.tlog.TileEdge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All of a tree that must be at hand to let it grow: the partial tiles at its right edge and the
 * entries of its partial bundle. Immutable.
 *
 * @param tail entries of the last bundle, 0 to 255
 */
record Tree(TileEdge edge, List<byte[]> tail) {
  static final Tree EMPTY = new Tree(TileEdge.EMPTY, List.of());

  Tree {
    tail = List.copyOf(tail);
    if (tail.size() != (edge.size() & 0xff))
      throw new IllegalArgumentException(
          tail.size() + " entries in the last bundle of a tree of " + edge.size());
  }

  /**
   * @param full what became full, to be kept for ever
   * @param partial what grew and is still partial
   */
  record Growth(List<Upload> full, List<Upload> partial, Tree tree) {}

  long size() {
    return edge.size();
  }

  Hash root(MerkleHash hash) {
    return edge.root(hash);
  }

  Growth grow(MerkleHash hash, List<Leaf> leaves) {
    var growth = edge.grow(hash, leaves.stream().map(Leaf::hash).toList());
    var full = new ArrayList<Upload>();
    var partial = new ArrayList<Upload>();
    for (var tile : growth.tiles()) {
      var upload = Upload.immutable(tile.path().toString(), tile.unsafeArray());
      (tile.path().isFull() ? full : partial).add(upload);
    }
    var entries = new ArrayList<>(tail);
    for (var leaf : leaves) entries.add(leaf.entry());
    long bundle = size() / LogPath.FULL;
    int from = 0;
    for (; entries.size() - from >= LogPath.FULL; from += LogPath.FULL)
      full.add(upload(new EntryTile(bundle++, LogPath.FULL), entries, from));
    if (from < entries.size())
      partial.add(upload(new EntryTile(bundle, entries.size() - from), entries, from));
    return new Growth(
        full, partial, new Tree(growth.edge(), entries.subList(from, entries.size())));
  }

  /** The partial tiles and the partial bundle that a tree of this size has. */
  static List<LogPath> partials(long size) {
    var paths = new ArrayList<LogPath>(TileEdge.paths(size));
    int width = (int) (size % LogPath.FULL);
    if (width > 0) paths.add(new EntryTile(size / LogPath.FULL, width));
    return paths;
  }

  /** The tile of the edge at this level, if it has one. */
  Optional<Tile> tile(int level) {
    return edge.tiles().stream().filter(tile -> tile.path().level() == level).findFirst();
  }

  private static Upload upload(EntryTile path, List<byte[]> entries, int from) {
    var octets = EntryBundle.encode(entries.subList(from, from + path.width()));
    return Upload.immutable(path.toString(), octets);
  }
}
