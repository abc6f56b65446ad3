package dev.windlass.operator.plan;

import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileSpec.Cpu;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * A hardware profile that makes sense. What is matched (clock, NVMe, architecture) is 0 or empty
 * where it does not matter.
 *
 * @param vcpuMilli in steps of 500
 * @param nvmeWriteMBps millions of bytes a second
 */
public record Profile(
    String name,
    long vcpuMilli,
    long memoryPerVcpuBytes,
    long minMHz,
    long nvmeBytes,
    long nvmeWriteMBps,
    long diskBytes,
    String arch) {
  static final long DEFAULT_MEMORY_PER_VCPU = 2L << 30;

  /** Of a profile that claims none: what a first install fits on a laptop. */
  static final long DEFAULT_DISK = 4_000_000_000L;

  /** It becomes the value of a label. */
  private static final int MAX_NAME = 63;

  private static final long STEP_MILLI = 500;

  /** Far above any machine, and small enough that sums and products fit a long. */
  private static final long MAX_VCPU_MILLI = 4_096_000;

  private static final long MAX_MEMORY_PER_VCPU = 1L << 40;
  private static final long MAX_DISK = 1_000_000_000_000_000L;

  public Profile {
    if (name.length() > MAX_NAME)
      throw new IllegalArgumentException(
          "the name has " + name.length() + " characters, expected at most " + MAX_NAME);
    if (vcpuMilli <= 0 || vcpuMilli > MAX_VCPU_MILLI || vcpuMilli % STEP_MILLI != 0)
      throw new IllegalArgumentException(
          "cpu.vcpu is " + vcpuMilli + "m, expected 500m to 4096 in steps of 500m");
    requireUpTo("memoryPerVcpu", memoryPerVcpuBytes, 1, MAX_MEMORY_PER_VCPU);
    requireUpTo("cpu.minMHz", minMHz, 0, Integer.MAX_VALUE);
    requireUpTo("nvme.bytes", nvmeBytes, 0, Long.MAX_VALUE);
    requireUpTo("nvme.writeMBps", nvmeWriteMBps, 0, Integer.MAX_VALUE);
    requireUpTo("disk", diskBytes, 1, MAX_DISK);
    if (nvmeWriteMBps > 0 && nvmeBytes == 0)
      throw new IllegalArgumentException(
          "nvme.writeMBps is " + nvmeWriteMBps + " and nvme.bytes is not set; set both or neither");
  }

  /** Throws IllegalArgumentException with what is wrong and what is expected. */
  public static Profile of(HardwareProfile resource) {
    var spec = resource.spec();
    var cpu = spec.cpu() == null ? new Cpu(null, null) : spec.cpu();
    var nvme = spec.nvme();
    return new Profile(
        resource.getMetadata().getName(),
        Resources.milli(cpu.vcpu()),
        bytesOr(spec.memoryPerVcpu(), DEFAULT_MEMORY_PER_VCPU),
        numberOr0(cpu.minMHz()),
        nvme == null ? 0 : Resources.bytes(nvme.bytes()),
        nvme == null ? 0 : numberOr0(nvme.writeMBps()),
        bytesOr(spec.disk(), DEFAULT_DISK),
        spec.arch() == null ? "" : spec.arch());
  }

  /** Of one worker. */
  public long memoryBytes() {
    return Math.ceilDiv(vcpuMilli * memoryPerVcpuBytes, 1000L);
  }

  boolean wantsNvme() {
    return nvmeBytes > 0;
  }

  private static long bytesOr(@Nullable Quantity quantity, long otherwise) {
    return quantity == null ? otherwise : Resources.bytes(quantity);
  }

  private static long numberOr0(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  private static void requireUpTo(String what, long value, long least, long most) {
    if (value < least || value > most)
      throw new IllegalArgumentException(
          what + " is " + value + ", expected " + least + " to " + most);
  }
}
