package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container asks for, or a node has to give. Quantities are rounded up to whole units, as
 * the scheduler does, and a sum stays at the largest long.
 */
public record Resources(long cpuMilli, long memoryBytes, long diskBytes) {
  public static final Resources NONE = new Resources(0, 0, 0);

  static final String CPU = "cpu";
  static final String MEMORY = "memory";
  static final String DISK = "ephemeral-storage";

  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P"};
  private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};

  public Resources {
    if (cpuMilli < 0 || memoryBytes < 0 || diskBytes < 0)
      throw new IllegalArgumentException(
          "cannot be negative: cpu " + cpuMilli + "m, " + memoryBytes + ", " + diskBytes);
  }

  /** What a list of resources says; what is not in it is 0. */
  public static Resources of(@Nullable Map<String, Quantity> list) {
    if (list == null) return NONE;
    return new Resources(milli(list.get(CPU)), bytes(list.get(MEMORY)), bytes(list.get(DISK)));
  }

  /** Thousandths. A quantity that cannot be read is 0, as one that is not there. */
  static long milli(@Nullable Quantity quantity) {
    return whole(quantity, 3);
  }

  static long bytes(@Nullable Quantity quantity) {
    return whole(quantity, 0);
  }

  private static long whole(@Nullable Quantity quantity, int decimals) {
    if (quantity == null || quantity.getAmount() == null) return 0;
    try {
      var amount = quantity.getNumericalAmount().scaleByPowerOfTen(decimals);
      return amount.setScale(0, RoundingMode.CEILING).max(BigDecimal.ZERO).min(LARGEST).longValue();
    } catch (ArithmeticException | IllegalArgumentException _) {
      return 0;
    }
  }

  Resources plus(Resources other) {
    return new Resources(
        sum(cpuMilli, other.cpuMilli),
        sum(memoryBytes, other.memoryBytes),
        sum(diskBytes, other.diskBytes));
  }

  Resources max(Resources other) {
    return new Resources(
        Math.max(cpuMilli, other.cpuMilli),
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(diskBytes, other.diskBytes));
  }

  /** How often this goes into that, by what is asked for; a request for nothing goes in once. */
  int timesIn(Resources room) {
    long times = Integer.MAX_VALUE;
    if (cpuMilli > 0) times = Math.min(times, room.cpuMilli / cpuMilli);
    if (memoryBytes > 0) times = Math.min(times, room.memoryBytes / memoryBytes);
    if (diskBytes > 0) times = Math.min(times, room.diskBytes / diskBytes);
    return equals(NONE) ? 1 : (int) times;
  }

  /** As a pod's spec writes it. */
  Map<String, Quantity> asList() {
    return Map.of(
        CPU, new Quantity(cpuText(cpuMilli)),
        DISK, new Quantity(decimalText(diskBytes)),
        MEMORY, new Quantity(binaryText(memoryBytes)));
  }

  static String cpuText(long milli) {
    return milli % 1000 == 0 ? Long.toString(milli / 1000) : milli + "m";
  }

  /** In the largest power of 1000 that leaves an integer, as the API server writes it. */
  static String decimalText(long bytes) {
    return text(bytes, 1000, DECIMAL);
  }

  static String binaryText(long bytes) {
    return text(bytes, 1024, BINARY);
  }

  private static String text(long bytes, int base, String[] units) {
    int unit = 0;
    while (bytes != 0 && bytes % base == 0 && unit < units.length - 1) {
      bytes /= base;
      unit++;
    }
    return bytes + units[unit];
  }

  static long times(long a, long b) {
    var product = Math.multiplyHigh(a, b);
    return product != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }

  static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
