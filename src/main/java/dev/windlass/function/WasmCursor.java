package dev.windlass.function;

import dev.windlass.function.InvalidModule.Malformed;
import dev.windlass.function.InvalidModule.TooMany;
import dev.windlass.function.InvalidModule.Truncated;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a module's primitives (binary format §5.2) up to an end that sections set. */
final class WasmCursor {
  private final byte[] octets;
  private final int nameBytes;
  private int position;
  private int end;

  /** Parts within parts; what runs out in none of them ran out of file. */
  private int depth;

  private String inside = "the header";

  WasmCursor(byte[] octets, int nameBytes) {
    this.octets = octets;
    this.nameBytes = nameBytes;
    this.end = octets.length;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  boolean atEnd() {
    return position == end;
  }

  /**
   * From here on nothing is read past {@code size} octets.
   *
   * @return the end that held until now, for {@link #leave}
   */
  int enter(String what, long size) {
    if (size > remaining()) {
      if (depth == 0) throw refuse(new Truncated(position, what, position + size, octets.length));
      throw malformed(what + " of at most " + remaining() + " bytes", size + " bytes");
    }
    int before = end;
    end = position + (int) size;
    depth++;
    inside = what;
    return before;
  }

  /** Everything up to the inner end must have been read. */
  void leave(int outerEnd) {
    if (position != end) throw malformed("the end of " + inside, (end - position) + " bytes more");
    end = outerEnd;
    depth--;
  }

  void skip(int count) {
    need(count);
    position += count;
  }

  void skipToEnd() {
    position = end;
  }

  int octet() {
    need(1);
    return octets[position++] & 0xff;
  }

  /** At most five octets, of which the last uses four bits; longer forms than needed are legal. */
  long u32() {
    int from = position;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int b = octet();
      if (shift == 28 && (b & 0xf0) != 0) {
        position = from;
        throw malformed("a number below 2^32 in at most 5 bytes", hex(5));
      }
      value |= (long) (b & 0x7f) << shift;
      if ((b & 0x80) == 0) return value;
    }
  }

  /** Steps over a signed number of at most {@code most} octets. */
  void skipSigned(int most) {
    int from = position;
    for (int i = 0; i < most; i++) {
      if ((octet() & 0x80) == 0) return;
    }
    position = from;
    throw malformed("a signed number in at most " + most + " bytes", hex(most));
  }

  /**
   * The length of a vector of things that take an octet each at least, so that what is then
   * allocated is bounded by octets that are there.
   */
  int count(String what, long limit) {
    int from = position;
    long count = u32();
    if (count > limit) throw refuse(new TooMany(what, count, limit, from));
    if (count > remaining()) {
      position = from;
      throw malformed(
          "at most " + remaining() + " " + what + " in " + inside, String.valueOf(count));
    }
    return (int) count;
  }

  String name() {
    int from = position;
    long length = u32();
    if (length > nameBytes) throw refuse(new TooMany("bytes in a name", length, nameBytes, from));
    need((int) length);
    try {
      var text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(octets, position, (int) length))
              .toString();
      position += (int) length;
      return text;
    } catch (CharacterCodingException e) {
      throw malformed("a name in UTF-8", hex((int) Math.min(length, 16)));
    }
  }

  InvalidModuleException malformed(String expected, String found) {
    return refuse(new Malformed(position, expected, found));
  }

  /** For what was just read and begins at {@code offset}. */
  static InvalidModuleException malformedAt(int offset, String expected, String found) {
    return refuse(new Malformed(offset, expected, found));
  }

  static InvalidModuleException refuse(InvalidModule reason) {
    return new InvalidModuleException(reason);
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private String hex(int count) {
    int size = Math.min(count, octets.length - position);
    var some = new byte[size];
    System.arraycopy(octets, position, some, 0, size);
    return Bytes.wrap(some).hex();
  }

  private void need(int count) {
    if (count <= end - position) return;
    if (depth == 0)
      throw refuse(new Truncated(position, inside, (long) position + count, octets.length));
    throw malformed(count + " bytes more in " + inside, (end - position) + " bytes up to its end");
  }
}
