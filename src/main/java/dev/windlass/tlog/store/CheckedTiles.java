package dev.windlass.tlog.store;

import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.HashTile;
import dev.windlass.tlog.Tile;
import dev.windlass.tlog.TileReader;
import dev.windlass.tlog.TlogException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Tiles of a backend, each compared with the hash of it one level up, and so on up to the edge of a
 * tree whose root is believed. Keeps the last checked tile of each level: read in order. For one
 * thread.
 */
final class CheckedTiles implements TileReader {
  private final Tree tree;
  private final Backend backend;
  private final Map<Integer, Tile> last = new HashMap<>();

  CheckedTiles(Tree tree, Backend backend) {
    this.tree = tree;
    this.backend = backend;
  }

  /** As wide as the tree has it, or full. */
  @Override
  public byte[] tile(HashTile path) {
    long edge = tree.size() >> 8 * path.level() >> 8;
    if (path.index() > edge || path.level() > 7)
      throw new TlogException(path + " is not in a tree of " + tree.size());
    if (path.index() == edge)
      return tree.tile(path.level())
          .map(Tile::unsafeArray)
          .orElseThrow(() -> new TlogException(path + " is not in a tree of " + tree.size()));
    return full(path.full()).unsafeArray();
  }

  private Tile full(HashTile path) {
    var known = last.get(path.level());
    if (known != null && known.path().equals(path)) return known;
    var tile = new Tile(path, stored(path));
    var root = root(tile);
    var above = tile(new HashTile(path.level() + 1, path.index() / LogPath.FULL, LogPath.FULL));
    var expected = Hash.of(above, (int) (path.index() % LogPath.FULL) * Hash.BYTES);
    if (!root.equals(expected))
      throw new TlogException(path + " hashes to " + root + ", expected " + expected);
    last.put(path.level(), tile);
    return tile;
  }

  /** Of the subtree that a full tile is. */
  static Hash root(Tile tile) {
    var frontier = new Frontier();
    for (int i = 0; i < tile.path().width(); i++)
      frontier.append(tile.unsafeArray(), i * Hash.BYTES);
    return frontier.root();
  }

  private byte[] stored(HashTile path) {
    try {
      return backend
          .get(path.toString())
          .orElseThrow(() -> new TlogException(path + " is missing"));
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + path, e);
    }
  }
}
