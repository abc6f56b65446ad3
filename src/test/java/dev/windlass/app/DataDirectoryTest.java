package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path directory;

  @Test
  void it_is_made_for_its_owner_alone() throws IOException {
    var path = directory.resolve("a/data");
    try (var data = DataDirectory.open(path)) {
      assertEquals(path, data.path());
    }

    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    DataDirectory.open(path).close();
  }

  @Test
  void a_second_holder_is_refused_with_the_process_id_of_the_first() throws IOException {
    try (var _ = DataDirectory.open(directory)) {
      var refusal = assertThrows(StartFailure.class, () -> DataDirectory.open(directory));

      assertTrue(
          refusal.getMessage().contains(" is in use by process " + ProcessHandle.current().pid()),
          refusal::getMessage);
    }
  }

  @Test
  void a_file_in_its_place_is_named() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "x");

    var refusal = assertThrows(StartFailure.class, () -> DataDirectory.open(file));
    assertTrue(refusal.getMessage().contains(file + " is not a directory"), refusal::getMessage);

    refusal = assertThrows(StartFailure.class, () -> DataDirectory.open(Path.of("/proc/windlass")));
    assertTrue(
        refusal.getMessage().startsWith("cannot use the data directory /proc/windlass: "),
        refusal::getMessage);
  }

  @Test
  void a_full_disk_is_told_before_anything_starts() {
    // /dev/full stands for the file that the probe writes.
    var refusal = assertThrows(StartFailure.class, () -> DataDirectory.open(fullDisk()));

    assertTrue(refusal.getMessage().contains("No space left on device"), refusal::getMessage);
    assertTrue(refusal.getMessage().contains("make room there"), refusal::getMessage);
  }

  private Path fullDisk() throws IOException {
    Files.createSymbolicLink(directory.resolve("probe.tmp"), Path.of("/dev/full"));
    return directory;
  }
}
