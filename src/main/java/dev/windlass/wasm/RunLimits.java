package dev.windlass.wasm;

import java.time.Duration;

/**
 * What one run may use.
 *
 * @param fuel Wasm operations
 * @param memoryBytes linear memory; {@code memory.grow} beyond it gives -1
 * @param tableElements of each table
 * @param timeout wall time, rounded up to the engine's tick
 */
public record RunLimits(long fuel, long memoryBytes, int tableElements, Duration timeout) {
  public RunLimits {
    if (fuel < 0) throw new IllegalArgumentException("fuel must not be negative: " + fuel);
    if (memoryBytes < 0 || memoryBytes > Engine.MAX_MEMORY_BYTES)
      throw new IllegalArgumentException(
          "memory must be 0 to " + Engine.MAX_MEMORY_BYTES + " bytes, not " + memoryBytes);
    if (tableElements < 0 || tableElements > Engine.MAX_TABLE_ELEMENTS)
      throw new IllegalArgumentException(
          "table must be 0 to " + Engine.MAX_TABLE_ELEMENTS + " elements, not " + tableElements);
    if (timeout.isNegative() || timeout.isZero())
      throw new IllegalArgumentException("timeout must be positive: " + timeout);
  }
}
