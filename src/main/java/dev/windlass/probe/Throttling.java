package dev.windlass.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How often the kernel has held this container back for its CPU limit. */
final class Throttling {
  /** Of cgroup v2, and of the two spellings of v1. */
  private static final List<String> FILES =
      List.of("cpu.stat", "cpu/cpu.stat", "cpu,cpuacct/cpu.stat");

  private static final int MOST_PERCENT = 10;

  private final Path cgroup;

  Throttling(Machine machine) {
    this.cgroup = machine.sys().resolve("fs/cgroup");
  }

  /** Periods since the container began. */
  record Periods(long all, long throttled) {
    static final Periods NONE = new Periods(0, 0);

    static Periods parse(String text) {
      return new Periods(number(text, "nr_periods"), number(text, "nr_throttled"));
    }

    private static long number(String text, String name) {
      return text.lines()
          .filter(line -> line.startsWith(name + " "))
          .map(line -> line.substring(name.length() + 1).strip())
          .filter(digits -> digits.matches("[0-9]{1,18}"))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    }

    /** How many of a hundred, if so many that what was measured says little. */
    Optional<Long> tooManySince(Periods before) {
      long periods = all - before.all();
      long held = throttled - before.throttled();
      return held > 0 && held * 100 > periods * MOST_PERCENT
          ? Optional.of(periods <= 0 ? 100 : Math.min(100, held * 100 / periods))
          : Optional.empty();
    }
  }

  /** Where nothing is told, nothing is limited. */
  Periods now() {
    for (var file : FILES) {
      try {
        return Periods.parse(Files.readString(cgroup.resolve(file)));
      } catch (IOException _) {
        // the next spelling
      }
    }
    return Periods.NONE;
  }
}
