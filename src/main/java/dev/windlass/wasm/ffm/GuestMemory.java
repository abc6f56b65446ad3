package dev.windlass.wasm.ffm;

/**
 * A guest's linear memory during a host call. Pointers and lengths are unsigned 32-bit; every
 * access is checked against the size that the library gave at the start of the call.
 */
public final class GuestMemory {
  private final RuntimeException fault;
  private long base;
  private long size;

  GuestMemory(RuntimeException fault) {
    this.fault = fault;
  }

  void at(long base, long size) {
    this.base = base;
    this.size = size;
  }

  void forget() {
    base = 0;
    size = 0;
  }

  public long size() {
    return size;
  }

  public byte getByte(int pointer) {
    return Memory.getByte(address(pointer, 1));
  }

  public int getInt(int pointer) {
    return Memory.getInt(address(pointer, 4));
  }

  public long getLong(int pointer) {
    return Memory.getLong(address(pointer, 8));
  }

  public void putByte(int pointer, byte value) {
    Memory.putByte(address(pointer, 1), value);
  }

  public void putShort(int pointer, short value) {
    Memory.putShort(address(pointer, 2), value);
  }

  public void putInt(int pointer, int value) {
    Memory.putInt(address(pointer, 4), value);
  }

  public void putLong(int pointer, long value) {
    Memory.putLong(address(pointer, 8), value);
  }

  public void check(int pointer, int length) {
    address(pointer, length & 0xffff_ffffL);
  }

  public void read(int pointer, byte[] into, int offset, int length) {
    Memory.read(address(pointer, length & 0xffff_ffffL), into, offset, length);
  }

  public void write(int pointer, byte[] from, int offset, int length) {
    Memory.write(address(pointer, length & 0xffff_ffffL), from, offset, length);
  }

  private long address(int pointer, long length) {
    long at = pointer & 0xffff_ffffL;
    if (at + length > size) throw fault;
    return base + at;
  }
}
