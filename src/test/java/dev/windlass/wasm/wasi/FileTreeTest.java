package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileTreeTest {
  private static final Map<String, Bytes> FILES =
      Map.of("tmp/seed", Bytes.utf8("seed"), "a/b/c", Bytes.utf8("c"), "a/empty/", Bytes.EMPTY);

  @Test
  void parents_and_empty_directories_and_tmp_are_there_sorted() {
    var rig = new Rig(FileTree.of(FILES));
    assertEquals(List.of(".", "..", "a", "tmp"), rig.names("."));
    assertEquals(List.of(".", "..", "b", "empty"), rig.names("a"));
    assertEquals(5, FileTree.of(FILES).bytes());
    assertEquals(List.of(".", ".."), new Rig().names("tmp"));
  }

  @Test
  void what_one_run_writes_no_other_run_sees() {
    var tree = FileTree.of(FILES);
    var one = new Rig(tree);
    int fd = one.opened("tmp/seed", 0, Rig.RW);
    assertEquals(1, one.write(fd, "X"));
    one.file("tmp/more", "more");
    assertEquals("Xeed", one.content("tmp/seed"));

    var other = new Rig(tree);

    assertEquals("seed", other.content("tmp/seed"));
    assertEquals(List.of(".", "..", "seed"), other.names("tmp"));
    assertEquals(1, other.onPath("path_unlink_file", "tmp/seed") + 1);
    assertEquals("seed", new Rig(tree).content("tmp/seed"));
  }

  @Test
  void a_writable_tree_is_copied_when_written_to_and_keeps_its_inodes() {
    var tree = FileTree.writable(FILES);
    var rig = new Rig(tree);
    var before = rig.stat("a/b/c", 0);
    int fd = rig.opened("a/b/c", 0, Rig.RW);
    assertEquals(3, rig.write(fd, "new"));
    rig.file("a/b/d", "d");
    assertEquals(0, rig.onPath("path_remove_directory", "a/empty"));
    assertEquals(before.ino(), rig.stat("a/b/c", 0).ino());
    assertEquals("new", rig.content("a/b/c"));
    assertEquals(List.of(".", "..", "c", "d"), rig.names("a/b"));
    assertEquals(List.of(".", "..", "b"), rig.names("a"));
    assertEquals("c", new Rig(tree).content("a/b/c"));
    assertEquals("c", new Rig(FileTree.of(FILES)).content("a/b/c"));
  }

  @Test
  void inodes_of_packaged_files_are_the_same_in_every_run() {
    var one = new Rig(FileTree.of(FILES));
    one.file("tmp/x", "");
    var other = new Rig(FileTree.of(FILES));
    for (var path : List.of(".", "a", "a/b", "a/b/c", "tmp", "tmp/seed"))
      assertEquals(one.stat(path, 0).ino(), other.stat(path, 0).ino(), path);
  }

  @Test
  void paths_that_are_absolute_or_climb_or_clash_are_refused_with_the_path() {
    for (var path : List.of("/etc/passwd", "../x", "a/../x", "a//b", "", "/", "a/.", "a\0b", "./a"))
      refused(Map.of(path, Bytes.EMPTY), path);
    refused(Map.of("a", Bytes.EMPTY, "a/b", Bytes.EMPTY), "a/b");
    refused(Map.of("tmp", Bytes.EMPTY), "tmp");
    refused(Map.of("n".repeat(256), Bytes.EMPTY), "nnn");
    refused(Map.of("n/".repeat(3000) + "n", Bytes.EMPTY), "n/n");
  }

  @Test
  void preopened_folders_are_found_by_name_from_three_on_and_none_leads_above_itself() {
    var tree =
        FileTree.writable(
            Map.of("in/f", Bytes.utf8("x"), "out", Bytes.utf8("y")), List.of("in", "new/dir", "/"));
    var rig = new Rig(tree);
    assertEquals(
        List.of("in", "new/dir", "/"),
        List.of(rig.preopened(3), rig.preopened(4), rig.preopened(5)));
    assertEquals(Errno.SUCCESS, rig.statErrno(3, "f"));
    assertEquals(Errno.NOTCAPABLE, rig.statErrno(3, "../out"));
    assertEquals(Errno.SUCCESS, rig.statErrno(5, "out"));
    assertEquals(Errno.SUCCESS, rig.statErrno(4, "."));
  }

  private static void refused(Map<String, Bytes> files, String path) {
    var error = assertThrows(IllegalArgumentException.class, () -> FileTree.of(files));
    assertTrue(error.getMessage().contains(path), error.getMessage());
  }

  @Test
  void a_request_with_strings_that_cannot_be_passed_is_refused_without_its_values() {
    var request = Rig.request(FileTree.EMPTY, "", Rig.limits(1, 1, 1));
    for (var bad : List.of("SECRET=a\0b", "=x", "novalue", "K=" + "v".repeat(1 << 20))) {
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  new WasiRequest(
                      List.of(),
                      List.of(bad),
                      Bytes.EMPTY,
                      FileTree.EMPTY,
                      request.seed(),
                      request.limits()));
      assertTrue(error.getMessage().startsWith("environment variable"), error.getMessage());
      assertTrue(!error.getMessage().contains("vvv") && !error.getMessage().contains("\0"));
    }
  }
}
