package dev.windlass.wasm;

import dev.windlass.function.Digest;
import java.util.List;

/**
 * What is known of a loaded module.
 *
 * @param wasmBytes size of the module, -1 when it came from the cache without its octets
 * @param codeBytes size of its compiled code
 * @param compileMillis how long compilation took, 0 when the code came from the cache
 * @param cached the code came from the cache
 * @param imports {@code module.name}, each once, in the module's order
 * @param memoryBytes memory declared at the start
 */
public record ModuleInfo(
    Digest digest,
    long wasmBytes,
    long codeBytes,
    long compileMillis,
    boolean cached,
    List<String> imports,
    long memoryBytes) {
  public ModuleInfo {
    imports = List.copyOf(imports);
  }
}
