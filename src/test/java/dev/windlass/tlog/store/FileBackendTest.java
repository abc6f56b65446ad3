package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link FileBackend} keeps the contract, and what is its own. */
class FileBackendTest implements BackendContract {
  @TempDir private Path root;
  private int opened;

  @Override
  public Backend backend() throws IOException {
    return FileBackend.open(root.resolve("deep/in/" + opened++));
  }

  @Test
  void what_an_interrupted_write_left_is_removed_and_never_listed() throws IOException {
    FileBackend.open(root);
    var left = root.resolve(".incoming/tile_0_000");
    Files.writeString(left, "half of a ti");

    var backend = FileBackend.open(root);

    assertFalse(Files.exists(left));
    Files.writeString(left, "another");
    assertEquals(List.of(), backend.list(""));
  }

  @Test
  void the_directory_of_a_tiles_partial_ones_goes_with_the_last() throws IOException {
    var backend = FileBackend.open(root);
    backend.put(
        List.of(
            Upload.immutable("tile/0/000.p/1", new byte[32]),
            Upload.immutable("tile/0/000.p/2", new byte[64])));
    backend.delete(List.of("tile/0/000.p/1"));
    assertTrue(Files.isDirectory(root.resolve("tile/0/000.p")));
    backend.delete(List.of("tile/0/000.p/2"));
    assertFalse(Files.exists(root.resolve("tile/0/000.p")));
  }

  @Test
  void of_many_files_forced_at_once_one_that_fails_fails_all() throws IOException {
    var files = new ArrayList<Path>();
    for (int i = 0; i < 40; i++) files.add(Files.writeString(root.resolve("file" + i), "x"));
    files.add(root.resolve("was never there"));
    Disk.REAL.forceAll(files);
    files.add(Files.createDirectory(root.resolve("no file")));

    assertThrows(IOException.class, () -> Disk.REAL.forceAll(files));
  }

  @Test
  void a_place_that_is_no_directory_is_named() throws IOException {
    var file = root.resolve("file");
    Files.writeString(file, "in the way");

    var refused = assertThrows(IOException.class, () -> FileBackend.open(file));

    assertTrue(refused.getMessage().contains("couldn't use " + file), refused.getMessage());
  }
}
