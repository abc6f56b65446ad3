package dev.windlass.function;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Immutable octets with value equality. {@link #wrap} takes the array over: its caller must not
 * write to it again.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] octets;

  private Bytes(byte[] octets) {
    this.octets = octets;
  }

  public static Bytes copyOf(byte[] octets) {
    return octets.length == 0 ? EMPTY : new Bytes(octets.clone());
  }

  /** Without a copy: the array now belongs to the result. */
  public static Bytes wrap(byte[] octets) {
    return octets.length == 0 ? EMPTY : new Bytes(octets);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int size() {
    return octets.length;
  }

  public byte at(int index) {
    return octets[index];
  }

  /** A copy. */
  public byte[] toArray() {
    return octets.clone();
  }

  /** The array itself, for code that only reads it. */
  public byte[] unsafeArray() {
    return octets;
  }

  public String utf8() {
    return new String(octets, StandardCharsets.UTF_8);
  }

  public String hex() {
    return HexFormat.of().formatHex(octets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(octets, bytes.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return octets.length <= 32 ? hex() : octets.length + " bytes";
  }
}
