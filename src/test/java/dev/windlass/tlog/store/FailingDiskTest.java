package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files on a disk that is full or read-only for a while. */
class FailingDiskTest {
  @TempDir private Path root;
  private final FailingDisk disk = new FailingDisk();

  /** Some writes go to {@code /dev/full}, whose kernel says what a full disk says. */
  private static final class FailingDisk implements Disk {
    private volatile Predicate<Path> full = _ -> false;
    private volatile boolean readOnly;

    private void check(Path file) throws FileSystemException {
      if (readOnly) throw new FileSystemException(file.toString(), null, "Read-only file system");
    }

    @Override
    public void write(Path file, byte[] octets) throws IOException {
      check(file);
      Disk.REAL.write(full.test(file) ? Path.of("/dev/full") : file, octets);
    }

    @Override
    public void force(Path file) throws IOException {
      Disk.REAL.force(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      check(to);
      Disk.REAL.rename(from, to);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
      Disk.REAL.forceDirectory(directory);
    }

    @Override
    public void delete(Path file) throws IOException {
      check(file);
      Disk.REAL.delete(file);
    }

    @Override
    public void deleteEmptyDirectory(Path directory) throws IOException {
      Disk.REAL.deleteEmptyDirectory(directory);
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
      check(directory);
      Disk.REAL.makeDirectory(directory);
    }

    @Override
    public boolean isDirectory(Path path) {
      return Disk.REAL.isDirectory(path);
    }

    @Override
    public Optional<byte[]> read(Path file) throws IOException {
      return Disk.REAL.read(file);
    }

    @Override
    public List<Path> files(Path directory) throws IOException {
      return Disk.REAL.files(directory);
    }
  }

  private static StoreException failure(Sequencer log, String entry) {
    var failed =
        assertThrows(
            CompletionException.class,
            () -> log.append(TestLog.entry(entry)).toCompletableFuture().join());
    return assertInstanceOf(StoreException.class, failed.getCause());
  }

  private static long append(Sequencer log, String entry) {
    return log.append(TestLog.entry(entry)).toCompletableFuture().join().index();
  }

  @Test
  void while_the_disk_is_full_entries_are_refused_and_later_taken() throws IOException {
    try (var log = LogChild.open(root, disk)) {
      append(log, "a");
      for (var place : List.of("staging", "lock")) {
        disk.full = file -> file.toString().contains(place);

        var refused = assertInstanceOf(StoreException.BatchFailed.class, failure(log, "b"));

        assertTrue(refused.getMessage().contains("No space left on device"), refused.getMessage());
      }
      disk.full = _ -> false;
      assertEquals(1, append(log, "b"));
    }
    assertSound(2);
  }

  @Test
  void a_disk_that_fills_up_after_the_commit_stops_the_log_and_what_was_committed_stays()
      throws IOException {
    try (var log = LogChild.open(root, disk)) {
      append(log, "a");
      disk.full = file -> file.toString().contains("tile_");

      assertInstanceOf(StoreException.Broken.class, failure(log, "b"));
    }
    var refused =
        assertThrows(StoreException.CannotOpen.class, () -> LogChild.open(root, disk).close());
    assertTrue(refused.getMessage().contains("No space left on device"), refused.getMessage());

    disk.full = _ -> false;
    try (var log = LogChild.open(root, disk)) {
      assertEquals(1, append(log, "b"), "it was committed");
      assertEquals(2, append(log, "c"));
    }
    assertSound(3);
  }

  @Test
  void on_a_read_only_disk_the_log_says_so_and_can_be_read() throws IOException {
    try (var log = LogChild.open(root, disk)) {
      append(log, "a");
      disk.readOnly = true;

      var refused = assertInstanceOf(StoreException.BatchFailed.class, failure(log, "b"));

      assertTrue(refused.getMessage().contains("Read-only file system"), refused.getMessage());
      assertArrayEquals(TestLog.entry("a"), log.reader().entry(0));
    }
    disk.readOnly = false;
    assertSound(1);
  }

  @Test
  void a_read_only_disk_is_named_when_the_log_is_opened() {
    disk.readOnly = true;
    var refused =
        assertThrows(IOException.class, () -> LogChild.open(root.resolve("new"), disk).close());
    assertEquals(
        "couldn't lock " + root.resolve("new/lock") + ": Read-only file system",
        refused.getMessage());
  }

  /** Also for one process: the kernel's lock alone would not refuse it. */
  @Test
  void a_second_lock_in_one_process_is_refused_and_does_not_end_the_first() throws IOException {
    var file = root.resolve("lock");
    try (var first = FileLock.open(file)) {
      var refused = assertThrows(Lock.HeldException.class, () -> FileLock.open(file));
      assertTrue(refused.getMessage().contains("(process this one)"), refused.getMessage());
      assertThrows(Lock.HeldException.class, () -> FileLock.open(root.resolve("./lock")));
      assertTrue(first.replace(Optional.empty(), TestLog.entry("held")));
    }
    try (var next = FileLock.open(file)) {
      assertArrayEquals(TestLog.entry("held"), next.load().orElseThrow());
    }
  }

  private void assertSound(long size) throws IOException {
    try (var log = LogChild.open(root, Disk.REAL)) {
      assertEquals(size, log.committed().size());
    }
    TestLog.assertClean(
        FileBackend.open(root.resolve("tiles")), FileLock.read(root.resolve("lock")).orElseThrow());
    try (var left = Files.list(root.resolve("tiles/.incoming"))) {
      assertEquals(0, left.count());
    }
  }
}
