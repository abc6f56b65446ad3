package dev.windlass.wasm;

/**
 * What a run came to.
 *
 * @param fuelUsed exact after {@link Outcome.Returned} and {@link Outcome.EndedByHost}; after a
 *     trap it lags, so never compare it then
 * @param memoryBytes of the guest at its end, which is its peak; 0 without a memory
 * @param nanos wall time with making and freeing the instance
 */
public record Execution(Outcome outcome, long fuelUsed, long memoryBytes, long nanos) {}
