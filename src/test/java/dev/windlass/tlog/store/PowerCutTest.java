package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.Note;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The power goes, again and again, at any step, also while the log recovers from the last time. */
class PowerCutTest {
  private static final int LIVES = 12;

  @TempDir private Path root;

  static IntStream seeds() {
    var seed = Integer.getInteger("seed");
    return seed == null ? IntStream.range(0, 100) : IntStream.of(seed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void what_was_acknowledged_survives_every_power_cut(int seed) throws IOException {
    var chance = new SplittableRandom(seed);
    var acknowledged = new HashMap<Long, byte[]>();
    var published = 0L;
    var disk = new PowerCutDisk(root);
    for (int life = 0; life < LIVES; life++) {
      disk.cutAt(chance.nextInt(1, 120));
      try (var lock = FileLock.open(root.resolve("lock"), disk)) {
        var committer = open(disk, lock, chance);
        published = Math.max(published, live(committer, chance, acknowledged));
        disk.cutAt(Integer.MAX_VALUE / 2);
      } catch (PowerCutDisk.PowerCut _) {
        published = Math.max(published, publishedOn(disk));
      }
      disk = disk.afterCut(chance);
    }

    try (var lock = FileLock.open(root.resolve("lock"), disk)) {
      var committer = open(disk, lock, chance);
      var backend = FileBackend.open(root.resolve("tiles"), disk);
      var reader = new LogReader(backend, committer::tree);
      for (var each : acknowledged.entrySet())
        assertArrayEquals(each.getValue(), reader.entry(each.getKey()), "entry " + each.getKey());
      TestLog.assertClean(backend, lock.load().orElseThrow());
      assertTrue(committer.head().size() >= published);
    }
  }

  /** The published checkpoint that readers could see before the power went. */
  private long publishedOn(PowerCutDisk disk) {
    return disk.read(root.resolve("tiles/checkpoint"))
        .map(octets -> Note.parse(octets).checkpoint().size())
        .orElse(0L);
  }

  /** Until the power goes, or long enough; the last size that was published. */
  private static long live(
      Committer committer, SplittableRandom chance, Map<Long, byte[]> acknowledged) {
    long published = 0;
    for (int i = 0; i < 30; i++) {
      switch (chance.nextInt(8)) {
        case 0 -> committer.settle();
        case 1 -> {
          committer.publish(committer.head().note());
          published = committer.head().size();
        }
        default -> append(committer, chance, acknowledged);
      }
      if (committer.isSettlingDue()) committer.settle();
    }
    return published;
  }

  private static void append(
      Committer committer, SplittableRandom chance, Map<Long, byte[]> acknowledged) {
    var leaves = new ArrayList<Leaf>();
    int count = chance.nextInt(4) == 0 ? chance.nextInt(1, 257) : chance.nextInt(1, 4);
    for (int i = 0; i < count; i++)
      leaves.add(TestLog.leaf(TestLog.entry("entry " + chance.nextLong())));
    var places = committer.commit(leaves);
    for (int i = 0; i < count; i++) acknowledged.put(places.get(i).index(), leaves.get(i).entry());
  }

  private Committer open(PowerCutDisk disk, FileLock lock, SplittableRandom chance)
      throws IOException {
    var storage = new Storage(FileBackend.open(root.resolve("tiles"), disk), lock);
    var recovery = new Recovery(TestLog.SETTINGS, storage, TestLog.KEY, TestLog.CLOCK);
    return new Committer(
        TestLog.SETTINGS,
        storage,
        TestLog.KEY,
        TestLog.CLOCK,
        recovery.run(() -> 0, chance.split()));
  }

  /** The fake must be able to lose what nobody forced, or the test above shows nothing. */
  @Test
  void the_disk_loses_what_was_not_forced() throws IOException {
    var losses = new HashMap<String, Integer>();
    for (int seed = 0; seed < 100; seed++) {
      var disk = new PowerCutDisk(root);
      disk.write(root.resolve("forced"), TestLog.entry("content"));
      disk.force(root.resolve("forced"));
      disk.forceDirectory(root);
      disk.write(root.resolve("unforced"), TestLog.entry("content"));
      var after = disk.afterCut(new SplittableRandom(seed));
      assertArrayEquals(TestLog.entry("content"), after.read(root.resolve("forced")).orElseThrow());
      losses.merge(
          after.read(root.resolve("unforced")).map(String::new).orElse("missing"), 1, Integer::sum);
    }
    assertEquals(List.of(), losses.values().stream().filter(n -> n == 0).toList());
    assertEquals(5, losses.size(), losses.toString());
  }
}
