package dev.windlass.worker;

import dev.windlass.link.HeadAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a worker is to be.
 *
 * @param data directory of this worker alone: {@code artifacts/}, {@code code/}
 * @param heads dialled, all of them
 * @param engineChild words that start this application as the engine's child process
 * @param version of Windlass
 */
public record WorkerSettings(
    Path data, List<HeadAddress> heads, List<String> engineChild, Bounds bounds, String version) {
  public WorkerSettings {
    heads = List.copyOf(heads);
    engineChild = List.copyOf(engineChild);
    if (heads.isEmpty()) throw new IllegalArgumentException("a worker needs a head to dial");
  }

  /**
   * @param lanes guests at one time
   * @param backlog runs that may wait for a lane, so that a lane never waits for the link
   * @param memoryBytes of all running guests' limits together; 0 = three quarters of what the
   *     machine or the cgroup has
   * @param storeBytes of fetched artifacts on disk
   * @param codeBytes of compiled code on disk
   * @param loadedModules kept ready in memory
   * @param fileBytes of packaged files kept parsed in memory
   * @param preparing orders that wait for a fetch or a compilation at one time
   * @param drain how long runs in flight may take to end when the worker goes away
   */
  public record Bounds(
      int lanes,
      int backlog,
      long memoryBytes,
      long storeBytes,
      long codeBytes,
      int loadedModules,
      long fileBytes,
      int preparing,
      Duration drain) {
    public Bounds {
      if (lanes < 1 || backlog < 0 || memoryBytes < 0 || preparing < 1 || loadedModules < 1)
        throw new IllegalArgumentException("bounds of a worker must be positive");
    }

    /** For so many CPUs: two lanes each, at least four, so that one long run blocks nobody. */
    public static Bounds forCpus(double cpus) {
      int lanes = (int) Math.clamp(Math.ceil(2 * cpus), 4, 256);
      return new Bounds(
          lanes, 8 * lanes, 0, 4L << 30, 4L << 30, 64, 64L << 20, 256, Duration.ofSeconds(25));
    }

    public Bounds withLanes(int count) {
      return new Bounds(
          count,
          8 * count,
          memoryBytes,
          storeBytes,
          codeBytes,
          loadedModules,
          fileBytes,
          preparing,
          drain);
    }

    public Bounds withMemory(long bytes) {
      return new Bounds(
          lanes, backlog, bytes, storeBytes, codeBytes, loadedModules, fileBytes, preparing, drain);
    }
  }
}
