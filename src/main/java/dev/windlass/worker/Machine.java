package dev.windlass.worker;

import dev.windlass.protocol.Report.Hardware;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this process may use of its machine, measured rather than configured: CPUs by affinity and
 * cgroup quota, memory by cgroup limit, the disk below its data directory. Reads below {@code root}
 * ({@code /} but in tests).
 */
final class Machine {
  /** Of the write measure: at most so much and, in {@link #WRITE_NANOS}, at most so long. */
  private static final long WRITE_BYTES = 32L << 20;

  private static final long WRITE_NANOS = 250_000_000;

  private final Path root;
  private final Path data;
  private final Cgroup cgroup;
  private volatile int writeMBps;

  Machine(Path root, Path data) {
    this.root = root;
    this.data = data;
    this.cgroup = Cgroup.of(root);
  }

  /** The present numbers; the write speed is 0 until it was measured. */
  Hardware hardware() {
    long size = 0;
    long free = 0;
    try {
      var store = Files.getFileStore(data);
      size = store.getTotalSpace();
      free = store.getUsableSpace();
    } catch (IOException _) {
      // A disk that cannot be asked is reported as empty: it fits no function that needs one.
    }
    return new Hardware(
        System.getProperty("os.arch"), vcpus(), mhz(), memory(), diskKind(), size, free, writeMBps);
  }

  double vcpus() {
    double allowed =
        Cgroup.lines(root.resolve("proc/self/status")).stream()
            .filter(l -> l.startsWith("Cpus_allowed_list:"))
            .mapToInt(l -> count(l.substring(l.indexOf(':') + 1).strip()))
            .findFirst()
            .orElse(Runtime.getRuntime().availableProcessors());
    return Math.min(allowed, cgroup.cpus().orElse(allowed));
  }

  /** The rated clock where the kernel knows it, else the fastest core's present one, else 0. */
  int mhz() {
    var frequency = root.resolve("sys/devices/system/cpu/cpu0/cpufreq");
    for (var file : new String[] {"base_frequency", "cpuinfo_max_freq"}) {
      var lines = Cgroup.lines(frequency.resolve(file));
      if (!lines.isEmpty()) return (int) (Long.parseLong(lines.getFirst().strip()) / 1000);
    }
    return Cgroup.lines(root.resolve("proc/cpuinfo")).stream()
        .filter(l -> l.startsWith("cpu MHz"))
        .mapToInt(l -> (int) Double.parseDouble(l.substring(l.indexOf(':') + 1)))
        .max()
        .orElse(0);
  }

  long memory() {
    long total = meminfo("MemTotal");
    return Math.min(total, cgroup.memoryLimit().orElse(total));
  }

  long freeMemory() {
    long available = meminfo("MemAvailable");
    return Math.min(available, cgroup.memoryLeft().orElse(available));
  }

  /** Resident set of this process, in octets. */
  long resident() {
    return Cgroup.lines(root.resolve("proc/self/status")).stream()
        .filter(l -> l.startsWith("VmRSS:"))
        .mapToLong(Machine::kibibytes)
        .findFirst()
        .orElse(0);
  }

  /** nvme, ssd, hdd, memory, overlay or unknown. */
  String diskKind() {
    return mount().map(this::kind).orElse("unknown");
  }

  /**
   * Writes and syncs a file for a moment, at most 32 MiB and about a quarter of a second, and keeps
   * MB (10^6) a second.
   */
  void measureWrites(LongSupplier nanoTime) {
    var file = data.resolve("write-measure.tmp");
    var chunk = ByteBuffer.allocateDirect(1 << 20);
    long written = 0;
    long start = nanoTime.getAsLong();
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      while (written < WRITE_BYTES && nanoTime.getAsLong() - start < WRITE_NANOS) {
        written += channel.write(chunk.rewind());
        if (written % (8 << 20) == 0) channel.force(false);
      }
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't measure how fast " + data + " takes writes", e);
    }
    long nanos = Math.max(1, nanoTime.getAsLong() - start);
    writeMBps = (int) Math.max(1, Math.min(Integer.MAX_VALUE, written * 1000.0 / nanos));
  }

  private record Mount(String point, String device, String type, String source) {}

  /** The mount that holds the data directory: the longest prefix in /proc/self/mountinfo. */
  private Optional<Mount> mount() {
    Mount best = null;
    var where = data.toAbsolutePath().normalize();
    for (var line : Cgroup.lines(root.resolve("proc/self/mountinfo"))) {
      var fields = line.split(" ");
      int dash = line.indexOf(" - ");
      if (fields.length < 10 || dash < 0) continue;
      var after = line.substring(dash + 3).split(" ");
      var mount = new Mount(fields[4].replace("\\040", " "), fields[2], after[0], after[1]);
      boolean longer = best == null || mount.point.length() >= best.point.length();
      if (longer && where.startsWith(mount.point)) best = mount;
    }
    return Optional.ofNullable(best);
  }

  private String kind(Mount mount) {
    switch (mount.type) {
      case "tmpfs", "ramfs" -> {
        return "memory";
      }
      case "overlay" -> {
        return "overlay";
      }
      default -> {}
    }
    try {
      var block = root.resolve("sys/dev/block").resolve(mount.device).toRealPath();
      var disk = Files.isDirectory(block.resolve("queue")) ? block : block.getParent();
      if (disk.getFileName().toString().startsWith("nvme")) return "nvme";
      return switch (String.join("", Cgroup.lines(disk.resolve("queue/rotational"))).strip()) {
        case "0" -> "ssd";
        case "1" -> "hdd";
        default -> "unknown";
      };
    } catch (IOException _) {
      return "unknown";
    }
  }

  private long meminfo(String name) {
    return Cgroup.lines(root.resolve("proc/meminfo")).stream()
        .filter(l -> l.startsWith(name + ":"))
        .mapToLong(Machine::kibibytes)
        .findFirst()
        .orElse(0);
  }

  /** Of {@code MemTotal: 24684092 kB}. */
  private static long kibibytes(String line) {
    var number = line.substring(line.indexOf(':') + 1).toLowerCase(Locale.ROOT).replace("kb", "");
    return Long.parseLong(number.strip()) << 10;
  }

  /** Of {@code 0-3,8}. */
  private static int count(String list) {
    int count = 0;
    for (var range : list.split(",")) {
      var ends = range.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }
}
