package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A receipt of which only {@code head.seq} and {@code head.prev} are open, so that a place in the
 * chain costs a copy. Immutable; for any thread.
 */
public final class PreparedReceipt {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PREV = "\"sha256:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SEQ = ",\"seq\":".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_PREV = PREV.length + 64 + 1;
  private static final int MAX_DIGITS = 16;

  /** Up to {@code "prev":}. */
  private final byte[] before;

  /** From the end of the head object on. */
  private final byte[] after;

  PreparedReceipt(byte[] before, byte[] after) {
    this.before = before;
    this.after = after;
  }

  /** Octets of the receipt, or a few more; known before its place is. */
  public int mostOctets() {
    return before.length + MAX_PREV + SEQ.length + MAX_DIGITS + after.length;
  }

  /**
   * The receipt at its place.
   *
   * @param seq from 1 on
   * @param prev SHA-256 of the payload with {@code seq - 1}, 32 octets; null at 1 and nowhere else
   */
  public Bytes at(long seq, byte @Nullable [] prev) {
    if (seq < 1 || seq > Json.MAX_INTEGER || (seq == 1) != (prev == null))
      throw new IllegalArgumentException(
          "seq " + seq + (prev == null ? " without" : " with") + " prev; only 1 has none");
    int digits = digits(seq);
    int link = prev == null ? NULL.length : MAX_PREV;
    var octets = new byte[before.length + link + SEQ.length + digits + after.length];
    int at = copy(before, octets, 0);
    if (prev == null) {
      at = copy(NULL, octets, at);
    } else {
      at = copy(PREV, octets, at);
      for (int i = 0; i < 32; i++) {
        octets[at++] = HEX[prev[i] >> 4 & 15];
        octets[at++] = HEX[prev[i] & 15];
      }
      octets[at++] = '"';
    }
    at = copy(SEQ, octets, at);
    long rest = seq;
    for (int i = at + digits - 1; i >= at; i--, rest /= 10) octets[i] = (byte) ('0' + rest % 10);
    copy(after, octets, at + digits);
    return Bytes.wrap(octets);
  }

  private static int digits(long number) {
    int digits = 1;
    for (long n = number; n >= 10; n /= 10) digits++;
    return digits;
  }

  private static int copy(byte[] from, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
    return at + from.length;
  }
}
