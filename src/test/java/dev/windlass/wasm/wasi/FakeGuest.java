package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.wasm.Guest;
import dev.windlass.wasm.GuestEnd;
import dev.windlass.wasm.GuestFault;

/**
 * A guest's memory in an array, stricter than the engine's: an argument read with another index or
 * type than the signature has, a negative charge or a transfer outside the array given fails the
 * test.
 */
final class FakeGuest implements Guest {
  final byte[] memory;
  long fuel = Long.MAX_VALUE;
  long charged;
  private String parameters = "";
  private long[] arguments = {};

  FakeGuest(int bytes) {
    memory = new byte[bytes];
  }

  void arguments(String signature, long... values) {
    parameters = signature.substring(0, signature.indexOf(':'));
    assertEquals(parameters.length(), values.length, "arguments of " + signature);
    arguments = values;
  }

  @Override
  public int i32(int index) {
    assertEquals('i', parameters.charAt(index), "argument " + index + " of " + parameters);
    return (int) arguments[index];
  }

  @Override
  public long i64(int index) {
    assertEquals('I', parameters.charAt(index), "argument " + index + " of " + parameters);
    return arguments[index];
  }

  @Override
  public long memoryBytes() {
    return memory.length;
  }

  private int at(int pointer, long length) {
    long at = Integer.toUnsignedLong(pointer);
    if (at + length > memory.length) throw GuestFault.OUT_OF_BOUNDS;
    return (int) at;
  }

  @Override
  public byte getByte(int pointer) {
    return memory[at(pointer, 1)];
  }

  @Override
  public int getInt(int pointer) {
    return (int) get(pointer, 4);
  }

  @Override
  public long getLong(int pointer) {
    return get(pointer, 8);
  }

  private long get(int pointer, int octets) {
    int at = at(pointer, octets);
    long value = 0;
    for (int i = octets - 1; i >= 0; i--) value = value << 8 | memory[at + i] & 0xff;
    return value;
  }

  @Override
  public void putByte(int pointer, byte value) {
    put(pointer, value, 1);
  }

  @Override
  public void putShort(int pointer, short value) {
    put(pointer, value, 2);
  }

  @Override
  public void putInt(int pointer, int value) {
    put(pointer, value, 4);
  }

  @Override
  public void putLong(int pointer, long value) {
    put(pointer, value, 8);
  }

  private void put(int pointer, long value, int octets) {
    int at = at(pointer, octets);
    for (int i = 0; i < octets; i++) memory[at + i] = (byte) (value >>> 8 * i);
  }

  @Override
  public void check(int pointer, int length) {
    at(pointer, Integer.toUnsignedLong(length));
  }

  @Override
  public void read(int pointer, byte[] into, int offset, int length) {
    transfer(into, offset, length);
    System.arraycopy(memory, at(pointer, length), into, offset, length);
  }

  @Override
  public void write(int pointer, byte[] from, int offset, int length) {
    transfer(from, offset, length);
    System.arraycopy(from, offset, memory, at(pointer, length), length);
  }

  private static void transfer(byte[] array, int offset, int length) {
    assertTrue(
        offset >= 0 && length >= 0 && offset <= array.length - length,
        "the host's own array of " + array.length + ": " + length + " at " + offset);
  }

  @Override
  public void charge(long amount) {
    assertTrue(amount >= 0, "a charge of " + amount);
    charged += amount;
    if (charged > fuel) throw GuestEnd.NOW;
  }
}
