package dev.windlass.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The clock of a machine's CPUs in MHz: the lowest {@code cpuinfo_max_freq} of those that are
 * online; where the kernel hides it, as in most virtual machines, the median of {@code cpu MHz}
 * while one thread spins.
 */
final class CpuClock {
  private static final Duration SPIN = Duration.ofSeconds(1);
  private static final Duration BETWEEN = Duration.ofMillis(20);

  /** Field 39 of {@code stat}, counted from behind the name, which may hold anything. */
  private static final int PROCESSOR = 36;

  private static final int MOST_CPUS = 4_096;

  private final Machine machine;

  CpuClock(Machine machine) {
    this.machine = machine;
  }

  /** Empty if the kernel does not say it for each CPU. */
  OptionalLong nominal() {
    try {
      var cpus = machine.sys().resolve("devices/system/cpu");
      long lowest = Long.MAX_VALUE;
      for (int cpu : online(Files.readString(cpus.resolve("online")))) {
        var kiloHertz = Files.readString(cpus.resolve("cpu" + cpu + "/cpufreq/cpuinfo_max_freq"));
        lowest = Math.min(lowest, Long.parseLong(kiloHertz.strip()) / 1_000);
      }
      return lowest > 0 && lowest < Long.MAX_VALUE ? OptionalLong.of(lowest) : OptionalLong.empty();
    } catch (IOException | NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  /** {@code 0-3,8} */
  static List<Integer> online(String text) {
    var cpus = new ArrayList<Integer>();
    for (var range : text.strip().split(",", -1)) {
      var ends = range.split("-", 2);
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      if (last < first || last >= MOST_CPUS) throw new NumberFormatException(range);
      for (int cpu = first; cpu <= last; cpu++) cpus.add(cpu);
    }
    return cpus;
  }

  /** Takes a second of the calling thread. Empty where there is no {@code cpu MHz}. */
  OptionalLong spinning() throws IOException {
    var samples = new ArrayList<Double>();
    long end = machine.nanos().getAsLong() + SPIN.toNanos();
    while (machine.nanos().getAsLong() < end) {
      spin(machine.nanos().getAsLong() + BETWEEN.toNanos());
      samples.addAll(now());
      if (samples.isEmpty()) return OptionalLong.empty();
    }
    return median(samples);
  }

  private void spin(long until) {
    while (machine.nanos().getAsLong() < until) Thread.onSpinWait();
  }

  /** Of the CPU that this thread is on, if that can be told, else of all: others may sleep. */
  private List<Double> now() throws IOException {
    var all = byCpu(Files.readString(machine.proc().resolve("cpuinfo")));
    var own = all.get(processor());
    return own == null ? List.copyOf(all.values()) : List.of(own);
  }

  static TreeMap<Integer, Double> byCpu(String cpuinfo) {
    var clocks = new TreeMap<Integer, Double>();
    int cpu = -1;
    for (var line : cpuinfo.lines().toList()) {
      var parts = line.split(":", 2);
      if (parts.length < 2) continue;
      try {
        if (parts[0].strip().equals("processor")) cpu = Integer.parseInt(parts[1].strip());
        else if (parts[0].strip().equals("cpu MHz") && cpu >= 0)
          clocks.put(cpu, Double.parseDouble(parts[1].strip()));
      } catch (NumberFormatException _) {
        // another spelling of another architecture: not told
      }
    }
    return clocks;
  }

  private int processor() {
    Path stat = machine.proc().resolve("thread-self/stat");
    try {
      var text = Files.readString(stat);
      var fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
      return Integer.parseInt(fields[PROCESSOR]);
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException _) {
      return -1;
    }
  }

  static OptionalLong median(List<Double> samples) {
    var sorted = new ArrayList<>(samples);
    Collections.sort(sorted);
    long mhz = Math.round(sorted.get(sorted.size() / 2));
    return mhz > 0 ? OptionalLong.of(mhz) : OptionalLong.empty();
  }
}
