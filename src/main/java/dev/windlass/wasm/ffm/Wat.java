package dev.windlass.wasm.ffm;

import java.nio.charset.StandardCharsets;

/** The text format, by the library's own assembler. */
public final class Wat {
  private Wat() {}

  /**
   * The module in binary.
   *
   * @throws Refusal with line and column
   */
  public static byte[] assemble(String text) throws Refusal {
    try (var block = new Memory.Block()) {
      var octets = text.getBytes(StandardCharsets.UTF_8);
      long vector = Text.vector(block);
      Text.check(
          C.call(CFunction.wasmtime_wat2wasm, block.copyOf(octets), (long) octets.length, vector));
      return Text.take(vector);
    }
  }
}
