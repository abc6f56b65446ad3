package dev.windlass.wasm;

import java.io.IOException;

/** Where the octets of a module come from when its compiled code is not at hand. */
@FunctionalInterface
public interface ModuleSource {
  byte[] bytes() throws IOException;
}
