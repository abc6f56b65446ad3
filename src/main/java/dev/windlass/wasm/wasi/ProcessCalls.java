package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/** Arguments, environment, clocks, random bytes, signals; and the sockets that nobody has. */
final class ProcessCalls {
  private static final int LAST_SIGNAL = 30;
  private static final int CHUNK = 4096;

  private ProcessCalls() {}

  static int argsGet(Wasi wasi, Guest guest) {
    return strings(guest, wasi.args());
  }

  static int argsSizesGet(Wasi wasi, Guest guest) {
    return sizes(guest, wasi.args());
  }

  static int environGet(Wasi wasi, Guest guest) {
    return strings(guest, wasi.env());
  }

  static int environSizesGet(Wasi wasi, Guest guest) {
    return sizes(guest, wasi.env());
  }

  static int clockResGet(Wasi wasi, Guest guest) {
    if (!supported(guest.i32(0))) return Errno.INVAL;
    guest.putLong(guest.i32(1), RunClock.RESOLUTION);
    return Errno.SUCCESS;
  }

  static int clockTimeGet(Wasi wasi, Guest guest) {
    int id = guest.i32(0);
    if (!supported(id)) return Errno.INVAL;
    guest.check(guest.i32(2), 8);
    var clock = wasi.clock();
    long now = id == RunClock.REALTIME ? clock.realtime() : clock.monotonic();
    guest.putLong(guest.i32(2), now);
    return Errno.SUCCESS;
  }

  /** The clocks of CPU time are not: what a run used is fuel, and two hosts differ in time. */
  static boolean supported(int clock) {
    return clock == RunClock.REALTIME || clock == RunClock.MONOTONIC;
  }

  static int randomGet(Wasi wasi, Guest guest) {
    int pointer = guest.i32(0);
    int length = guest.i32(1);
    guest.check(pointer, length);
    long left = Integer.toUnsignedLong(length);
    if (left == 0) return Errno.SUCCESS;
    guest.charge(left * Price.RANDOM_BYTE);
    var chunk = new byte[(int) Math.min(left, CHUNK)];
    while (left > 0) {
      int n = (int) Math.min(left, chunk.length);
      wasi.chance().fill(chunk, n);
      guest.write(pointer, chunk, 0, n);
      pointer += n;
      left -= n;
    }
    return Errno.SUCCESS;
  }

  /** Signal 0 asks whether one could be sent; there is nobody to handle any other. */
  static int procRaise(Wasi wasi, Guest guest) {
    int signal = guest.i32(0);
    if (signal == 0) return Errno.SUCCESS;
    return Integer.compareUnsigned(signal, LAST_SIGNAL) > 0 ? Errno.INVAL : Errno.NOTSUP;
  }

  /** No descriptor is a socket. */
  static int noSocket(Wasi wasi, Guest guest) {
    return wasi.descriptors().get(guest.i32(0)) == null ? Errno.BADF : Errno.NOTSOCK;
  }

  private static int sizes(Guest guest, byte[][] strings) {
    guest.check(guest.i32(0), 4);
    guest.check(guest.i32(1), 4);
    guest.putInt(guest.i32(0), strings.length);
    guest.putInt(guest.i32(1), total(strings));
    return Errno.SUCCESS;
  }

  private static int strings(Guest guest, byte[][] strings) {
    int pointers = guest.i32(0);
    int buffer = guest.i32(1);
    int total = total(strings);
    guest.check(pointers, 4 * strings.length);
    guest.check(buffer, total);
    guest.charge(total * Price.BYTE + strings.length * Price.VECTOR);
    for (var string : strings) {
      guest.putInt(pointers, buffer);
      guest.write(buffer, string, 0, string.length);
      pointers += 4;
      buffer += string.length;
    }
    return Errno.SUCCESS;
  }

  /** At most three bytes a character of {@link WasiRequest#MAX_STRINGS_BYTES}: no overflow. */
  private static int total(byte[][] strings) {
    int total = 0;
    for (var string : strings) total += string.length;
    return total;
  }
}
