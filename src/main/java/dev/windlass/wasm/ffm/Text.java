package dev.windlass.wasm.ffm;

import java.nio.charset.StandardCharsets;

/** Octets and messages that the library gives away. */
final class Text {
  private static final int SIZE = 0;
  private static final int DATA = 8;
  private static final int BYTES = 16;

  private Text() {}

  /** Room for a {@code wasm_byte_vec_t}. */
  static long vector(Memory.Block block) {
    return block.allocate(BYTES);
  }

  /** Copies the contents out and frees them. */
  static byte[] take(long vector) {
    long size = Memory.getLong(vector + SIZE);
    var octets = new byte[Math.toIntExact(size)];
    Memory.read(Memory.getLong(vector + DATA), octets, 0, octets.length);
    C.run(CFunction.wasm_byte_vec_delete, vector);
    return octets;
  }

  /** The message of an error, which is deleted. */
  static String takeError(long error) {
    try (var block = new Memory.Block()) {
      long vector = vector(block);
      C.run(CFunction.wasmtime_error_message, error, vector);
      C.run(CFunction.wasmtime_error_delete, error);
      return new String(take(vector), StandardCharsets.UTF_8).strip();
    }
  }

  static void check(long error) throws Refusal {
    if (error != 0) throw new Refusal(takeError(error));
  }
}
