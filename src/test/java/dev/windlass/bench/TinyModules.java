package dev.windlass.bench;

import dev.windlass.function.WasmBytes;
import java.io.ByteArrayOutputStream;

/** Modules that do nothing and differ in a custom section, so that each has a digest of its own. */
final class TinyModules {
  private TinyModules() {}

  static byte[] base() {
    return WasmBytes.tiny().done();
  }

  static byte[] variant(byte[] base, int number) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(base);
    out.writeBytes(WasmBytes.body().section(0, WasmBytes.body().name("v" + number)).done());
    return out.toByteArray();
  }
}
