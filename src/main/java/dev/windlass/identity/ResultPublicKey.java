package dev.windlass.identity;

import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** An Ed25519 public key: a point of the prime-order group, so that a signature has one signer. */
public final class ResultPublicKey {
  /** DER of a SubjectPublicKeyInfo with OID 1.3.101.112 (RFC 8410 §4), up to the point. */
  private static final byte[] SPKI_PREFIX = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private final byte[] point;

  private ResultPublicKey(byte[] point) {
    this.point = point;
  }

  /**
   * @param raw 32 octets by RFC 8032 §5.1.2
   */
  public static ResultPublicKey of(byte[] raw) {
    if (raw.length != Ed25519.PUBLIC_KEY_SIZE)
      throw new IllegalArgumentException("an Ed25519 key has 32 octets, not " + raw.length);
    if (!Ed25519.validatePublicKeyFull(raw, 0))
      throw new IllegalArgumentException("not a point of Ed25519's prime-order group");
    return new ResultPublicKey(raw.clone());
  }

  /** The key in an RFC 8410 SubjectPublicKeyInfo. */
  public static ResultPublicKey ofSpki(byte[] der) {
    int at = SPKI_PREFIX.length;
    if (der.length != at + Ed25519.PUBLIC_KEY_SIZE
        || !Arrays.equals(der, 0, at, SPKI_PREFIX, 0, at)) {
      throw new IllegalArgumentException(
          "not the SubjectPublicKeyInfo of an Ed25519 key (" + der.length + " octets)");
    }
    return of(Arrays.copyOfRange(der, at, der.length));
  }

  /** The 32 octets of RFC 8032. */
  public byte[] raw() {
    return point.clone();
  }

  public byte[] spki() {
    var der = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + point.length);
    System.arraycopy(point, 0, der, SPKI_PREFIX.length, point.length);
    return der;
  }

  /** {@code SHA256:} and the unpadded base64 of SHA-256 of {@link #spki}. */
  public String keyId() {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Hashes.sha256(spki()));
  }

  public boolean verifies(byte[] signature, byte[] message) {
    return signature.length == Ed25519.SIGNATURE_SIZE
        && Ed25519.verify(signature, 0, point, 0, message, 0, message.length);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ResultPublicKey other && Arrays.equals(point, other.point);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(point);
  }

  @Override
  public String toString() {
    return keyId();
  }
}
