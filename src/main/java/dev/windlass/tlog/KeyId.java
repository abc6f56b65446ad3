package dev.windlass.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** {@code SHA-256(name || "\n" || type || public key)}; its first four octets are the id. */
final class KeyId {
  private KeyId() {}

  static Hash hash(String name, KeyType type, byte[] publicKey) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(name.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) '\n');
      sha256.update(type.octet());
      return Hash.wrap(sha256.digest(publicKey));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  static int read(byte[] octets) {
    return ByteBuffer.wrap(octets).getInt();
  }

  static void write(int id, byte[] octets) {
    ByteBuffer.wrap(octets).putInt(id);
  }
}
