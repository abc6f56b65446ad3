package dev.windlass.wasm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to open an {@link Engine}.
 *
 * @param lanes guests at one time, 1 to {@link #MAX_LANES}; sizes the pool of memories
 * @param pooling ask for preallocated memories; when the probe says no, memory is made on demand
 * @param tick of the clock that ends a run at its time limit, 1 to 10 ms
 * @param childCommand starts this application so that {@link EngineChild#main} gets the arguments
 *     that follow; empty = no probe and compilation in this process
 * @param cache directory for what a probe found, made with mode 0700
 */
public record EngineSettings(
    int lanes, boolean pooling, Duration tick, List<String> childCommand, Path cache) {
  public static final int MAX_LANES = 1024;

  public EngineSettings {
    if (lanes < 1 || lanes > MAX_LANES)
      throw new IllegalArgumentException("lanes must be 1 to " + MAX_LANES + ", not " + lanes);
    if (tick.toMillis() < 1 || tick.toMillis() > 10)
      throw new IllegalArgumentException("tick must be 1 to 10 ms, not " + tick);
    childCommand = List.copyOf(childCommand);
  }
}
