package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * An ECDSA P-256 public key (FIPS 186-5), for SHA-256. Immutable; for any thread.
 *
 * <p>Of the two signatures (r, s) and (r, n - s) that the arithmetic accepts only the one with the
 * smaller s counts, and only in its one DER form: the leaf of a receipt holds its signature, so
 * whoever could write it differently could make an honest head look as if it had kept a receipt
 * back.
 */
public final class P256PublicKey {
  /** DER of a SubjectPublicKeyInfo up to the two coordinates (RFC 5480 §2). */
  private static final byte[] SPKI_PREFIX = {
    0x30,
    0x59,
    0x30,
    0x13,
    0x06,
    0x07,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0xce,
    0x3d,
    0x02,
    0x01,
    0x06,
    0x08,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0xce,
    0x3d,
    0x03,
    0x01,
    0x07,
    0x03,
    0x42,
    0x00,
    0x04
  };

  private static final int COORDINATE = 32;

  private static final BigInteger FIELD =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
  private static final BigInteger B =
      new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

  private final Bytes spki;
  private final PublicKey key;
  private final String keyId;

  private P256PublicKey(Bytes spki) {
    this.spki = spki;
    try {
      key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki.unsafeArray()));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a P-256 key: " + spki.hex(), e);
    }
    var hash = Digest.sha256().digest(spki.unsafeArray());
    keyId = "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
  }

  /** From a DER SubjectPublicKeyInfo with an uncompressed point, 91 octets. */
  public static P256PublicKey ofSpki(Bytes spki) {
    var octets = spki.unsafeArray();
    int prefix = SPKI_PREFIX.length;
    if (octets.length != prefix + 2 * COORDINATE
        || !Arrays.equals(octets, 0, prefix, SPKI_PREFIX, 0, prefix))
      throw new IllegalArgumentException(
          "not the SubjectPublicKeyInfo of an uncompressed P-256 key (91 octets of RFC 5480): "
              + spki.hex());
    var x = new BigInteger(1, octets, prefix, COORDINATE);
    var y = new BigInteger(1, octets, prefix + COORDINATE, COORDINATE);
    if (!isOnCurve(x, y))
      throw new IllegalArgumentException("not a point of the curve P-256: " + spki.hex());
    return new P256PublicKey(spki);
  }

  /** y² = x³ - 3x + b; the group has prime order, so this is all there is to check. */
  private static boolean isOnCurve(BigInteger x, BigInteger y) {
    if (x.compareTo(FIELD) >= 0 || y.compareTo(FIELD) >= 0) return false;
    var right = x.multiply(x).subtract(BigInteger.valueOf(3)).multiply(x).add(B);
    return y.multiply(y).subtract(right).mod(FIELD).signum() == 0;
  }

  /** DER SubjectPublicKeyInfo. */
  public Bytes spki() {
    return spki;
  }

  /** {@code SHA256:} and the unpadded base64 of SHA-256 over {@link #spki}. */
  public String keyId() {
    return keyId;
  }

  /** Whether {@code signature} (DER, smaller s) is this key's over SHA-256 of {@code message}. */
  public boolean verifies(byte[] message, Bytes signature) {
    if (!EcdsaSignature.isOnlyForm(signature)) return false;
    try {
      var verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature.unsafeArray());
    } catch (GeneralSecurityException e) {
      return false; // r and s are in range, but the provider has another reason
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof P256PublicKey p && spki.equals(p.spki);
  }

  @Override
  public int hashCode() {
    return spki.hashCode();
  }

  @Override
  public String toString() {
    return keyId;
  }
}
