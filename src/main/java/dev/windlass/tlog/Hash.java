package dev.windlass.tlog;

import java.util.Arrays;
import java.util.HexFormat;

/** The 32 octets of a SHA-256. Immutable; for any thread. */
public final class Hash {
  public static final int BYTES = 32;

  /** The root of the tree without entries, {@code SHA-256("")}. */
  public static final Hash EMPTY_ROOT = new Hash(new MerkleHash().empty());

  private final byte[] octets;

  private Hash(byte[] octets) {
    this.octets = octets;
  }

  /** A copy of exactly 32 octets. */
  public static Hash of(byte[] octets) {
    return wrap(octets.clone());
  }

  /** A copy of the 32 octets from {@code offset} on. */
  public static Hash of(byte[] octets, int offset) {
    return new Hash(Arrays.copyOfRange(octets, offset, offset + BYTES));
  }

  /** Without a copy: the array now belongs to the result. */
  public static Hash wrap(byte[] octets) {
    if (octets.length != BYTES)
      throw new TlogException("a hash has " + octets.length + " octets, expected " + BYTES);
    return new Hash(octets);
  }

  /** From base64 of RFC 4648 §4 with padding, canonical only. */
  public static Hash parseBase64(String text) {
    return wrap(Lines.base64("a hash", text));
  }

  /** From 64 lower-case hex digits. */
  public static Hash parseHex(String text) {
    if (!text.matches("[0-9a-f]{64}"))
      throw new TlogException("a hash is " + Lines.shown(text) + ", expected 64 lower-case digits");
    return new Hash(HexFormat.of().parseHex(text));
  }

  /** A copy. */
  public byte[] toArray() {
    return octets.clone();
  }

  /** The array itself, for code that only reads it. */
  public byte[] unsafeArray() {
    return octets;
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(octets, 0, target, offset, BYTES);
  }

  public String base64() {
    return Lines.base64(octets);
  }

  public String hex() {
    return HexFormat.of().formatHex(octets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Hash hash && Arrays.equals(octets, hash.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  /** As {@link #hex}. */
  @Override
  public String toString() {
    return hex();
  }
}
