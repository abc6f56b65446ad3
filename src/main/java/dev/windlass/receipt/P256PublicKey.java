package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.custom.sec.SecP256R1Curve;

/**
 * An ECDSA P-256 public key (FIPS 186-5), for SHA-256. Immutable; for any thread. Bouncy Castle's
 * arithmetic is called without its provider: in a fresh process, which is where a receipt is
 * checked once, it answers in less than half of the JDK's time.
 *
 * <p>Of the two signatures (r, s) and (r, n - s) that the arithmetic accepts only the one with the
 * smaller s counts, and only in its one DER form: the leaf of a receipt holds its signature, so
 * whoever could write it differently could make an honest head look as if it had kept a receipt
 * back.
 */
public final class P256PublicKey {
  /** DER of a SubjectPublicKeyInfo up to the octet 0x04 of the point (RFC 5480 §2). */
  private static final byte[] SPKI_PREFIX =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

  private static final int UNCOMPRESSED = 0x04;
  private static final int POINT_BYTES = 65;
  private static final ECCurve CURVE = new SecP256R1Curve();
  private static final ECPoint BASE =
      CURVE.decodePoint(
          HexFormat.of()
              .parseHex(
                  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"));

  private final Bytes spki;
  private final ECPoint point;
  private final String keyId;

  private P256PublicKey(Bytes spki, ECPoint point) {
    this.spki = spki;
    this.point = point;
    var hash = Digest.sha256().digest(spki.unsafeArray());
    keyId = "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
  }

  /** From a DER SubjectPublicKeyInfo with an uncompressed point, 91 octets. */
  public static P256PublicKey ofSpki(Bytes spki) {
    var octets = spki.unsafeArray();
    int prefix = SPKI_PREFIX.length;
    if (octets.length != prefix + POINT_BYTES
        || !Arrays.equals(octets, 0, prefix, SPKI_PREFIX, 0, prefix)
        || octets[prefix] != UNCOMPRESSED)
      throw new IllegalArgumentException(
          "not the SubjectPublicKeyInfo of an uncompressed P-256 key (91 octets of RFC 5480): "
              + spki.hex());
    try {
      // Refuses what is not on the curve; its order is prime, so this is all there is to check.
      var point = CURVE.decodePoint(Arrays.copyOfRange(octets, prefix, octets.length));
      return new P256PublicKey(spki, point);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a point of the curve P-256: " + spki.hex(), e);
    }
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
    return EcdsaSignature.parse(signature)
        .filter(parsed -> parsed.equals(parsed.normal()))
        .filter(parsed -> verifies(Digest.sha256().digest(message), parsed))
        .isPresent();
  }

  /** FIPS 186-5 §6.4.2; r and s are in range. */
  private boolean verifies(byte[] hash, EcdsaSignature signature) {
    var order = EcdsaSignature.ORDER;
    var inverse = signature.s().modInverse(order);
    var ofBase = new BigInteger(1, hash).multiply(inverse).mod(order);
    var ofKey = signature.r().multiply(inverse).mod(order);
    var reached = ECAlgorithms.sumOfTwoMultiplies(BASE, ofBase, point, ofKey).normalize();
    return !reached.isInfinity()
        && reached.getAffineXCoord().toBigInteger().mod(order).equals(signature.r());
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
