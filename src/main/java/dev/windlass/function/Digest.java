package dev.windlass.function;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 (FIPS 180-4) digest; its text form is {@code sha256:} and 64 lower-case hexadecimal
 * digits.
 */
public record Digest(String hex) implements Comparable<Digest> {
  public static final String PREFIX = "sha256:";

  public Digest {
    if (!isHex(hex))
      throw new IllegalArgumentException("not a sha256 (64 lower-case hex digits): " + hex);
  }

  /** Parses {@code sha256:<64 hex>}. */
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX))
      throw new IllegalArgumentException("not a digest, expected sha256:<64 hex digits>: " + text);
    return new Digest(text.substring(PREFIX.length()));
  }

  public static Digest of(byte[] octets) {
    return ofHash(sha256().digest(octets));
  }

  public static Digest of(Bytes octets) {
    return of(octets.unsafeArray());
  }

  public static Digest ofHash(byte[] hash) {
    return new Digest(HexFormat.of().formatHex(hash));
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The 32 octets. */
  public byte[] hash() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }

  private static boolean isHex(String text) {
    if (text.length() != 64) return false;
    for (int i = 0; i < 64; i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) return false;
    }
    return true;
  }
}
