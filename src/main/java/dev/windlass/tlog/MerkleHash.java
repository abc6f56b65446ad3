package dev.windlass.tlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The two domain-separated SHA-256 hashes of RFC 6962 §2.1. Holds a hash state: one for each thread
 * or lock.
 */
public final class MerkleHash {
  public static final int BYTES = 32;

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

  /** {@code SHA-256(0x01 || left || right)}. */
  public byte[] node(byte[] left, byte[] right) {
    sha256.update((byte) 1);
    sha256.update(left);
    return sha256.digest(right);
  }
}
