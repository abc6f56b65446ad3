package dev.windlass.tlog;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The two domain-separated SHA-256 hashes of RFC 6962 §2.1. Holds a hash state: one for each thread
 * or lock.
 */
public final class MerkleHash {
  public static final int BYTES = Hash.BYTES;

  private final MessageDigest sha256;

  public MerkleHash() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The root of the tree without entries. */
  public byte[] empty() {
    return sha256.digest();
  }

  /** {@code SHA-256(0x00 || entry)}. */
  public byte[] leaf(byte[] entry) {
    sha256.update((byte) 0);
    return sha256.digest(entry);
  }

  /** {@code SHA-256(0x00 || entry)}. */
  public Hash leafHash(byte[] entry) {
    return Hash.wrap(leaf(entry));
  }

  /** The leaf hash of a slice, into {@code target}; allocates nothing. */
  public void leafInto(byte[] entry, int offset, int length, byte[] target, int targetOffset) {
    sha256.update((byte) 0);
    sha256.update(entry, offset, length);
    digestInto(target, targetOffset);
  }

  /** {@code SHA-256(0x01 || left || right)}. */
  public byte[] node(byte[] left, byte[] right) {
    sha256.update((byte) 1);
    sha256.update(left);
    return sha256.digest(right);
  }

  /** {@code SHA-256(0x01 || left || right)}. */
  public Hash nodeHash(Hash left, Hash right) {
    return Hash.wrap(node(left.unsafeArray(), right.unsafeArray()));
  }

  /** The parent of two neighbours, 64 octets at {@code pair}; it may overwrite them. */
  void pairInto(byte[] octets, int pair, byte[] target, int targetOffset) {
    sha256.update((byte) 1);
    sha256.update(octets, pair, 2 * BYTES);
    digestInto(target, targetOffset);
  }

  /**
   * The root of a complete subtree: of the {@code count} hashes at the beginning of {@code
   * scratch}, a power of two, to its first 32 octets. Overwrites the rest.
   */
  void reduce(byte[] scratch, int count) {
    for (int left = count; left > 1; left /= 2)
      for (int i = 0; i < left / 2; i++) pairInto(scratch, 2 * i * BYTES, scratch, i * BYTES);
  }

  private void digestInto(byte[] target, int offset) {
    try {
      sha256.digest(target, offset, BYTES);
    } catch (DigestException e) {
      throw new AssertionError("a SHA-256 has 32 octets", e);
    }
  }
}
