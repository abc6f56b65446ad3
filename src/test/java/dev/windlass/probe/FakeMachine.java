package dev.windlass.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code /proc} and {@code /sys} of a machine that is not there; each look at its clock is 1 ms.
 */
final class FakeMachine {
  /** 259:3. */
  static final long PARTITION = 259 << 8 | 3;

  private final Path root;
  private final AtomicLong clock = new AtomicLong();

  FakeMachine(Path root) {
    this.root = root;
  }

  Machine machine() {
    return new Machine(root.resolve("proc"), root.resolve("sys"), () -> clock.addAndGet(1_000_000));
  }

  FakeMachine file(String name, String text) throws IOException {
    var file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  FakeMachine link(String name, String to) throws IOException {
    var link = root.resolve(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, root.resolve(to));
    return this;
  }

  /** Of so many 512 octets, with one partition 259:3. */
  FakeMachine disk(String name, long sectors) throws IOException {
    var at = "sys/devices/pci0/" + name;
    return file(at + "/size", sectors + "\n")
        .file(at + "/" + name + "p1/size", sectors - 2048 + "\n")
        .file(at + "/" + name + "p1/partition", "1\n")
        .link("sys/dev/block/259:3", at + "/" + name + "p1");
  }

  FakeMachine clocks(long... kiloHertz) throws IOException {
    file("sys/devices/system/cpu/online", "0-" + (kiloHertz.length - 1) + "\n");
    for (int i = 0; i < kiloHertz.length; i++)
      file("sys/devices/system/cpu/cpu" + i + "/cpufreq/cpuinfo_max_freq", kiloHertz[i] + "\n");
    return this;
  }
}
