package dev.windlass.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.probe.BlockDevice.Nvme;
import dev.windlass.probe.BlockDevice.Other;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDeviceTest {
  private static final long DM = 253L << 8;

  @TempDir Path root;
  private FakeMachine machine;

  @BeforeEach
  void machine() {
    machine = new FakeMachine(root);
  }

  private BlockDevice of(long number) {
    return BlockDevice.of(root.resolve("sys"), number);
  }

  @Test
  void a_partition_is_told_by_its_whole_disk() throws IOException {
    machine.disk("nvme0n1", 3_907_029_168L);
    assertEquals(new Nvme("nvme0n1", 2_000_398_934_016L), of(FakeMachine.PARTITION));
  }

  @Test
  void another_kind_of_disk_is_named() throws IOException {
    machine.disk("sda", 1_000_000);
    assertEquals(new Other("the volume is on sda, no NVMe"), of(FakeMachine.PARTITION));
  }

  @Test
  void a_logical_volume_leads_to_the_disk_below_it() throws IOException {
    machine
        .disk("nvme1n1", 3_907_029_168L)
        .file("sys/devices/virtual/block/dm-0/size", "2048")
        .link("sys/devices/virtual/block/dm-0/slaves/p", "sys/devices/pci0/nvme1n1/nvme1n1p1")
        .link("sys/dev/block/253:0", "sys/devices/virtual/block/dm-0");
    assertEquals(new Nvme("nvme1n1", 2_000_398_934_016L), of(DM));
  }

  @Test
  void of_a_stripe_the_whole_counts_and_one_other_disk_spoils_it() throws IOException {
    machine
        .file("sys/devices/pci0/nvme0n1/size", "100")
        .file("sys/devices/pci0/nvme1n1/size", "100")
        .file("sys/devices/pci0/sdb/size", "100")
        .file("sys/devices/virtual/block/md0/size", "198")
        .link("sys/devices/virtual/block/md0/slaves/a", "sys/devices/pci0/nvme0n1")
        .link("sys/devices/virtual/block/md0/slaves/b", "sys/devices/pci0/nvme1n1")
        .link("sys/dev/block/253:0", "sys/devices/virtual/block/md0");
    assertEquals(new Nvme("nvme0n1,nvme1n1", 198 * 512), of(DM));

    machine.link("sys/devices/virtual/block/md0/slaves/c", "sys/devices/pci0/sdb");
    assertEquals(new Other("the volume is on nvme0n1,nvme1n1,sdb, no NVMe"), of(DM));
  }

  @Test
  void a_volume_without_a_device_and_a_device_without_a_size_are_said() throws IOException {
    assertEquals(new Other("the volume is on no block device (0:45)"), of(45));
    machine.disk("nvme0n1", 0).file("sys/devices/pci0/nvme0n1/size", "many");
    var other = assertInstanceOf(Other.class, of(FakeMachine.PARTITION));
    assertTrue(other.why().startsWith("the kernel does not say what 259:3 is"), other.why());
  }

  @Test
  void a_circle_of_devices_ends() throws IOException {
    machine
        .link("sys/devices/virtual/block/dm-0/slaves/self", "sys/devices/virtual/block/dm-0")
        .link("sys/dev/block/253:0", "sys/devices/virtual/block/dm-0");
    assertInstanceOf(Other.class, of(DM));
  }

  /** As makedev(3) puts them together. */
  @Test
  void device_numbers_are_taken_apart_as_glibc_does() {
    assertEquals(259, BlockDevice.major(66_307));
    assertEquals(3, BlockDevice.minor(66_307));
    assertEquals(0x12345, BlockDevice.major(316_705_466_435_055L));
    assertEquals(0xabcdef, BlockDevice.minor(316_705_466_435_055L));
  }
}
