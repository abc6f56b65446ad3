package dev.windlass.witness;

import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A log in memory whose proofs follow the recursive text of RFC 6962, so that nothing of ours
 * vouches for itself. Two with one name and another history are a fork.
 */
public final class GrowingLog {
  public final SigningKey key;
  private final String history;
  private final MerkleHash hash = new MerkleHash();
  private final List<Hash> leaves = new ArrayList<>();

  public GrowingLog(String origin, String history) {
    this.key =
        new SigningKey(
            origin,
            new byte[] {
              1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
              17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
            });
    this.history = history;
  }

  public GrowingLog to(long size) {
    while (leaves.size() < size) leaves.add(hash.leafHash(entry(leaves.size())));
    return this;
  }

  public byte[] entry(long index) {
    return (history + " " + index).getBytes(StandardCharsets.UTF_8);
  }

  public Hash root(long size) {
    to(size);
    return size == 0 ? Hash.EMPTY_ROOT : root(0, (int) size);
  }

  public Note note(long size) {
    return key.sign(new Checkpoint(key.name(), size, root(size)));
  }

  public byte[] request(long oldSize, long size) {
    return new AddCheckpoint(oldSize, proof(oldSize, size), note(size)).encode();
  }

  public List<Hash> proof(long oldSize, long size) {
    to(size);
    if (oldSize == 0 || oldSize >= size) return List.of();
    return proof((int) oldSize, 0, (int) size, true);
  }

  private List<Hash> proof(int old, int begin, int end, boolean whole) {
    if (old == end - begin) return whole ? List.of() : List.of(root(begin, end));
    int split = Integer.highestOneBit(end - begin - 1);
    var path = new ArrayList<Hash>();
    if (old <= split) {
      path.addAll(proof(old, begin, begin + split, whole));
      path.add(root(begin + split, end));
    } else {
      path.addAll(proof(old - split, begin + split, end, false));
      path.add(root(begin, begin + split));
    }
    return path;
  }

  private Hash root(int begin, int end) {
    if (end - begin == 1) return leaves.get(begin);
    int split = Integer.highestOneBit(end - begin - 1);
    return hash.nodeHash(root(begin, begin + split), root(begin + split, end));
  }
}
