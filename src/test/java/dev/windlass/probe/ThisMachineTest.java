package dev.windlass.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel and the disk of the machine that the tests run on, whatever they are. */
class ThisMachineTest {
  @TempDir Path directory;

  @Test
  void its_clock_is_one_or_is_not_told() throws IOException {
    var clock = new CpuClock(Machine.real());
    var mhz = clock.nominal().isPresent() ? clock.nominal() : clock.spinning();
    boolean said = Files.readString(Path.of("/proc/cpuinfo")).contains("cpu MHz");
    assertTrue(mhz.isEmpty() ? !said : mhz.getAsLong() >= 100 && mhz.getAsLong() <= 10_000);
  }

  @Test
  void the_device_of_a_directory_is_found_or_the_reason_is_said() throws IOException {
    var volume = NodeProbe.Volume.at(directory, 5);
    switch (BlockDevice.of(Path.of("/sys"), volume.device())) {
      case BlockDevice.Nvme(var name, long bytes) ->
          assertTrue(name.startsWith("nvme") && bytes > 1 << 20);
      case BlockDevice.Other(var why) -> assertTrue(why.contains("the "), why);
    }
  }

  /** Three rounds of 16 MiB, with the page cache if the file system takes nothing else. */
  @Test
  void its_disk_keeps_what_is_written_until_it_is_removed() throws Exception {
    BlockFile.Opening opening = directIsTaken() ? DirectFile::open : ThisMachineTest::cached;

    long speed =
        new WriteSpeed(directory, opening, System::nanoTime).measure(16L * WriteSpeed.BLOCK);

    assertTrue(speed >= 1, speed + " MB/s");
    try (var left = Files.list(directory)) {
      assertEquals(0, left.count());
    }
  }

  private boolean directIsTaken() throws IOException {
    var file = directory.resolve("direct");
    try (var blocks = DirectFile.open(file)) {
      var block = ByteBuffer.allocateDirect(8_192).alignedSlice(4_096).limit(4_096);
      var chance = new SplittableRandom(1);
      for (int i = 0; i < 4_096; i++) block.put(i, (byte) chance.nextInt());
      blocks.write(block.duplicate(), 0);
      blocks.sync();
      var read = ByteBuffer.wrap(Files.readAllBytes(file));
      assertEquals(block, read);
      return true;
    } catch (IOException e) {
      assertTrue(DirectFile.words(e).contains("direct"), DirectFile.words(e));
      return false;
    } finally {
      DirectFile.remove(file);
    }
  }

  private static BlockFile cached(Path file) throws IOException {
    return new DirectFile(
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
  }
}
