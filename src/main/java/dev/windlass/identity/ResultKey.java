package dev.windlass.identity;

import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The Ed25519 key (RFC 8032) a worker signs results with. It is made in the process and never
 * written; {@link #seed} exists only so that the signer of results in the same process can hold it
 * in the form it needs.
 */
public final class ResultKey {
  private final byte[] seed;
  private final ResultPublicKey publicKey;

  ResultKey(byte[] seed) {
    this.seed = seed;
    var point = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(seed, 0, point, 0);
    this.publicKey = ResultPublicKey.of(point);
  }

  public static ResultKey make(SecureRandom random) {
    var seed = new byte[Ed25519.SECRET_KEY_SIZE];
    random.nextBytes(seed);
    return new ResultKey(seed);
  }

  public ResultPublicKey publicKey() {
    return publicKey;
  }

  /** A copy of the 32 octets of the private key. Never write it anywhere. */
  public byte[] seed() {
    return seed.clone();
  }

  /** Pure Ed25519: 64 octets. */
  public byte[] sign(byte[] message) {
    var signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  @Override
  public String toString() {
    return "ResultKey[" + publicKey.keyId() + ", seed redacted]";
  }
}
