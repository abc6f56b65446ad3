package dev.windlass.placement;

/**
 * What a worker runs on, as it measured it.
 *
 * @param architecture such as amd64 or arm64
 * @param vcpus that its process may use
 * @param mhz 0 where it cannot be known
 * @param memoryBytes that its process may use
 * @param diskKind nvme, ssd, hdd, memory, overlay or unknown
 * @param freeDiskBytes at its last report
 */
public record Machine(
    String architecture,
    double vcpus,
    int mhz,
    long memoryBytes,
    String diskKind,
    long freeDiskBytes) {
  long memoryPerVcpuBytes() {
    return vcpus > 0 ? (long) (memoryBytes / vcpus) : 0;
  }

  long freeNvmeBytes() {
    return diskKind.equals("nvme") ? freeDiskBytes : 0;
  }
}
