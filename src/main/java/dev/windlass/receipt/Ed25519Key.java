package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 (RFC 8032) private key. Bouncy Castle's arithmetic is called without its provider: it
 * signs in a tenth of the JDK's time, and the public half, kept here, saves half of that again.
 * Immutable; for any thread.
 */
public final class Ed25519Key {
  private final byte[] seed;
  private final Ed25519PublicKey publicKey;

  /**
   * @param seed 32 octets from a cryptographic source
   */
  public Ed25519Key(Bytes seed) {
    if (seed.size() != Ed25519.SECRET_KEY_SIZE)
      throw new IllegalArgumentException("an Ed25519 seed has 32 octets, not " + seed.size());
    this.seed = seed.toArray();
    var raw = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(this.seed, 0, raw, 0);
    this.publicKey = Ed25519PublicKey.ofRaw(Bytes.wrap(raw));
  }

  public Ed25519PublicKey publicKey() {
    return publicKey;
  }

  /** 64 octets; deterministic. */
  public Bytes sign(byte[] message) {
    var signature = new byte[Ed25519.SIGNATURE_SIZE];
    var raw = publicKey.raw().unsafeArray();
    Ed25519.sign(seed, 0, raw, 0, message, 0, message.length, signature, 0);
    return Bytes.wrap(signature);
  }

  @Override
  public String toString() {
    return "Ed25519Key[" + publicKey.keyId() + ", seed redacted]";
  }
}
