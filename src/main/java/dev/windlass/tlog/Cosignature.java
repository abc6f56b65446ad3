package dev.windlass.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What a witness puts into its signature line, as <a
 * href="https://c2sp.org/tlog-cosignature">tlog-cosignature</a> writes it: big-endian seconds since
 * 1970 and an Ed25519 signature of the time and the text. Reading one proves nothing: {@link
 * VerifierKey#verifies} does.
 *
 * @param time whole seconds, from 1970 on
 */
public record Cosignature(NoteSignature signature, Instant time) {
  public Cosignature {
    if (time.getEpochSecond() < 0 || time.getNano() != 0)
      throw new TlogException(
          "a cosignature is of " + time + ", expected whole seconds from 1970 on");
  }

  /** Reads the time of a signature with a key of type 0x04. */
  public static Cosignature of(NoteSignature signature) {
    var octets = signature.unsafeArray();
    if (octets.length != KeyType.COSIGNATURE.signatureBytes())
      throw new TlogException(
          "a cosignature has %d octets, expected %d"
              .formatted(octets.length, KeyType.COSIGNATURE.signatureBytes()));
    long seconds = seconds(octets);
    if (!isTime(seconds))
      throw new TlogException(
          "a cosignature is of second "
              + Long.toUnsignedString(seconds)
              + ", expected at most "
              + Instant.MAX.getEpochSecond());
    return new Cosignature(signature, Instant.ofEpochSecond(seconds));
  }

  /** The octets that a witness signs. */
  static byte[] message(String text, long seconds) {
    if (!isTime(seconds))
      throw new TlogException("a cosignature is of second " + seconds + ", expected 0 or more");
    return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
  }

  static long seconds(byte[] octets) {
    return ByteBuffer.wrap(octets).getLong();
  }

  /** Later ones exist in the format; no {@link Instant} can say them. */
  static boolean isTime(long seconds) {
    return seconds >= 0 && seconds <= Instant.MAX.getEpochSecond();
  }
}
