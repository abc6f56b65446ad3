package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * A growing tree of which only the roots of its complete subtrees are kept (a compact range): 2
 * KiB, whatever the size. Allocates nothing while it grows. For one thread.
 */
public final class Frontier {
  private static final int MAX_SUBTREES = 63;

  private final MerkleHash hash;

  /** The roots, from the leftmost and largest to the rightmost. */
  private final byte[] subtrees;

  private long size;

  private Frontier(MerkleHash hash, byte[] subtrees, long size) {
    this.hash = hash;
    this.subtrees = subtrees;
    this.size = size;
  }

  /** Of the tree without entries. */
  public Frontier() {
    this(new MerkleHash(), new byte[(MAX_SUBTREES + 1) * Hash.BYTES], 0);
  }

  /**
   * Of a tree of this size.
   *
   * @param subtrees as {@link #subtrees} gives them; believed
   */
  public static Frontier of(long size, List<Hash> subtrees) {
    if (size < 0) throw new TlogException("a tree has size " + size + ", expected 0 or more");
    if (subtrees.size() != Long.bitCount(size))
      throw new TlogException(
          "a tree of %d entries has %d subtrees, expected %d"
              .formatted(size, subtrees.size(), Long.bitCount(size)));
    var frontier = new Frontier();
    for (int i = 0; i < subtrees.size(); i++)
      subtrees.get(i).copyTo(frontier.subtrees, i * Hash.BYTES);
    frontier.size = size;
    return frontier;
  }

  public void append(Hash leaf) {
    append(leaf.unsafeArray(), 0);
  }

  /** Appends the leaf hash of 32 octets at {@code offset}. */
  public void append(byte[] leaves, int offset) {
    if (size == Long.MAX_VALUE)
      throw new TlogException("a tree has 2^63 - 1 entries, expected less before it grows");
    int last = Long.bitCount(size);
    System.arraycopy(leaves, offset, subtrees, last * Hash.BYTES, Hash.BYTES);
    for (long rest = size; (rest & 1) == 1; rest >>= 1) {
      last--;
      hash.pairInto(subtrees, last * Hash.BYTES, subtrees, last * Hash.BYTES);
    }
    size++;
  }

  /** Entries so far. */
  public long size() {
    return size;
  }

  public Hash root() {
    int count = Long.bitCount(size);
    if (count == 0) return Hash.EMPTY_ROOT;
    var pair = new byte[2 * Hash.BYTES];
    System.arraycopy(subtrees, (count - 1) * Hash.BYTES, pair, Hash.BYTES, Hash.BYTES);
    for (int i = count - 2; i >= 0; i--) {
      System.arraycopy(subtrees, i * Hash.BYTES, pair, 0, Hash.BYTES);
      hash.pairInto(pair, 0, pair, Hash.BYTES);
    }
    return Hash.of(pair, Hash.BYTES);
  }

  /** The roots of the complete subtrees, one for each bit of the size, the largest first. */
  public List<Hash> subtrees() {
    var roots = new ArrayList<Hash>();
    for (int i = 0; i < Long.bitCount(size); i++) roots.add(Hash.of(subtrees, i * Hash.BYTES));
    return List.copyOf(roots);
  }

  /** One that grows on its own. */
  public Frontier copy() {
    return new Frontier(new MerkleHash(), subtrees.clone(), size);
  }
}
