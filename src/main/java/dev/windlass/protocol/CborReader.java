package dev.windlass.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link CborWriter} writes, and nothing else: a tag, a float, a map, an indefinite
 * length, a head that is not the shortest, malformed UTF-8 or an octet too many is a {@link
 * ProtocolException}. A length is compared with the octets that are there before anything is
 * allocated.
 */
final class CborReader {
  private final byte[] in;
  private final int end;
  private int at;

  CborReader(byte[] in, int from, int size) {
    this.in = in;
    this.at = from;
    this.end = from + size;
  }

  /** The count of an array's elements, at most {@code most}. */
  int array(String what, int most) throws ProtocolException {
    long count = head(what, CborWriter.ARRAY);
    if (count > most)
      throw new ProtocolException(what + " has " + count + " elements, at most " + most);
    if (count > end - at)
      throw new ProtocolException(
          what + " has " + count + " elements in " + (end - at) + " octets");
    return (int) count;
  }

  void arrayOf(String what, int count) throws ProtocolException {
    long found = head(what, CborWriter.ARRAY);
    if (found != count)
      throw new ProtocolException(what + " has " + found + " fields, not " + count);
  }

  long integer(String what, long least, long most) throws ProtocolException {
    if (at >= end) throw ended(what);
    int major = (in[at] & 0xff) >>> 5;
    if (major > CborWriter.NEGATIVE)
      throw new ProtocolException(what + " is of CBOR type " + major + ", not an integer");
    long value = argument(what);
    if (value < 0) throw new ProtocolException(what + " is beyond 64 bits with sign");
    if (major == CborWriter.NEGATIVE) value = ~value;
    if (value < least || value > most)
      throw new ProtocolException(what + " is " + value + ", not " + least + " to " + most);
    return value;
  }

  int smallInteger(String what, int most) throws ProtocolException {
    return (int) integer(what, 0, most);
  }

  long count(String what) throws ProtocolException {
    return integer(what, 0, Long.MAX_VALUE);
  }

  byte[] octets(String what, int most) throws ProtocolException {
    int size = length(what, CborWriter.OCTETS, most);
    at += size;
    return Arrays.copyOfRange(in, at - size, at);
  }

  byte[] exactly(String what, int size) throws ProtocolException {
    byte[] octets = octets(what, size);
    if (octets.length != size)
      throw new ProtocolException(what + " has " + octets.length + " octets, not " + size);
    return octets;
  }

  String text(String what, int most) throws ProtocolException {
    int size = length(what, CborWriter.TEXT, most);
    int from = at;
    at += size;
    for (int i = from; i < at; i++) {
      if (in[i] < 0) return utf8(what, from, size);
    }
    return new String(in, from, size, StandardCharsets.ISO_8859_1);
  }

  void end(String what) throws ProtocolException {
    if (at != end) throw new ProtocolException((end - at) + " octets after the end of " + what);
  }

  private String utf8(String what, int from, int size) throws ProtocolException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in, from, size)).toString();
    } catch (CharacterCodingException _) {
      throw new ProtocolException(what + " is not UTF-8");
    }
  }

  private int length(String what, int major, int most) throws ProtocolException {
    long size = head(what, major);
    if (size > most)
      throw new ProtocolException(what + " has " + size + " octets, at most " + most);
    if (size > end - at)
      throw new ProtocolException(what + " has " + size + " octets, " + (end - at) + " are left");
    return (int) size;
  }

  /** At most 2^63 - 1. */
  private long head(String what, int major) throws ProtocolException {
    if (at >= end) throw ended(what);
    int found = (in[at] & 0xff) >>> 5;
    if (found != major)
      throw new ProtocolException(what + " is of CBOR type " + found + ", not " + major);
    long value = argument(what);
    if (value < 0) throw new ProtocolException(what + " has a length beyond 63 bits");
    return value;
  }

  /** The argument of a head (RFC 8949 §3), shortest form only; negative beyond 2^63 - 1. */
  private long argument(String what) throws ProtocolException {
    int info = in[at++] & 0x1f;
    if (info < 24) return info;
    if (info > 27)
      throw new ProtocolException(what + " has an indefinite or reserved length: " + info);
    int octets = 1 << (info - 24);
    if (octets > end - at) throw ended(what);
    long value = 0;
    for (int i = 0; i < octets; i++) value = value << 8 | in[at++] & 0xff;
    boolean shortest =
        switch (octets) {
          case 1 -> value >= 24;
          case 2 -> value > 0xff;
          case 4 -> value > 0xffff;
          default -> value > 0xffff_ffffL || value < 0;
        };
    if (!shortest) throw new ProtocolException(what + " is not in its shortest form");
    return value;
  }

  private static ProtocolException ended(String what) {
    return new ProtocolException("ended within " + what);
  }
}
