package dev.windlass.wasm;

/**
 * The guest as a host function sees it: the arguments of this call and the guest's linear memory.
 * Valid only during the call and on its thread. Pointers are unsigned 32-bit offsets; every access
 * outside memory throws {@link GuestFault}.
 */
public interface Guest {
  /** Argument {@code index} as an i32. */
  int i32(int index);

  /** Argument {@code index} as an i64. */
  long i64(int index);

  long memoryBytes();

  byte getByte(int pointer);

  int getInt(int pointer);

  long getLong(int pointer);

  void putByte(int pointer, byte value);

  void putShort(int pointer, short value);

  void putInt(int pointer, int value);

  void putLong(int pointer, long value);

  /**
   * Throws {@link GuestFault} unless {@code length} (unsigned) octets lie at {@code pointer};
   * before any allocation.
   */
  void check(int pointer, int length);

  void read(int pointer, byte[] into, int offset, int length);

  void write(int pointer, byte[] from, int offset, int length);

  /**
   * Takes fuel for work the host does on the guest's behalf; ends the run with out-of-fuel when
   * there is not enough.
   */
  void charge(long fuel);
}
