package dev.windlass.function;

import java.time.Duration;

/**
 * What one run of a function may use. Every field is a hard bound; what exceeds it ends the run
 * with its own outcome.
 *
 * @param fuel Wasm operations (one each; bulk operations one a byte), plus what host calls charge
 * @param memoryBytes linear memory, at most {@link #MAX_MEMORY_BYTES}
 * @param tableElements elements of all tables together
 * @param timeout wall time of the run on its lane, at most {@link #MAX_TIMEOUT}
 * @param inputBytes request body
 * @param outputBytes stdout
 * @param stderrBytes kept of stderr, the rest is dropped and counted
 * @param scratchBytes files and names below /tmp
 * @param concurrency runs of this function at one time over all workers; 0 is no bound of its own
 */
public record Limits(
    long fuel,
    long memoryBytes,
    int tableElements,
    Duration timeout,
    int inputBytes,
    int outputBytes,
    int stderrBytes,
    int scratchBytes,
    int concurrency) {
  /** The largest integer of JSON that every reader keeps exactly. */
  public static final long MAX_FUEL = (1L << 53) - 1;

  /** One page. */
  public static final long MIN_MEMORY_BYTES = 64 << 10;

  public static final long MAX_MEMORY_BYTES = 256L << 20;
  public static final int MAX_TABLE_ELEMENTS = 1_000_000;
  public static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);
  public static final int MAX_BODY_BYTES = 64 << 20;
  public static final int MAX_STDERR_BYTES = 1 << 20;
  public static final int MAX_SCRATCH_BYTES = 64 << 20;
  public static final int MAX_CONCURRENCY = 100_000;

  /** 10 G operations, 128 MiB, 10 s, bodies of 10 MiB, 64 KiB of log, 16 MiB of scratch. */
  public static final Limits DEFAULT =
      new Limits(
          10_000_000_000L,
          128L << 20,
          20_000,
          Duration.ofSeconds(10),
          10 << 20,
          10 << 20,
          64 << 10,
          16 << 20,
          0);

  public Limits {
    within("fuel", fuel, 1, MAX_FUEL);
    within("memory", memoryBytes, MIN_MEMORY_BYTES, MAX_MEMORY_BYTES);
    within("tableElements", tableElements, 0, MAX_TABLE_ELEMENTS);
    within("timeout in ms", timeout.toMillis(), 1, MAX_TIMEOUT.toMillis());
    within("input", inputBytes, 0, MAX_BODY_BYTES);
    within("output", outputBytes, 0, MAX_BODY_BYTES);
    within("stderr", stderrBytes, 0, MAX_STDERR_BYTES);
    within("scratch", scratchBytes, 0, MAX_SCRATCH_BYTES);
    within("concurrency", concurrency, 0, MAX_CONCURRENCY);
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "limit " + what + " must be " + least + " to " + most + ", not " + value);
    }
  }
}
