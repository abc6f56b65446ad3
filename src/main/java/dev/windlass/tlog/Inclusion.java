package dev.windlass.tlog;

import java.util.List;
import java.util.Optional;

/** The check of an inclusion proof, RFC 9162 §2.1.3.2. */
public final class Inclusion {
  private Inclusion() {}

  /**
   * The root that this path leads to, or nothing when the path is not exactly as long as index and
   * size ask for. The caller compares it with a root it believes.
   *
   * @param leaf hash of the entry
   * @param path sibling hashes from the leaf to the root
   */
  public static Optional<byte[]> root(
      MerkleHash hash, byte[] leaf, long index, long size, List<byte[]> path) {
    if (index < 0 || index >= size) return Optional.empty();
    long node = index;
    long last = size - 1;
    var root = leaf;
    for (var sibling : path) {
      if (last == 0 || sibling.length != MerkleHash.BYTES) return Optional.empty();
      if ((node & 1) == 1 || node == last) {
        root = hash.node(sibling, root);
        while ((node & 1) == 0 && node != 0) {
          node >>= 1;
          last >>= 1;
        }
      } else {
        root = hash.node(root, sibling);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 ? Optional.of(root) : Optional.empty();
  }

  /**
   * Whether the entry with this leaf hash lies at {@code index} of the tree of this size and root.
   */
  public static boolean check(
      MerkleHash hash, Hash leaf, long index, long size, List<Hash> path, Hash root) {
    var octets = path.stream().map(Hash::unsafeArray).toList();
    return root(hash, leaf.unsafeArray(), index, size, octets)
        .filter(reached -> Hash.wrap(reached).equals(root))
        .isPresent();
  }
}
