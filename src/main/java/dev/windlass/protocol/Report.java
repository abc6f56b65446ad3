package dev.windlass.protocol;

import dev.windlass.function.Digest;
import java.util.List;

/**
 * What a worker says of itself, at its first moment on a link and then continually. Self-reported:
 * fit for placement by capacity, never for trust.
 *
 * @param engine fingerprint of library version and preset
 * @param warm modules whose compiled code is loaded, most recently used first, at most {@link
 *     #MAX_WARM}
 * @param draining takes no more orders
 */
public record Report(
    Digest engine,
    String engineVersion,
    Hardware hardware,
    int lanes,
    int freeLanes,
    long freeMemoryBytes,
    long residentBytes,
    List<Digest> warm,
    boolean draining,
    String version)
    implements Message {
  public static final int MAX_WARM = 256;

  public Report {
    warm = List.copyOf(warm);
    if (warm.size() > MAX_WARM)
      throw new IllegalArgumentException(
          "at most " + MAX_WARM + " warm modules, not " + warm.size());
  }

  /**
   * Measured when the worker started; {@code freeDiskBytes} continually.
   *
   * @param vcpus what the process may use (cgroup quota), not what the machine has
   * @param mhz 0 where it cannot be known
   * @param diskKind nvme, ssd, hdd, memory, overlay or unknown
   */
  public record Hardware(
      String architecture,
      double vcpus,
      int mhz,
      long memoryBytes,
      String diskKind,
      long diskBytes,
      long freeDiskBytes,
      int diskWriteMBps) {}
}
