package dev.windlass.tlog;

/** A tile and all complete subtrees within it, so that a proof costs no hash. Immutable. */
final class TileNodes {
  /** By height: 0 are the hashes of the tile, 8 is its root if it is full. */
  private final byte[][] heights = new byte[9][];

  TileNodes(MerkleHash hash, Tile tile) {
    heights[0] = tile.unsafeArray();
    for (int height = 1; height < heights.length; height++) {
      var below = heights[height - 1];
      int count = below.length / Hash.BYTES / 2;
      heights[height] = new byte[count * Hash.BYTES];
      for (int i = 0; i < count; i++)
        hash.pairInto(below, 2 * i * Hash.BYTES, heights[height], i * Hash.BYTES);
    }
  }

  /** The index-th complete subtree of 2^height hashes of the tile. */
  Hash node(int height, int index) {
    return Hash.of(heights[height], index * Hash.BYTES);
  }

  /** Of a full tile. */
  Hash root() {
    return node(8, 0);
  }
}
