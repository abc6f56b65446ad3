package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The partial tiles at the right edge of a tree: all that is needed to let it grow and to know its
 * root; 64 KiB at most. Immutable; for any thread.
 */
public final class TileEdge {
  /** A tree below 2^63 entries has tiles of levels 0 to 7. */
  private static final int LEVELS = 8;

  private static final int FULL_OCTETS = LogPath.FULL * Hash.BYTES;

  public static final TileEdge EMPTY = new TileEdge(0, new byte[LEVELS][0]);

  private final long size;

  /** For each level the hashes of its partial tile, maybe none. */
  private final byte[][] partial;

  private TileEdge(long size, byte[][] partial) {
    this.size = size;
    this.partial = partial;
  }

  /** Reads the {@link #paths} of a tree of this size; nothing is checked but their length. */
  public static TileEdge read(long size, TileReader tiles) {
    var partial = new byte[LEVELS][0];
    for (var path : paths(size)) partial[path.level()] = Tile.read(path, tiles).unsafeArray();
    return new TileEdge(size, partial);
  }

  /** The partial tiles of a tree of this size, from level 0 up. */
  public static List<LogPath.HashTile> paths(long size) {
    if (size < 0) throw new TlogException("a tree has size " + size + ", expected 0 or more");
    var paths = new ArrayList<LogPath.HashTile>();
    for (int level = 0; level < LEVELS; level++) {
      long hashes = size >> 8 * level;
      int width = (int) (hashes & 0xff);
      if (width > 0) paths.add(new LogPath.HashTile(level, hashes >> 8, width));
    }
    return paths;
  }

  /** Entries of the tree. */
  public long size() {
    return size;
  }

  /** The tiles themselves, from level 0 up. */
  public List<Tile> tiles() {
    return paths(size).stream().map(path -> new Tile(path, partial[path.level()])).toList();
  }

  /** The root of the tree; up to 255 hashes a level. */
  public Hash root(MerkleHash hash) {
    return frontier(hash).root();
  }

  /** The complete subtrees of the tree, to append single leaves to or to keep in little space. */
  public Frontier frontier(MerkleHash hash) {
    var subtrees = new ArrayList<Hash>();
    var scratch = new byte[FULL_OCTETS];
    for (int level = LEVELS - 1; level >= 0; level--) {
      int width = partial[level].length / Hash.BYTES;
      int at = 0;
      while (at < width) {
        int count = Integer.highestOneBit(width - at);
        System.arraycopy(partial[level], at * Hash.BYTES, scratch, 0, count * Hash.BYTES);
        hash.reduce(scratch, count);
        subtrees.add(Hash.of(scratch, 0));
        at += count;
      }
    }
    return Frontier.of(size, subtrees);
  }

  /** As {@link #grow(MerkleHash, byte[])}. */
  public TileGrowth grow(MerkleHash hash, List<Hash> leaves) {
    var joined = new byte[leaves.size() * Hash.BYTES];
    for (int i = 0; i < leaves.size(); i++) leaves.get(i).copyTo(joined, i * Hash.BYTES);
    return grow(hash, joined);
  }

  /**
   * The tree with more leaves, and the tiles that it has and this one has not: each tile that
   * became full, and for each level that grew its new partial tile.
   *
   * @param leaves their hashes, one behind the other
   */
  public TileGrowth grow(MerkleHash hash, byte[] leaves) {
    if (leaves.length % Hash.BYTES != 0)
      throw new TlogException(
          "leaf hashes have " + leaves.length + " octets, expected a multiple of " + Hash.BYTES);
    int count = leaves.length / Hash.BYTES;
    if (count > Long.MAX_VALUE - size)
      throw new TlogException(
          "a tree of " + size + " entries grows by " + count + ", expected below 2^63 in all");
    var tiles = new ArrayList<Tile>();
    var next = partial.clone();
    var scratch = new byte[FULL_OCTETS];
    var added = leaves;
    for (int level = 0; added.length > 0; level++) {
      var octets = Arrays.copyOf(partial[level], partial[level].length + added.length);
      System.arraycopy(added, 0, octets, partial[level].length, added.length);
      int full = octets.length / FULL_OCTETS;
      long index = size >> 8 * level >> 8;
      added = new byte[full * Hash.BYTES];
      for (int i = 0; i < full; i++) {
        var tile = Arrays.copyOfRange(octets, i * FULL_OCTETS, (i + 1) * FULL_OCTETS);
        tiles.add(new Tile(new LogPath.HashTile(level, index + i, LogPath.FULL), tile));
        System.arraycopy(tile, 0, scratch, 0, FULL_OCTETS);
        hash.reduce(scratch, LogPath.FULL);
        System.arraycopy(scratch, 0, added, i * Hash.BYTES, Hash.BYTES);
      }
      next[level] = Arrays.copyOfRange(octets, full * FULL_OCTETS, octets.length);
      int width = next[level].length / Hash.BYTES;
      if (width > 0)
        tiles.add(new Tile(new LogPath.HashTile(level, index + full, width), next[level]));
    }
    return new TileGrowth(tiles, new TileEdge(size + count, next));
  }
}
