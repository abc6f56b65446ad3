package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One table a function: what it does, then each of its errors. */
class PathCallsTest {
  private static final FileTree TREE =
      FileTree.of(Map.of("data/a.txt", Bytes.utf8("packaged"), "data/sub/b", Bytes.EMPTY));

  private final Rig rig = new Rig(TREE);

  private int mkdir(String path) {
    return rig.onPath("path_create_directory", path);
  }

  private int rmdir(String path) {
    return rig.onPath("path_remove_directory", path);
  }

  private int unlink(String path) {
    return rig.onPath("path_unlink_file", path);
  }

  private int symlink(String target, String path) {
    return rig.call(
        "path_symlink", rig.text(target), Rig.size(target), 3, rig.text(path), Rig.size(path));
  }

  private int rename(String from, String to) {
    return rig.call(
        "path_rename", 3, rig.text(from), Rig.size(from), 3, rig.text(to), Rig.size(to));
  }

  private int link(String from, String to) {
    return rig.call(
        "path_link", 3, 0, rig.text(from), Rig.size(from), 3, rig.text(to), Rig.size(to));
  }

  private int stat(String path, int lookup) {
    return rig.call("path_filestat_get", 3, lookup, rig.text(path), Rig.size(path), 128);
  }

  private int lookup(String path) {
    int fd = rig.open(path, 0, 0);
    if (fd < 0) return -fd;
    rig.call("fd_close", fd);
    return 0;
  }

  /** A descriptor on /tmp that has all rights but some. */
  private int without(long rights) {
    return rig.opened("tmp", Rig.DIRECTORY, Rights.DIRECTORY & ~rights);
  }

  @Test
  void paths_are_resolved_name_by_name() {
    mkdir("tmp/dir");
    mkdir("tmp/dir/nested");
    rig.file("tmp/dir/nested/file", "x");
    int dir = rig.opened("tmp", Rig.DIRECTORY, Rights.DIRECTORY);

    assertEquals(0, lookup("tmp/dir/.//nested/../../dir/nested/../nested///./file"));
    assertEquals(0, lookup("tmp/dir/nested///"));
    assertEquals(0, lookup("."));
    assertEquals(0, lookup("tmp/.."));
    assertEquals(Errno.NOTDIR, lookup("tmp/dir/nested/file/"));
    assertEquals(Errno.NOTDIR, lookup("tmp/dir/nested/file///"));
    assertEquals(Errno.NOTDIR, lookup("tmp/dir/nested/file/x"));
    assertEquals(Errno.NOTDIR, lookup("tmp/dir/nested/file/.."));
    assertEquals(Errno.NOENT, lookup("tmp/nothing/.."));
    assertEquals(Errno.NOENT, lookup(""));
    assertEquals(Errno.NOTCAPABLE, lookup("/"));
    assertEquals(Errno.NOTCAPABLE, lookup("/tmp/dir"));
    assertEquals(Errno.NOTCAPABLE, lookup(".."));
    assertEquals(Errno.NOTCAPABLE, lookup("tmp/../../tmp"));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "../tmp/dir", 0, 0, 0, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "dir/../..", 0, 0, 0, 0));
  }

  @Test
  void bad_texts_of_paths_are_refused() {
    assertEquals(Errno.INVAL, lookup("tmp\0"));
    assertEquals(Errno.NAMETOOLONG, lookup("tmp/" + "n".repeat(256)));
    assertEquals(Errno.NAMETOOLONG, lookup("tmp/" + "ü".repeat(128)));
    assertEquals(Errno.NAMETOOLONG, lookup("a/".repeat(2049)));
    assertEquals(Errno.NOENT, lookup("a/".repeat(2048)));
    assertEquals(0, mkdir("tmp/" + "n".repeat(255)));
    int bad = rig.bytes(new byte[] {'t', (byte) 0xc3, (byte) 0x28});
    assertEquals(Errno.ILSEQ, rig.call("path_create_directory", 3, bad, 3));
    assertEquals(Errno.FAULT, rig.call("path_create_directory", 3, bad, -1));
  }

  @Test
  void symbolic_links_lead_on_but_never_out() {
    mkdir("tmp/d");
    rig.file("tmp/d/f", "content");
    assertEquals(0, symlink("d/f", "tmp/toFile"));
    assertEquals(0, symlink("d", "tmp/toDir"));
    assertEquals(0, symlink("../tmp/toDir/../d/f", "tmp/round"));
    assertEquals(0, symlink("../../../etc/passwd", "tmp/out"));
    assertEquals(0, symlink("..", "tmp/d/up"));

    assertEquals("content", rig.content("tmp/toFile"));
    assertEquals("content", rig.content("tmp/toDir/f"));
    assertEquals("content", rig.content("tmp/round"));
    assertEquals("content", rig.content("tmp/d/up/toDir/up/d/f"));
    assertEquals(Errno.NOTCAPABLE, lookup("tmp/out"));
    assertEquals(Errno.NOTCAPABLE, lookup("tmp/out/x"));
    int dir = rig.opened("tmp/d", Rig.DIRECTORY, Rights.DIRECTORY);
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, Rig.FOLLOW, "up", 0, 0, 0, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, Rig.FOLLOW, "up/d/f", 0, 0, 0, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "up/", 0, 0, 0, 0));
  }

  @Test
  void loops_of_symbolic_links_end_and_cost_little() {
    symlink("b", "tmp/a");
    symlink("a", "tmp/b");
    symlink("self/self", "tmp/self");
    var more = "x/".repeat(300) + "x";
    symlink(more, "tmp/x");
    for (var path : List.of("tmp/a", "tmp/b/c", "tmp/self", "tmp/x")) {
      long before = rig.guest.charged;
      assertEquals(Errno.LOOP, lookup(path), path);
      assertTrue(rig.guest.charged - before < 10_000);
    }
    symlink("y/".repeat(2000) + "y", "tmp/y");
    assertEquals(Errno.NAMETOOLONG, lookup("tmp/y"), "more than can be pending");
    for (int i = 0; i < 41; i++) symlink(i == 0 ? "." : "l" + (i - 1), "tmp/l" + i);
    assertEquals(0, lookup("tmp/l39"));
    assertEquals(Errno.LOOP, lookup("tmp/l40"));
  }

  @Test
  void path_open_follows_a_last_link_only_when_told() {
    mkdir("tmp/target");
    symlink("target", "tmp/link");
    assertEquals(-Errno.NOTDIR, open("tmp/link", 0, Rig.DIRECTORY));
    assertEquals(-Errno.LOOP, open("tmp/link", 0, 0));
    assertTrue(open("tmp/link", 0, Rig.DIRECTORY, "/") > 0);
    assertTrue(open("tmp/link", Rig.FOLLOW, Rig.DIRECTORY) > 0);
    symlink("nothing", "tmp/dangling");
    assertEquals(-Errno.NOTDIR, open("tmp/dangling", 0, Rig.DIRECTORY));
    assertEquals(-Errno.LOOP, open("tmp/dangling", 0, 0));
    assertEquals(-Errno.NOENT, open("tmp/dangling", Rig.FOLLOW, 0));
    assertEquals(-Errno.EXIST, open("tmp/dangling", Rig.FOLLOW, Rig.CREAT | Rig.EXCL));
    assertTrue(open("tmp/dangling", Rig.FOLLOW, Rig.CREAT) > 0);
    assertEquals("", rig.content("tmp/nothing"));
    symlink("nothing", "tmp/toFile");
    assertEquals(-Errno.NOTDIR, open("tmp/toFile", Rig.FOLLOW, Rig.DIRECTORY));
  }

  private int open(String path, int lookup, int oflags) {
    return open(path, lookup, oflags, "");
  }

  private int open(String path, int lookup, int oflags, String suffix) {
    return rig.open(Rig.ROOT, lookup, path + suffix, oflags, 0, 0, 0);
  }

  @Test
  void path_open_creates_truncates_and_refuses_by_its_flags() {
    assertEquals(-Errno.NOENT, rig.open("tmp/f", 0, Rig.RW));
    rig.file("tmp/f", "abc");
    assertEquals(-Errno.EXIST, rig.open("tmp/f", Rig.CREAT | Rig.EXCL, Rig.RW));
    rig.call("fd_close", rig.opened("tmp/f", Rig.CREAT, Rig.RW));
    assertEquals("abc", rig.content("tmp/f"));
    rig.call("fd_close", rig.opened("tmp/f", Rig.TRUNC, 0));
    assertEquals("", rig.content("tmp/f"));
    assertEquals(-Errno.NOTDIR, rig.open("tmp/f", Rig.DIRECTORY, 0));
    assertEquals(-Errno.ISDIR, rig.open("tmp", Rig.TRUNC, 0));
    assertEquals(-Errno.ISDIR, rig.open("tmp", Rig.CREAT, 0));
    assertEquals(-Errno.ISDIR, rig.open("tmp", Rig.DIRECTORY, 2 | Rights.FD_WRITE));
    assertEquals(-Errno.EXIST, rig.open("tmp", Rig.CREAT | Rig.EXCL, 0));
    assertEquals(-Errno.ISDIR, rig.open("tmp/g/", Rig.CREAT, 0));
    assertEquals(-Errno.NOENT, rig.open("tmp/none/g", Rig.CREAT, 0));
    assertEquals(-Errno.INVAL, rig.open("tmp/g", 16, 0));
    assertEquals(-Errno.INVAL, rig.open("tmp/g", Rig.CREAT | Rig.DIRECTORY, 0));
    assertEquals(-Errno.INVAL, rig.open(3, 2, "tmp/f", 0, 0, 0, 0));
    assertEquals(-Errno.INVAL, rig.open(3, 0, "tmp/f", 0, 0, 0, 32));
    int file = rig.opened("tmp/f", 0, Rig.RW);
    assertEquals(-Errno.NOTDIR, rig.open(file, 0, "x", Rig.CREAT, 0, 0, 0));
    assertEquals(-Errno.NOTDIR, rig.open(0, 0, "x", Rig.CREAT, 0, 0, 0));
    assertEquals(List.of(".", "..", "f"), rig.names("tmp"));
  }

  @Test
  void path_open_gives_no_right_that_the_directory_does_not_pass_on() {
    rig.file("tmp/f", "abc");
    int dir =
        rig.open(3, 0, "tmp", Rig.DIRECTORY, Rights.DIRECTORY, Rights.FD_READ | Rights.FD_SYNC, 0);
    assertTrue(rig.open(dir, 0, "f", 0, Rights.FD_READ, Rights.FD_READ, 0) > 0);
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "f", 0, Rights.FD_WRITE, 0, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "f", 0, 0, Rights.FD_WRITE, 0));
    assertTrue(rig.open(dir, 0, "f", 0, 0, 0, 2 | 8 | 16) > 0);
    int plain = rig.open(3, 0, "tmp", Rig.DIRECTORY, Rights.DIRECTORY, 0, 0);
    for (int fdflags : new int[] {2, 8, 16})
      assertEquals(-Errno.NOTCAPABLE, rig.open(plain, 0, "f", 0, 0, 0, fdflags));
    assertTrue(rig.open(plain, 0, "f", 0, 0, 0, 1 | 4) > 0);
    var no = -Errno.NOTCAPABLE;
    assertEquals(no, rig.open(without(Rights.PATH_OPEN), 0, "f", 0, 0, 0, 0));
    assertEquals(no, rig.open(without(Rights.PATH_CREATE_FILE), 0, "g", Rig.CREAT, 0, 0, 0));
    assertEquals(no, rig.open(without(Rights.PATH_FILESTAT_SET_SIZE), 0, "f", Rig.TRUNC, 0, 0, 0));
    assertEquals("abc", rig.content("tmp/f"));
  }

  /** A caller that asks for no right it does not use, and passes on those of its files only. */
  @Test
  void a_directory_opened_with_few_rights_does_all_that_they_cover() {
    long passes =
        Rights.FD_READ
            | Rights.FD_WRITE
            | Rights.FD_SEEK
            | Rights.FD_SYNC
            | Rights.FD_ALLOCATE
            | Rights.FD_FILESTAT_GET
            | Rights.PATH_LINK_TARGET
            | Rights.PATH_OPEN;
    int dir = rig.open(3, 0, "tmp", Rig.DIRECTORY, Rights.DIRECTORY, passes, 0);

    // rights of directories on a file, and of files on a directory, are left out, not refused
    int file = rig.open(dir, 0, "f", Rig.CREAT, passes, passes, 1 | 16);
    assertTrue(file > 0);
    assertEquals(0, rig.call("path_create_directory", dir, rig.text("d"), 1));
    long sub = passes & ~Rights.FD_WRITE;
    int below = rig.open(dir, 0, "d", Rig.DIRECTORY, sub, sub, 0);
    int f = rig.text("f");
    assertEquals(0, rig.call("path_link", dir, 0, f, 1, below, f, 1));
    int linked = rig.open(below, 0, "f", 0, sub, sub, 0);
    assertEquals(rig.stat(file), rig.stat(linked));
    assertEquals(0, rig.call("fd_allocate", file, 0, 100));
    assertEquals(100, rig.stat(linked).size());
    assertEquals(-Errno.NOTCAPABLE, rig.open(below, 0, "f", 0, Rights.FD_WRITE, 0, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.open(below, 0, "g", Rig.CREAT, 0, 0, 0));
    assertEquals(Errno.NOTCAPABLE, rig.call("path_unlink_file", below, f, 1));

    // the same rights once more: what a descriptor has can always be asked for again
    rig.call("fd_fdstat_get", dir, 128);
    long base = rig.guest.getLong(136) & rig.guest.getLong(144);
    assertTrue(rig.open(dir, 0, ".", 0, base, rig.guest.getLong(144), 0) > 0);
    assertTrue(rig.open(3, 0, ".", 0, Rights.DIRECTORY, Rights.ALL, 4) > 0);
  }

  @Test
  void path_open_with_a_bad_result_pointer_creates_nothing() {
    int path = rig.text("tmp/new");
    assertEquals(Errno.FAULT, rig.call("path_open", 3, 0, path, 7, Rig.CREAT, 0, 0, 0, -4));
    assertEquals(List.of(".", ".."), rig.names("tmp"));
    assertEquals(4, rig.opened("tmp", 0, 0));
  }

  @Test
  void path_create_directory_makes_one() {
    assertEquals(0, mkdir("tmp/d"));
    assertEquals(0, mkdir("tmp/d/e/"));
    assertEquals(3, rig.stat("tmp/d/e", 0).type());

    assertEquals(Errno.EXIST, mkdir("tmp/d"));
    assertEquals(Errno.EXIST, mkdir("tmp/."));
    rig.file("tmp/f", "");
    assertEquals(Errno.EXIST, mkdir("tmp/f"));
    assertEquals(Errno.NOTDIR, mkdir("tmp/f/d"));
    assertEquals(Errno.NOENT, mkdir("tmp/x/d"));
    assertEquals(Errno.ROFS, mkdir("data/d"));
    assertEquals(Errno.ROFS, mkdir("d"));
    int fd = without(Rights.PATH_CREATE_DIRECTORY);
    assertEquals(Errno.NOTCAPABLE, rig.call("path_create_directory", fd, rig.text("x"), 1));
  }

  @Test
  void path_filestat_get_sees_the_link_or_what_it_leads_to() {
    rig.file("tmp/f", "abc");
    symlink("f", "tmp/link");
    assertEquals(7, rig.stat("tmp/link", 0).type());
    assertEquals(1, rig.stat("tmp/link", 0).size());
    assertEquals(rig.stat("tmp/f", 0), rig.stat("tmp/link", Rig.FOLLOW));
    assertNotEquals(rig.stat("tmp/f", 0).ino(), rig.stat("tmp/link", 0).ino());
    assertEquals(3, rig.stat("tmp/", 0).type());

    assertEquals(Errno.NOENT, stat("tmp/x", 0));
    assertEquals(Errno.NOTDIR, stat("tmp/f/", 0));
    assertEquals(Errno.NOTDIR, stat("tmp/link/", 0));
    assertEquals(Errno.INVAL, stat("tmp/f", 2));
    int fd = without(Rights.PATH_FILESTAT_GET);
    assertEquals(Errno.NOTCAPABLE, rig.call("path_filestat_get", fd, 0, rig.text("f"), 1, 128));
  }

  @Test
  void path_filestat_set_times_sets_those_of_the_link_or_of_what_it_leads_to() {
    rig.file("tmp/f", "abc");
    symlink("f", "tmp/link");
    assertEquals(0, times("tmp/link", 0, 111, 222, 1 | 4));
    assertEquals(222, rig.stat("tmp/link", 0).mtim());
    assertNotEquals(222, rig.stat("tmp/f", 0).mtim());
    assertEquals(0, times("tmp/link", Rig.FOLLOW, 0, 333, 4));
    assertEquals(333, rig.stat("tmp/f", 0).mtim());
    assertEquals(0, times("tmp/f", 0, 0, 0, 2 | 8));
    assertTrue(rig.stat("tmp/f", 0).mtim() > 333);

    assertEquals(Errno.INVAL, times("tmp/f", 0, 0, 0, 3));
    assertEquals(Errno.INVAL, times("tmp/f", 0, 0, 0, 12));
    assertEquals(Errno.INVAL, times("tmp/f", 2, 0, 0, 1));
    assertEquals(Errno.NOENT, times("tmp/x", 0, 0, 0, 1));
    assertEquals(Errno.NOTDIR, times("tmp/f/", 0, 0, 0, 1));
    assertEquals(Errno.ROFS, times("data/a.txt", 0, 0, 0, 1));
    int fd = without(Rights.PATH_FILESTAT_SET_TIMES);
    assertEquals(
        Errno.NOTCAPABLE, rig.call("path_filestat_set_times", fd, 0, rig.text("f"), 1, 0, 0, 1));
  }

  private int times(String path, int lookup, long atim, long mtim, int flags) {
    return rig.call(
        "path_filestat_set_times", 3, lookup, rig.text(path), Rig.size(path), atim, mtim, flags);
  }

  @Test
  void path_link_gives_a_file_another_name() {
    rig.file("tmp/f", "abc");
    mkdir("tmp/d");
    assertEquals(0, link("tmp/f", "tmp/d/g"));
    assertEquals(rig.stat("tmp/f", 0), rig.stat("tmp/d/g", 0));
    assertEquals(2, rig.stat("tmp/f", 0).nlink());
    assertEquals(0, unlink("tmp/f"));
    assertEquals("abc", rig.content("tmp/d/g"));
    symlink("nothing", "tmp/s");
    assertEquals(0, link("tmp/s", "tmp/t"));
    assertEquals(7, rig.stat("tmp/t", 0).type());

    assertEquals(Errno.PERM, link("tmp/d", "tmp/e"));
    assertEquals(Errno.EXIST, link("tmp/d/g", "tmp/d/g"));
    assertEquals(Errno.EXIST, link("tmp/d/g", "tmp/d"));
    assertEquals(Errno.EXIST, link("tmp/d/g", "tmp/s"));
    assertEquals(Errno.NOENT, link("tmp/d/g", "tmp/x/"));
    assertEquals(Errno.NOENT, link("tmp/none", "tmp/x"));
    assertEquals(Errno.NOTDIR, link("tmp/d/g/", "tmp/x"));
    assertEquals(Errno.XDEV, link("data/a.txt", "tmp/x"));
    assertEquals(Errno.ROFS, link("tmp/d/g", "data/x"));
    assertEquals(
        Errno.INVAL, rig.call("path_link", 3, 1, rig.text("tmp/s"), 5, 3, rig.text("tmp/x"), 5));
    int source = without(Rights.PATH_LINK_SOURCE);
    int target = without(Rights.PATH_LINK_TARGET);
    int f = rig.text("d/g");
    int x = rig.text("xyz");
    assertEquals(Errno.NOTCAPABLE, rig.call("path_link", source, 0, f, 3, target, x, 3));
    assertEquals(Errno.NOTCAPABLE, rig.call("path_link", target, 0, f, 3, target, x, 3));
    assertEquals(0, rig.call("path_link", target, 0, f, 3, source, x, 3));
  }

  @Test
  void path_symlink_takes_any_relative_target_but_no_taken_name() {
    mkdir("tmp/d");
    rig.file("tmp/f", "");
    assertEquals(0, symlink("../anything/../at all", "tmp/s"));
    assertEquals(Errno.NOTCAPABLE, symlink("/", "tmp/x"));
    assertEquals(Errno.NOTCAPABLE, symlink("/etc/passwd", "tmp/x"));
    assertEquals(Errno.NOENT, symlink("", "tmp/x"));
    assertEquals(Errno.NOENT, symlink("a", "tmp/x/"));
    assertEquals(Errno.EXIST, symlink("a", "tmp/d/"));
    assertEquals(Errno.EXIST, symlink("a", "tmp/d"));
    assertEquals(Errno.EXIST, symlink("a", "tmp/f"));
    assertEquals(Errno.EXIST, symlink("a", "tmp/s"));
    assertEquals(Errno.INVAL, symlink("a\0", "tmp/x"));
    assertEquals(Errno.NAMETOOLONG, symlink("a".repeat(4097), "tmp/x"));
    assertEquals(Errno.ROFS, symlink("a", "data/x"));
    int fd = without(Rights.PATH_SYMLINK);
    int a = rig.text("a");
    assertEquals(Errno.NOTCAPABLE, rig.call("path_symlink", a, 1, fd, a, 1));
  }

  @Test
  void path_readlink_gives_as_much_of_the_target_as_fits() {
    symlink("target", "tmp/s");
    rig.file("tmp/f", "");
    int path = rig.text("tmp/s");
    int buffer = rig.room(16);
    assertEquals(0, rig.call("path_readlink", 3, path, 5, buffer, 16, 64));
    assertEquals(6, rig.guest.getInt(64));
    assertEquals("target\0", rig.string(buffer, 7));
    assertEquals(0, rig.call("path_readlink", 3, path, 5, buffer + 8, 4, 64));
    assertEquals(4, rig.guest.getInt(64));
    assertEquals("targ\0", rig.string(buffer + 8, 5));
    assertEquals(0, rig.call("path_readlink", 3, path, 5, buffer, 0, 64));

    assertEquals(Errno.INVAL, rig.call("path_readlink", 3, rig.text("tmp/f"), 5, buffer, 4, 64));
    assertEquals(Errno.NOENT, rig.call("path_readlink", 3, rig.text("tmp/x"), 5, buffer, 4, 64));
    assertEquals(Errno.FAULT, rig.call("path_readlink", 3, path, 5, buffer, -1, 64));
    assertEquals(Errno.FAULT, rig.call("path_readlink", 3, path, 5, buffer, 4, -1));
    int fd = without(Rights.PATH_READLINK);
    assertEquals(Errno.NOTCAPABLE, rig.call("path_readlink", fd, path + 4, 1, buffer, 4, 64));
  }

  @Test
  void path_remove_directory_takes_empty_directories_only() {
    mkdir("tmp/d");
    mkdir("tmp/d/e");
    rig.file("tmp/f", "");
    symlink("d/e", "tmp/s");
    assertEquals(Errno.NOTEMPTY, rmdir("tmp/d"));
    assertEquals(Errno.NOTDIR, rmdir("tmp/f"));
    assertEquals(Errno.NOTDIR, rmdir("tmp/f/"));
    assertEquals(Errno.NOTDIR, rmdir("tmp/s"));
    assertEquals(Errno.NOTDIR, rmdir("tmp/s/"));
    assertEquals(Errno.NOENT, rmdir("tmp/x"));
    assertEquals(Errno.INVAL, rmdir("tmp/d/e/."));
    assertEquals(Errno.INVAL, rmdir("tmp/d/e/.."));
    assertEquals(Errno.ROFS, rmdir("tmp"));
    assertEquals(Errno.ROFS, rmdir("data"));
    assertEquals(0, rmdir("tmp/d/e/"));
    assertEquals(0, rmdir("tmp/d"));
    assertEquals(Errno.NOENT, lookup("tmp/d"));
    int fd = without(Rights.PATH_REMOVE_DIRECTORY);
    assertEquals(Errno.NOTCAPABLE, rig.call("path_remove_directory", fd, rig.text("f"), 1));
  }

  @Test
  void nothing_can_be_made_in_a_directory_that_is_gone() {
    mkdir("tmp/d");
    int fd = rig.opened("tmp/d", Rig.DIRECTORY, Rights.DIRECTORY);
    assertEquals(0, rmdir("tmp/d"));
    assertEquals(0, rig.stat(fd).nlink());
    assertEquals(-Errno.NOENT, rig.open(fd, 0, "f", Rig.CREAT, 0, 0, 0));
    assertEquals(Errno.NOENT, rig.call("path_create_directory", fd, rig.text("f"), 1));
    rig.file("tmp/f", "");
    int f = rig.text("tmp/f");
    assertEquals(Errno.NOENT, rig.call("path_rename", 3, f, 5, fd, f + 4, 1));
    assertEquals(0, mkdir("tmp/d"));
  }

  @Test
  void path_unlink_file_takes_files_and_links_but_no_directories() {
    mkdir("tmp/d");
    rig.file("tmp/f", "abc");
    symlink("f", "tmp/s");
    assertEquals(Errno.ISDIR, unlink("tmp/d"));
    assertEquals(Errno.ISDIR, unlink("tmp/d/"));
    assertEquals(Errno.ISDIR, unlink("tmp/."));
    assertEquals(Errno.NOTDIR, unlink("tmp/f/"));
    assertEquals(Errno.NOENT, unlink("tmp/x"));
    assertEquals(Errno.ROFS, unlink("data/a.txt"));
    int fd = rig.opened("tmp/f", 0, Rig.RO);
    assertEquals(0, unlink("tmp/s"));
    assertEquals(0, unlink("tmp/f"));
    assertEquals("abc", rig.read(fd, 10));
    assertEquals(0, rig.stat(fd).nlink());
    int dir = without(Rights.PATH_UNLINK_FILE);
    assertEquals(Errno.NOTCAPABLE, rig.call("path_unlink_file", dir, rig.text("f"), 1));
  }

  @Test
  void path_rename_follows_posix() {
    mkdir("tmp/d");
    mkdir("tmp/empty");
    mkdir("tmp/full");
    rig.file("tmp/full/x", "");
    rig.file("tmp/f", "f");
    rig.file("tmp/g", "g");
    assertEquals(Errno.NOTEMPTY, rename("tmp/d", "tmp/full"));
    assertEquals(Errno.NOTDIR, rename("tmp/d", "tmp/full/x"));
    assertEquals(Errno.ISDIR, rename("tmp/f", "tmp/empty"));
    assertEquals(Errno.NOTDIR, rename("tmp/f/", "tmp/h"));
    assertEquals(Errno.NOTDIR, rename("tmp/f", "tmp/h/"));
    assertEquals(Errno.NOENT, rename("tmp/none", "tmp/h"));
    assertEquals(Errno.NOENT, rename("tmp/f", "tmp/none/h"));
    assertEquals(Errno.INVAL, rename("tmp/full", "tmp/full/y"));
    assertEquals(Errno.NOTDIR, rename("tmp/full", "tmp/full/x/../y"));
  }

  @Test
  void path_rename_moves_and_replaces() {
    mkdir("tmp/d");
    mkdir("tmp/empty");
    rig.file("tmp/f", "f");
    rig.file("tmp/g", "g");
    assertEquals(0, rename("tmp/f", "tmp/g"));
    assertEquals("f", rig.content("tmp/g"));
    assertEquals(Errno.NOENT, lookup("tmp/f"));
    assertEquals(0, rename("tmp/g", "tmp/d/g"));
    assertEquals(0, rename("tmp/d/", "tmp/empty"));
    assertEquals("f", rig.content("tmp/empty/g"));
    assertEquals(0, rename("tmp/empty", "tmp/new/"));
    assertEquals(rig.stat("tmp", 0).ino(), parentInode("tmp/new"));
    mkdir("tmp/deep");
    assertEquals(0, rename("tmp/new", "tmp/deep/new"));
    assertEquals(rig.stat("tmp/deep", 0).ino(), parentInode("tmp/deep/new"));
    assertEquals(Errno.INVAL, rename("tmp/deep", "tmp/deep/new/deep"));
    assertEquals(0, rename("tmp/deep", "tmp/deep"));
    link("tmp/deep/new/g", "tmp/same");
    assertEquals(0, rename("tmp/same", "tmp/deep/new/g"));
    assertEquals("f", rig.content("tmp/same"));
    symlink("nowhere", "tmp/s");
    assertEquals(0, rename("tmp/s", "tmp/t"));
    assertEquals(7, rig.stat("tmp/t", 0).type());
  }

  @Test
  void path_rename_needs_rights_names_and_scratch() {
    rig.file("tmp/f", "f");
    assertEquals(Errno.BUSY, rename("tmp/.", "tmp/x"));
    assertEquals(Errno.BUSY, rename("tmp/f", "tmp/.."));
    assertEquals(Errno.ROFS, rename("data/a.txt", "tmp/a"));
    assertEquals(Errno.ROFS, rename("tmp/f", "data/f"));
    assertEquals(Errno.ROFS, rename("tmp", "other"));
    int source = without(Rights.PATH_RENAME_SOURCE);
    int target = without(Rights.PATH_RENAME_TARGET);
    int f = rig.text("f");
    assertEquals(Errno.NOTCAPABLE, rig.call("path_rename", source, f, 1, source, f, 1));
    assertEquals(Errno.NOTCAPABLE, rig.call("path_rename", target, f, 1, target, f, 1));
    assertEquals(0, rig.call("path_rename", target, f, 1, source, f, 1));
  }

  private long parentInode(String path) {
    int fd = rig.opened(path, Rig.DIRECTORY, Rights.FD_READDIR);
    return rig.list(fd, 512).get(1).ino();
  }

  @Test
  void the_number_of_names_in_scratch_is_bounded() {
    var big = new Rig(Rig.request(TREE, "", Rig.limits(1, 1, 64 << 20)));
    int path = big.room(16);
    for (int i = 0; i < Files.MAX_NODES; i++) {
      var name = ("tmp/%08d".formatted(i)).getBytes();
      System.arraycopy(name, 0, big.guest.memory, path, 12);
      assertEquals(0, big.call("path_create_directory", 3, path, 12));
    }
    assertEquals(Errno.NOSPC, big.onPath("path_create_directory", "tmp/one-more"));
    assertEquals(0, big.onPath("path_remove_directory", "tmp/00000007"));
    assertEquals(0, big.onPath("path_create_directory", "tmp/one-more"));
  }
}
