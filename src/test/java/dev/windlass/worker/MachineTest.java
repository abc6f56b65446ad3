package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
  @TempDir Path root;

  @Test
  void cpus_are_what_affinity_and_every_quota_above_allow() throws IOException {
    file("proc/self/status", "Name:\tjava\nVmRSS:\t  2048 kB\nCpus_allowed_list:\t0-2,5\n");
    assertEquals(4, machine().vcpus());

    file("proc/self/cgroup", "0::/pod/box\n");
    file("sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
    file("sys/fs/cgroup/pod/box/cpu.max", "max 100000\n");

    assertEquals(1.5, machine().vcpus());
    assertEquals(2048 << 10, machine().resident());
  }

  @Test
  void memory_is_the_least_of_machine_and_cgroups() throws IOException {
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:  4194304 kB\n");
    assertEquals(8L << 30, machine().memory());
    assertEquals(4L << 30, machine().freeMemory());

    file("proc/self/cgroup", "0::/pod/box\n");
    file("sys/fs/cgroup/pod/memory.max", (2L << 30) + "\n");
    file("sys/fs/cgroup/pod/memory.current", (1536L << 20) + "\n");
    file("sys/fs/cgroup/pod/memory.stat", "anon 5\ninactive_file " + (512L << 20) + "\n");
    file("sys/fs/cgroup/pod/box/memory.max", "max\n");

    assertEquals(2L << 30, machine().memory());
    assertEquals(1L << 30, machine().freeMemory(), "file cache is given up when needed");
  }

  @Test
  void version_one_groups_bind_as_well() throws IOException {
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemAvailable:  4194304 kB\n");
    file("proc/self/status", "Cpus_allowed_list:\t0-7\n");
    file("proc/self/cgroup", "4:memory:/a\n1:cpu,cpuacct:/a\n0::/\n");
    file("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
    file("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");

    assertEquals(1L << 30, machine().memory());
    assertEquals(0.5, machine().vcpus());
  }

  @Test
  void the_clock_is_the_rated_one_where_the_kernel_knows_it() throws IOException {
    assertEquals(0, machine().mhz());

    file("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 2596.122\ncpu MHz\t\t: 3100.9\n");
    assertEquals(3100, machine().mhz());

    file("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3500000\n");
    assertEquals(3500, machine().mhz());
  }

  @Test
  void the_kind_of_disk_comes_from_the_mount_that_holds_the_data() throws IOException {
    var mounts =
        """
        27 1 259:1 / / rw,relatime - ext4 /dev/nvme0n1p1 rw
        28 27 8:0 / %1$s/data rw - xfs /dev/sda rw
        29 27 0:9 / %1$s/data/tmp rw - tmpfs tmpfs rw
        30 27 0:10 / %1$s/box rw shared:1 - overlay overlay rw
        """
            .formatted(root.toRealPath());
    file("proc/self/mountinfo", mounts);
    Files.createDirectories(root.resolve("sys/block/nvme0n1/nvme0n1p1"));
    file("sys/block/nvme0n1/queue/rotational", "0\n");
    file("sys/block/sda/queue/rotational", "1\n");
    link("sys/dev/block/259:1", "sys/block/nvme0n1/nvme0n1p1");
    link("sys/dev/block/8:0", "sys/block/sda");

    assertEquals("nvme", machineAt("elsewhere").diskKind());
    assertEquals("hdd", machineAt("data/w1").diskKind());
    assertEquals("memory", machineAt("data/tmp/w1").diskKind());
    assertEquals("overlay", machineAt("box").diskKind());

    file("sys/block/sda/queue/rotational", "0\n");
    assertEquals("ssd", machineAt("data/w1").diskKind());
  }

  @Test
  void this_machine_has_numbers() {
    var here = new Machine(Path.of("/"), root);
    here.measureWrites(System::nanoTime);
    var hardware = here.hardware();

    assertTrue(hardware.vcpus() > 0, hardware::toString);
    assertTrue(hardware.memoryBytes() > 64 << 20, hardware::toString);
    assertTrue(hardware.diskBytes() >= hardware.freeDiskBytes(), hardware::toString);
    assertTrue(hardware.diskWriteMBps() > 0, hardware::toString);
    assertTrue(here.freeMemory() > 0 && here.resident() > 0, hardware::toString);
  }

  private Machine machine() throws IOException {
    return machineAt("");
  }

  private Machine machineAt(String data) throws IOException {
    var directory = Files.createDirectories(root.toRealPath().resolve(data));
    return new Machine(root.toRealPath(), directory);
  }

  private void file(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void link(String path, String target) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, root.resolve(target));
  }
}
