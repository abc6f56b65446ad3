package dev.windlass.wasm.wasi;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;

/**
 * Where a run's time and chance come from.
 *
 * @param determinism strict: from the other three alone; none: from the host
 * @param unixMillis the time of the request
 * @param nonce of the request
 * @param module digest of the module that runs, so that two modules see different streams
 */
public record WasiSeed(Determinism determinism, long unixMillis, Bytes nonce, Digest module) {
  public WasiSeed {
    if (unixMillis < 0 || unixMillis > Long.MAX_VALUE / 2_000_000)
      throw new IllegalArgumentException("not a time in milliseconds since 1970: " + unixMillis);
  }
}
