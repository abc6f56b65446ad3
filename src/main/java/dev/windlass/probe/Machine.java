package dev.windlass.probe;

import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Where a probe looks.
 *
 * @param proc as {@code /proc}
 * @param sys as {@code /sys}
 * @param nanos a clock that only grows
 */
public record Machine(Path proc, Path sys, LongSupplier nanos) {
  public static Machine real() {
    return new Machine(Path.of("/proc"), Path.of("/sys"), System::nanoTime);
  }
}
