package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * A tree over hashed leaves with all of its inner nodes, so that n proofs cost n - 1 hashes
 * together. A level's last node without a sibling moves up unchanged, which is the same tree as the
 * recursive definition of RFC 6962 §2.1.
 */
public final class MerkleTree {
  /** From the leaves to the root. */
  private final List<byte[][]> levels = new ArrayList<>();

  /**
   * @param leaves hashes as {@link MerkleHash#leaf} makes them, in order, at least one; not copied
   */
  public MerkleTree(MerkleHash hash, List<byte[]> leaves) {
    if (leaves.isEmpty()) throw new IllegalArgumentException("a tree needs a leaf");
    var level = leaves.toArray(byte[][]::new);
    levels.add(level);
    while (level.length > 1) {
      level = above(hash, level);
      levels.add(level);
    }
  }

  public int size() {
    return levels.getFirst().length;
  }

  public byte[] root() {
    return levels.getLast()[0].clone();
  }

  /** The audit path of RFC 6962 §2.1.1: sibling hashes from the leaf to the root. */
  public List<byte[]> path(int index) {
    if (index < 0 || index >= size())
      throw new IndexOutOfBoundsException("leaf " + index + " of a tree of " + size());
    var path = new ArrayList<byte[]>(levels.size());
    int at = index;
    for (var level : levels) {
      int sibling = at ^ 1;
      if (sibling < level.length) path.add(level[sibling]);
      at >>= 1;
    }
    return path;
  }

  private static byte[][] above(MerkleHash hash, byte[][] level) {
    var above = new byte[(level.length + 1) / 2][];
    for (int i = 0; i < level.length / 2; i++) above[i] = hash.node(level[2 * i], level[2 * i + 1]);
    if (level.length % 2 == 1) above[above.length - 1] = level[level.length - 1];
    return above;
  }
}
