package dev.windlass.tlog;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Tiles in memory. Strict: a tile that is written again must be the same, one not there is an
 * error.
 */
final class TileMap implements TileReader {
  private static final MerkleHash HASH = new MerkleHash();

  final Map<LogPath.HashTile, byte[]> tiles = new HashMap<>();

  /** What has been asked for since the last clear. */
  final Set<LogPath.HashTile> read = new HashSet<>();

  /** The tree of these leaves, grown at one time. */
  static TileMap of(List<Hash> leaves) {
    var map = new TileMap();
    map.put(TileEdge.EMPTY.grow(HASH, leaves));
    return map;
  }

  void put(TileGrowth growth) {
    for (var tile : growth.tiles()) {
      var old = tiles.put(tile.path(), tile.unsafeArray());
      if (old != null && !Arrays.equals(old, tile.unsafeArray()))
        throw new AssertionError(tile + " is written again with other octets");
    }
  }

  @Override
  public byte[] tile(LogPath.HashTile tile) {
    read.add(tile);
    var octets = tiles.get(tile);
    if (octets == null) octets = tiles.get(tile.full());
    if (octets == null) throw new NoSuchElementException("no " + tile);
    return octets;
  }
}
