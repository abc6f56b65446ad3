package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** RFC 6962 §2.1 word by word, without any idea of how to be fast. */
final class NaiveTree {
  private static final MerkleHash HASH = new MerkleHash();

  private NaiveTree() {}

  /** So many leaf hashes of different entries. */
  static List<Hash> leaves(int count) {
    var leaves = new ArrayList<Hash>();
    for (int i = 0; i < count; i++)
      leaves.add(HASH.leafHash(("entry " + i).getBytes(StandardCharsets.UTF_8)));
    return leaves;
  }

  /** MTH of §2.1. */
  static Hash root(List<Hash> d) {
    if (d.isEmpty()) return Hash.EMPTY_ROOT;
    if (d.size() == 1) return d.getFirst();
    int k = split(d.size());
    return HASH.nodeHash(root(d.subList(0, k)), root(d.subList(k, d.size())));
  }

  /** PATH of §2.1.1. */
  static List<Hash> path(int m, List<Hash> d) {
    if (d.size() == 1) return List.of();
    int k = split(d.size());
    return m < k
        ? plus(path(m, d.subList(0, k)), root(d.subList(k, d.size())))
        : plus(path(m - k, d.subList(k, d.size())), root(d.subList(0, k)));
  }

  /** PROOF of §2.1.2, for 0 < m <= n; empty for 0. */
  static List<Hash> proof(int m, List<Hash> d) {
    return m == 0 ? List.of() : subproof(m, d, true);
  }

  private static List<Hash> subproof(int m, List<Hash> d, boolean whole) {
    if (m == d.size()) return whole ? List.of() : List.of(root(d));
    int k = split(d.size());
    return m <= k
        ? plus(subproof(m, d.subList(0, k), whole), root(d.subList(k, d.size())))
        : plus(subproof(m - k, d.subList(k, d.size()), false), root(d.subList(0, k)));
  }

  /** The largest power of two below n. */
  private static int split(int n) {
    return Integer.highestOneBit(n - 1);
  }

  private static List<Hash> plus(List<Hash> list, Hash last) {
    var longer = new ArrayList<>(list);
    longer.add(last);
    return longer;
  }
}
