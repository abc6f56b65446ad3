package dev.windlass.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the subset of RFC 8949 §4.2.1 (deterministic encoding) that {@link CborReader} reads:
 * integers, byte strings, text strings and arrays, each head in its shortest form.
 */
final class CborWriter {
  static final int UNSIGNED = 0;
  static final int NEGATIVE = 1;
  static final int OCTETS = 2;
  static final int TEXT = 3;
  static final int ARRAY = 4;

  private final int most;
  private byte[] out;
  private int size;

  /** Refuses to grow beyond {@code most} octets. */
  CborWriter(int expected, int most) {
    this.out = new byte[expected];
    this.most = most;
  }

  CborWriter array(int count) throws ProtocolException {
    head(ARRAY, count);
    return this;
  }

  CborWriter integer(long value) throws ProtocolException {
    if (value >= 0) head(UNSIGNED, value);
    else head(NEGATIVE, ~value);
    return this;
  }

  /** An integer that is never negative. */
  CborWriter count(long value) throws ProtocolException {
    if (value < 0) throw new ProtocolException("a count is " + value + ", not 0 or more");
    head(UNSIGNED, value);
    return this;
  }

  CborWriter octets(byte[] octets) throws ProtocolException {
    head(OCTETS, octets.length);
    reserve(octets.length);
    System.arraycopy(octets, 0, out, size, octets.length);
    size += octets.length;
    return this;
  }

  /** Sixteen octets, high half first, as a UUID is written. */
  CborWriter octets(long high, long low) throws ProtocolException {
    head(OCTETS, 16);
    reserve(16);
    bigEndian(high, 8);
    bigEndian(low, 8);
    return this;
  }

  /** Refuses a lone surrogate, which UTF-8 cannot say. */
  CborWriter text(String text) throws ProtocolException {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) >= 0x80) return encoded(text);
    }
    head(TEXT, length);
    reserve(length);
    for (int i = 0; i < length; i++) out[size + i] = (byte) text.charAt(i);
    size += length;
    return this;
  }

  byte[] toArray() {
    return size == out.length ? out : Arrays.copyOf(out, size);
  }

  private CborWriter encoded(String text) throws ProtocolException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) continue;
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (!pair) throw new ProtocolException("text with a lone surrogate at index " + i);
      i++;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    head(TEXT, utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, out, size, utf8.length);
    size += utf8.length;
    return this;
  }

  private void head(int major, long value) throws ProtocolException {
    reserve(9);
    if (value < 24) {
      out[size++] = (byte) (major << 5 | (int) value);
    } else if (value <= 0xff) {
      out[size++] = (byte) (major << 5 | 24);
      out[size++] = (byte) value;
    } else if (value <= 0xffff) {
      out[size++] = (byte) (major << 5 | 25);
      bigEndian(value, 2);
    } else if (value <= 0xffff_ffffL) {
      out[size++] = (byte) (major << 5 | 26);
      bigEndian(value, 4);
    } else {
      out[size++] = (byte) (major << 5 | 27);
      bigEndian(value, 8);
    }
  }

  private void bigEndian(long value, int octets) {
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
      out[size++] = (byte) (value >>> shift);
  }

  private void reserve(int more) throws ProtocolException {
    int needed = size + more;
    if (needed <= out.length) return;
    if (needed > most + 9) throw new ProtocolException("header over " + most + " octets");
    out = Arrays.copyOf(out, Math.max(needed, out.length * 2));
  }

  /** Octets written so far, against the bound that {@link #reserve} applies loosely. */
  void checkSize() throws ProtocolException {
    if (size > most) throw new ProtocolException("header of " + size + " octets, at most " + most);
  }
}
