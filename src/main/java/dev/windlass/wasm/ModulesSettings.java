package dev.windlass.wasm;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Bounds of {@link Modules}.
 *
 * @param cache directory of compiled code, made with mode 0700
 * @param cacheBytes of compiled code on disk, the least recently used goes first
 * @param loadedModules kept in memory; one in use is never freed
 * @param entry export every module must have, without parameters and results
 * @param inChild compile in a child process (needs {@link EngineSettings#childCommand})
 * @param compileMemoryBytes of data for a compiling child
 * @param compileTime for one module
 */
public record ModulesSettings(
    Path cache,
    long cacheBytes,
    int loadedModules,
    String entry,
    boolean inChild,
    long compileMemoryBytes,
    Duration compileTime) {
  public static final String START = "_start";

  public ModulesSettings {
    if (cacheBytes < 0) throw new IllegalArgumentException("cacheBytes is negative: " + cacheBytes);
    if (loadedModules < 1)
      throw new IllegalArgumentException("loadedModules must be 1 or more, not " + loadedModules);
  }

  /** 2 GiB of code, 64 loaded, {@code _start}, a child with 3 GiB and 2 minutes. */
  public static ModulesSettings defaults(Path cache) {
    return new ModulesSettings(cache, 2L << 30, 64, START, true, 3L << 30, Duration.ofMinutes(2));
  }

  /** For one short run: compiled in this process, with no bound on memory and time. */
  public static ModulesSettings inProcess(Path cache) {
    return new ModulesSettings(
        cache, 2L << 30, 4, START, false, Long.MAX_VALUE, Duration.ofMinutes(2));
  }
}
