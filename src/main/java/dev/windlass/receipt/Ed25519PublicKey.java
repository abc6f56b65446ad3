package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 (RFC 8032) public key, decoded and validated once, so that a check costs one
 * multi-scalar multiplication. Immutable; for any thread.
 */
public final class Ed25519PublicKey {
  public static final int SIGNATURE_BYTES = Ed25519.SIGNATURE_SIZE;

  /** DER of a SubjectPublicKeyInfo up to the 32 octets of the key (RFC 8410 §4). */
  private static final byte[] SPKI_PREFIX = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private final Bytes raw;
  private final Ed25519.PublicPoint point;
  private final String keyId;

  private Ed25519PublicKey(Bytes raw) {
    if (raw.size() != Ed25519.PUBLIC_KEY_SIZE)
      throw new IllegalArgumentException("an Ed25519 key has 32 octets, not " + raw.size());
    var decoded = Ed25519.validatePublicKeyFullExport(raw.unsafeArray(), 0);
    if (decoded == null)
      throw new IllegalArgumentException("not a point of Ed25519's prime-order group: " + raw);
    this.raw = raw;
    this.point = decoded;
    var hash = Digest.sha256().digest(spki().unsafeArray());
    this.keyId = "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
  }

  /** From the 32 octets of RFC 8032 §5.1.5; a point outside the prime-order group is refused. */
  public static Ed25519PublicKey ofRaw(Bytes raw) {
    return new Ed25519PublicKey(raw);
  }

  /** From a DER SubjectPublicKeyInfo (RFC 8410), 44 octets. */
  public static Ed25519PublicKey ofSpki(Bytes spki) {
    var octets = spki.toArray();
    int prefix = SPKI_PREFIX.length;
    if (octets.length != prefix + Ed25519.PUBLIC_KEY_SIZE
        || !Arrays.equals(octets, 0, prefix, SPKI_PREFIX, 0, prefix))
      throw new IllegalArgumentException(
          "not the SubjectPublicKeyInfo of an Ed25519 key (44 octets of RFC 8410): " + spki);
    return new Ed25519PublicKey(Bytes.wrap(Arrays.copyOfRange(octets, prefix, octets.length)));
  }

  public Bytes raw() {
    return raw;
  }

  /** DER SubjectPublicKeyInfo. */
  public Bytes spki() {
    var octets = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + raw.size());
    System.arraycopy(raw.unsafeArray(), 0, octets, SPKI_PREFIX.length, raw.size());
    return Bytes.wrap(octets);
  }

  /** {@code SHA256:} and the unpadded base64 of SHA-256 over {@link #spki}. */
  public String keyId() {
    return keyId;
  }

  /** Whether {@code signature} (64 octets, RFC 8032 §5.1.7) is this key's over {@code message}. */
  public boolean verifies(byte[] message, Bytes signature) {
    return signature.size() == SIGNATURE_BYTES
        && Ed25519.verify(signature.unsafeArray(), 0, point, message, 0, message.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ed25519PublicKey key && raw.equals(key.raw);
  }

  @Override
  public int hashCode() {
    return raw.hashCode();
  }

  @Override
  public String toString() {
    return keyId;
  }
}
