package dev.windlass.wasm.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Every read and write of native memory, by address and without a check: who calls has checked.
 * Little-endian, as both architectures are.
 */
@SuppressWarnings("restricted") // this package is what native access is granted for
final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  static byte getByte(long at) {
    return ALL.get(JAVA_BYTE, at);
  }

  static int getInt(long at) {
    return ALL.get(JAVA_INT_UNALIGNED, at);
  }

  static long getLong(long at) {
    return ALL.get(JAVA_LONG_UNALIGNED, at);
  }

  static void putByte(long at, byte value) {
    ALL.set(JAVA_BYTE, at, value);
  }

  static void putShort(long at, short value) {
    ALL.set(JAVA_SHORT_UNALIGNED, at, value);
  }

  static void putInt(long at, int value) {
    ALL.set(JAVA_INT_UNALIGNED, at, value);
  }

  static void putLong(long at, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, at, value);
  }

  static void read(long at, byte[] into, int offset, int length) {
    MemorySegment.copy(ALL, JAVA_BYTE, at, into, offset, length);
  }

  static void write(long at, byte[] from, int offset, int length) {
    MemorySegment.copy(from, offset, ALL, JAVA_BYTE, at, length);
  }

  /** A copy that is never freed. */
  static long forever(byte[] octets) {
    long at = Arena.global().allocate(Math.max(1, octets.length), 16).address();
    write(at, octets, 0, octets.length);
    return at;
  }

  /** A block that lives on one thread until {@link #close}. */
  static final class Block implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();

    /** Zeroed, aligned to 16. */
    long allocate(long bytes) {
      return arena.allocate(Math.max(1, bytes), 16).address();
    }

    long copyOf(byte[] octets) {
      long at = allocate(octets.length);
      write(at, octets, 0, octets.length);
      return at;
    }

    /** UTF-8 with a NUL. */
    long string(String text) {
      return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
