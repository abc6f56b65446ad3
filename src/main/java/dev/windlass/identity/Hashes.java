package dev.windlass.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every JDK has. */
final class Hashes {
  static final int SHA256_BYTES = 32;

  private Hashes() {}

  static byte[] sha256(byte[]... parts) {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      for (var part : parts) hash.update(part);
      return hash.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
