package dev.windlass.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What lies below a volume: by its device number, through partitions, LVM and RAID. */
sealed interface BlockDevice {
  /** As {@code nvme0n1}; with several paths to one device {@code nvme0c1n1}. */
  Pattern NVME = Pattern.compile("nvme\\d+(c\\d+)?n\\d+");

  int DEEPEST = 8;
  int MOST = 64;
  long SECTOR = 512;

  /**
   * @param name as the kernel calls it; of several, with commas
   */
  record Nvme(String name, long bytes) implements BlockDevice {}

  /**
   * @param why in words for a person
   */
  record Other(String why) implements BlockDevice {}

  /**
   * @param sys as {@code /sys}
   * @param number of the device, as {@code stat} gives it
   */
  static BlockDevice of(Path sys, long number) {
    var name = major(number) + ":" + minor(number);
    try {
      var link = sys.resolve("dev/block").resolve(name);
      if (!Files.exists(link)) return new Other("the volume is on no block device (" + name + ")");
      var top = link.toRealPath();
      var disks = new TreeSet<Path>();
      collect(top, disks, 0);
      var names = String.join(",", disks.stream().map(d -> d.getFileName().toString()).toList());
      if (disks.stream().anyMatch(d -> !NVME.matcher(d.getFileName().toString()).matches()))
        return new Other("the volume is on " + names + ", no NVMe");
      // of a stripe or a mirror only the whole says what there is
      return new Nvme(names, bytes(disks.size() == 1 ? disks.first() : top));
    } catch (IOException | NumberFormatException e) {
      return new Other("the kernel does not say what " + name + " is: " + e.getMessage());
    }
  }

  private static void collect(Path device, TreeSet<Path> disks, int depth) throws IOException {
    if (depth > DEEPEST || disks.size() > MOST) throw new IOException("too many layers");
    if (Files.exists(device.resolve("partition"))) {
      collect(device.resolve("..").toRealPath(), disks, depth + 1);
      return;
    }
    var slaves = slaves(device);
    if (slaves.isEmpty()) disks.add(device);
    for (var slave : slaves) collect(slave.toRealPath(), disks, depth + 1);
  }

  private static List<Path> slaves(Path device) throws IOException {
    var directory = device.resolve("slaves");
    var all = new ArrayList<Path>();
    if (!Files.isDirectory(directory)) return all;
    try (var found = Files.newDirectoryStream(directory)) {
      for (var slave : found) all.add(slave);
    }
    return all;
  }

  private static long bytes(Path device) throws IOException {
    long bytes =
        Math.multiplyExact(
            Long.parseLong(Files.readString(device.resolve("size")).strip()), SECTOR);
    if (bytes < 1) throw new IOException("a size of " + bytes);
    return bytes;
  }

  /** As glibc takes the number apart. */
  static long major(long number) {
    return number >>> 32 & 0xffff_f000L | number >>> 8 & 0xfff;
  }

  static long minor(long number) {
    return number >>> 12 & 0xffff_ff00L | number & 0xff;
  }
}
