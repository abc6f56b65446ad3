package dev.windlass.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The control group this process lives in, version 2 or 1, read below {@code root} ({@code /} but
 * in tests). A limit of any ancestor binds as well, so the least one counts.
 */
final class Cgroup {
  /** What version 1 writes for "no limit" is near 2^63. */
  private static final long UNLIMITED = 1L << 60;

  private final List<Path> unified;
  private final List<Path> memory;
  private final List<Path> cpu;

  private Cgroup(List<Path> unified, List<Path> memory, List<Path> cpu) {
    this.unified = unified;
    this.memory = memory;
    this.cpu = cpu;
  }

  static Cgroup of(Path root) {
    var mount = root.resolve("sys/fs/cgroup");
    List<Path> unified = List.of();
    List<Path> memory = List.of();
    List<Path> cpu = List.of();
    for (var line : lines(root.resolve("proc/self/cgroup"))) {
      var fields = line.split(":", 3);
      if (fields.length < 3) continue;
      var controllers = List.of(fields[1].split(","));
      if (fields[1].isEmpty()) unified = upwards(mount, fields[2]);
      if (controllers.contains("memory")) memory = upwards(mount.resolve("memory"), fields[2]);
      if (controllers.contains("cpu")) cpu = upwards(mount.resolve("cpu"), fields[2]);
    }
    return new Cgroup(unified, memory, cpu);
  }

  /** CPUs by quota ÷ period. */
  OptionalDouble cpus() {
    var two = unified.stream().flatMap(d -> first(d, "cpu.max")).mapToDouble(Cgroup::quota);
    var one =
        cpu.stream()
            .flatMap(d -> first(d, "cpu.cfs_quota_us").map(q -> q + " " + period(d)))
            .mapToDouble(Cgroup::quota);
    return java.util.stream.DoubleStream.concat(two, one).filter(q -> q > 0).min();
  }

  OptionalLong memoryLimit() {
    var two = unified.stream().flatMap(d -> first(d, "memory.max"));
    var one = memory.stream().flatMap(d -> first(d, "memory.limit_in_bytes"));
    return Stream.concat(two, one).mapToLong(Cgroup::bytes).filter(b -> b > 0).min();
  }

  /** What is left below the nearest limit; file cache counts as free, because it is given up. */
  OptionalLong memoryLeft() {
    var two =
        unified.stream()
            .map(d -> left(d, "memory.max", "memory.current", "inactive_file"))
            .flatMapToLong(OptionalLong::stream);
    var one =
        memory.stream()
            .map(
                d ->
                    left(
                        d, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
            .flatMapToLong(OptionalLong::stream);
    return java.util.stream.LongStream.concat(two, one).min();
  }

  private static OptionalLong left(Path directory, String limit, String used, String cache) {
    long most = first(directory, limit).mapToLong(Cgroup::bytes).findFirst().orElse(-1);
    if (most <= 0) return OptionalLong.empty();
    long now = first(directory, used).mapToLong(Cgroup::bytes).findFirst().orElse(0);
    long given =
        lines(directory.resolve("memory.stat")).stream()
            .filter(l -> l.startsWith(cache + " "))
            .mapToLong(l -> bytes(l.substring(cache.length() + 1)))
            .findFirst()
            .orElse(0);
    return OptionalLong.of(Math.max(0, most - Math.max(0, now - given)));
  }

  /** From {@code 150000 100000}; 0 for {@code max 100000} and for what is not a quota. */
  private static double quota(String text) {
    var fields = text.split(" ");
    long quota = bytes(fields[0]);
    long period = fields.length < 2 ? 0 : bytes(fields[1]);
    return quota <= 0 || period <= 0 ? 0 : (double) quota / period;
  }

  private static String period(Path directory) {
    return first(directory, "cpu.cfs_period_us").findFirst().orElse("0");
  }

  /** -1 for {@code max} and for what is not a number. */
  private static long bytes(String text) {
    try {
      long value = Long.parseLong(text.strip());
      return value >= UNLIMITED ? -1 : value;
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  /** The group's directory and its ancestors; inside a container the path may not exist there. */
  private static List<Path> upwards(Path mount, String path) {
    var directories = new ArrayList<Path>();
    var here = mount.resolve(path.replaceFirst("^/+", "")).normalize();
    while (here.startsWith(mount)) {
      directories.add(here);
      here = here.getParent();
    }
    return List.copyOf(directories);
  }

  private static Stream<String> first(Path directory, String file) {
    return lines(directory.resolve(file)).stream().limit(1);
  }

  static List<String> lines(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException _) {
      return List.of();
    }
  }
}
