package dev.windlass.function;

/** What a worker's machine must have at least to run a function; 0 or empty asks for nothing. */
public record HardwareNeeds(
    double vcpus, int minMhz, long memoryPerVcpuBytes, long nvmeBytes, String architecture) {
  public static final HardwareNeeds NONE = new HardwareNeeds(0, 0, 0, 0, "");

  public HardwareNeeds {
    if (!(vcpus >= 0 && vcpus <= 4_096) || minMhz < 0 || memoryPerVcpuBytes < 0 || nvmeBytes < 0) {
      throw new IllegalArgumentException(
          "hardware needs must be 0 or more, and vcpus at most 4096: vcpus "
              + vcpus
              + ", minMhz "
              + minMhz
              + ", memoryPerVcpu "
              + memoryPerVcpuBytes
              + ", nvme "
              + nvmeBytes);
    }
  }
}
