package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * A P-256 signature: two numbers, in DER {@code SEQUENCE { r INTEGER, s INTEGER }} (RFC 3279
 * §2.2.3).
 */
record EcdsaSignature(BigInteger r, BigInteger s) {
  /** Of the group. */
  static final BigInteger ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;

  /** Reads the one DER form; nothing for any other octets, or for numbers out of range. */
  static Optional<EcdsaSignature> parse(Bytes der) {
    var octets = der.unsafeArray();
    if (octets.length < 8 || octets.length > 72) return Optional.empty();
    int sizeOfR = octets[3];
    if (octets[2] != INTEGER || sizeOfR < 1 || 4 + sizeOfR + 2 > octets.length)
      return Optional.empty();
    int s = 4 + sizeOfR + 2;
    if (s >= octets.length) return Optional.empty();
    var signature =
        new EcdsaSignature(
            new BigInteger(octets, 4, sizeOfR), new BigInteger(octets, s, octets.length - s));
    boolean good =
        signature.r.signum() > 0
            && signature.s.signum() > 0
            && signature.r.compareTo(ORDER) < 0
            && signature.s.compareTo(ORDER) < 0
            && Arrays.equals(signature.der().unsafeArray(), octets);
    return good ? Optional.of(signature) : Optional.empty();
  }

  /** The one of (r, s) and (r, n - s) with the smaller s. */
  EcdsaSignature normal() {
    var other = ORDER.subtract(s);
    return s.compareTo(other) <= 0 ? this : new EcdsaSignature(r, other);
  }

  Bytes der() {
    var first = r.toByteArray();
    var second = s.toByteArray();
    var octets = new byte[6 + first.length + second.length];
    octets[0] = SEQUENCE;
    octets[1] = (byte) (octets.length - 2);
    octets[2] = INTEGER;
    octets[3] = (byte) first.length;
    System.arraycopy(first, 0, octets, 4, first.length);
    octets[4 + first.length] = INTEGER;
    octets[5 + first.length] = (byte) second.length;
    System.arraycopy(second, 0, octets, 6 + first.length, second.length);
    return Bytes.wrap(octets);
  }
}
