package dev.windlass.tlog;

import java.util.List;

/** The check of a consistency proof, RFC 6962 §2.1.2 and RFC 9162 §2.1.4.2. */
public final class Consistency {
  private Consistency() {}

  /**
   * Whether the tree of {@code oldSize} entries is the beginning of the one of {@code newSize}.
   *
   * <p>Equal sizes need equal roots and no proof. The empty tree begins every tree: it needs the
   * empty root and no proof. A shorter new tree, a negative size, a hash too many or too few fail.
   *
   * @param proof in the order of RFC 6962
   */
  public static boolean check(
      MerkleHash hash, long oldSize, Hash oldRoot, long newSize, Hash newRoot, List<Hash> proof) {
    if (oldSize < 0 || newSize < oldSize) return false;
    if (oldSize == newSize) return proof.isEmpty() && oldRoot.equals(newRoot);
    if (oldSize == 0) return proof.isEmpty() && oldRoot.equals(Hash.EMPTY_ROOT);
    return grows(hash, oldSize, oldRoot, newSize, newRoot, proof);
  }

  private static boolean grows(
      MerkleHash hash, long oldSize, Hash oldRoot, long newSize, Hash newRoot, List<Hash> proof) {
    if (proof.isEmpty()) return false;
    int shift = Long.numberOfTrailingZeros(oldSize);
    long oldNode = (oldSize - 1) >> shift;
    long newNode = (newSize - 1) >> shift;
    boolean wholeSubtree = Long.bitCount(oldSize) == 1;
    var reachedOld = wholeSubtree ? oldRoot : proof.getFirst();
    var reachedNew = reachedOld;
    for (var sibling : wholeSubtree ? proof : proof.subList(1, proof.size())) {
      if (newNode == 0) return false;
      if ((oldNode & 1) == 1 || oldNode == newNode) {
        reachedOld = hash.nodeHash(sibling, reachedOld);
        reachedNew = hash.nodeHash(sibling, reachedNew);
        while ((oldNode & 1) == 0 && oldNode != 0) {
          oldNode >>= 1;
          newNode >>= 1;
        }
      } else {
        reachedNew = hash.nodeHash(reachedNew, sibling);
      }
      oldNode >>= 1;
      newNode >>= 1;
    }
    return newNode == 0 && reachedOld.equals(oldRoot) && reachedNew.equals(newRoot);
  }
}
