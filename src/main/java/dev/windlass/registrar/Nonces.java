package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.identity.JoinRequest;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Challenges that cost no memory until they are used, so that asking for many keeps nobody else
 * from one: milliseconds (8 octets) ‖ random (8) ‖ HMAC-SHA256 of both, cut to 16. For any thread.
 */
final class Nonces {
  static final Duration LIFE = Duration.ofSeconds(60);
  static final int MAX_SPENT = 4096;

  private static final int SIGNED = 16;

  private final SecretKeySpec key;
  private final SecureRandom random;

  /** Guarded by this; at most {@link #MAX_SPENT}. */
  private final Map<Bytes, Instant> spent = new HashMap<>();

  Nonces(SecureRandom random) {
    var octets = new byte[32];
    random.nextBytes(octets);
    this.key = new SecretKeySpec(octets, "HmacSHA256");
    this.random = random;
  }

  byte[] make(Instant now) {
    var head = ByteBuffer.allocate(SIGNED).putLong(now.toEpochMilli()).putLong(random.nextLong());
    return ByteBuffer.allocate(JoinRequest.NONCE_BYTES)
        .put(head.array())
        .put(mac(head.array()))
        .array();
  }

  /** Empty, or why it is not good; costs no memory. */
  Optional<String> objection(byte[] nonce, Instant now) {
    var octets = ByteBuffer.wrap(nonce);
    var head = new byte[SIGNED];
    var mac = new byte[SIGNED];
    octets.get(head).get(mac);
    if (!MessageDigest.isEqual(mac, mac(head)))
      return Optional.of("it is not one of this registrar; ask POST /challenge");
    return now.isBefore(end(nonce))
        ? Optional.empty()
        : Optional.of("it is older than " + LIFE.toSeconds() + " s");
  }

  /** Uses it up; false if it was used before. Only for who has shown a good token. */
  synchronized boolean spend(byte[] nonce, Instant now) {
    spent.values().removeIf(end -> !now.isBefore(end));
    if (spent.size() >= MAX_SPENT) return false;
    return spent.putIfAbsent(Bytes.copyOf(nonce), end(nonce)) == null;
  }

  private static Instant end(byte[] nonce) {
    return Instant.ofEpochMilli(ByteBuffer.wrap(nonce).getLong()).plus(LIFE);
  }

  private byte[] mac(byte[] head) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return ByteBuffer.allocate(SIGNED).put(mac.doFinal(head), 0, SIGNED).array();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }
}
