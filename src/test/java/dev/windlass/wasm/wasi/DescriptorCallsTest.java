package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One table a function: what it does, then each of its errors. */
class DescriptorCallsTest {
  private static final FileTree TREE =
      FileTree.of(Map.of("data/a.txt", Bytes.utf8("packaged"), "data/b", Bytes.EMPTY));

  private final Rig rig = new Rig(TREE);

  private int file(long rights) {
    return rig.opened("tmp/f", Rig.CREAT, rights);
  }

  private long fdstat(int fd, int offset) {
    assertEquals(0, rig.call("fd_fdstat_get", fd, 128));
    return rig.guest.getLong(128 + offset);
  }

  @Test
  void fd_advise_changes_nothing_and_knows_its_arguments() {
    int fd = file(Rig.RW);
    for (int advice = 0; advice <= 5; advice++)
      assertEquals(0, rig.call("fd_advise", fd, 0, 10, advice));
    assertEquals(0, rig.stat(fd).size());

    assertEquals(Errno.INVAL, rig.call("fd_advise", fd, 0, 10, 6));
    assertEquals(Errno.INVAL, rig.call("fd_advise", fd, -1, 10, 0));
    assertEquals(Errno.INVAL, rig.call("fd_advise", fd, Long.MAX_VALUE, 10, 0));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_advise", Rig.ROOT, 0, 10, 0));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_advise", file(Rights.FD_READ), 0, 10, 0));
  }

  @Test
  void fd_allocate_makes_a_file_longer_but_never_shorter() {
    int fd = file(Rig.RW);
    assertEquals(0, rig.call("fd_allocate", fd, 0, 100));
    assertEquals(0, rig.call("fd_allocate", fd, 10, 10));
    assertEquals(100, rig.stat(fd).size());
    assertEquals(0, rig.call("fd_allocate", fd, 90, 20));
    assertEquals(110, rig.stat(fd).size());

    assertEquals(Errno.INVAL, rig.call("fd_allocate", fd, 0, 0));
    assertEquals(Errno.INVAL, rig.call("fd_allocate", fd, -1, 1));
    assertEquals(Errno.FBIG, rig.call("fd_allocate", fd, 1, Long.MAX_VALUE));
    assertEquals(Errno.FBIG, rig.call("fd_allocate", fd, 1L << 40, 1));
    assertEquals(Errno.NOSPC, rig.call("fd_allocate", fd, 0, 2 << 20));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_allocate", Rig.ROOT, 0, 1));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_allocate", file(Rights.FD_WRITE), 0, 1));
    int packaged = rig.opened("data/a.txt", 0, Rights.FD_ALLOCATE);
    assertEquals(Errno.ROFS, rig.call("fd_allocate", packaged, 0, 100));
    assertEquals(110, rig.stat(fd).size());
  }

  @Test
  void fd_close_frees_the_number_and_the_lowest_free_one_is_given_next() {
    int one = file(Rig.RW);
    int two = file(Rig.RW);
    assertEquals(List.of(4, 5), List.of(one, two));

    assertEquals(0, rig.call("fd_close", one));
    assertEquals(Errno.BADF, rig.call("fd_close", one));
    assertEquals(4, file(Rig.RW));
    assertEquals(0, rig.call("fd_close", Rig.ROOT));
    assertEquals(0, rig.call("fd_close", 0));
    assertEquals(Errno.BADF, rig.call("fd_prestat_get", Rig.ROOT, 128));
  }

  @Test
  void the_number_of_open_descriptors_is_bounded() {
    for (int fd = 4; fd < Descriptors.MAX; fd++) assertEquals(fd, file(Rig.RW));

    assertEquals(-Errno.MFILE, rig.open("tmp/f", Rig.CREAT, Rig.RW));
    assertEquals(-Errno.MFILE, rig.open("tmp/other", Rig.CREAT, Rig.RW));

    assertEquals(List.of(".", "..", "f"), closeOneAndList());
  }

  private List<String> closeOneAndList() {
    rig.call("fd_close", 100);
    return rig.names("tmp");
  }

  @Test
  void fd_sync_and_datasync_need_their_rights_and_do_nothing_else() {
    assertEquals(0, rig.call("fd_sync", file(Rights.FD_SYNC)));
    assertEquals(0, rig.call("fd_datasync", file(Rights.FD_DATASYNC)));
    assertEquals(0, rig.call("fd_sync", Rig.ROOT));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_sync", file(Rights.FD_DATASYNC)));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_datasync", file(Rights.FD_SYNC)));
  }

  @Test
  void fd_fdstat_get_tells_type_flags_and_rights() {
    int fd = rig.open(Rig.ROOT, 0, "tmp/f", Rig.CREAT, Rig.RW, 0, 1 | 16);
    assertEquals(4 | 17 << 16, fdstat(fd, 0));
    assertEquals(Rig.RW, fdstat(fd, 8));
    assertEquals(0, fdstat(fd, 16));
    assertEquals(3, fdstat(Rig.ROOT, 0));
    assertEquals(Rights.DIRECTORY, fdstat(Rig.ROOT, 8));
    assertEquals(Rights.ALL, fdstat(Rig.ROOT, 16));
    assertEquals(2, fdstat(0, 0));
    assertEquals(Rights.STREAM | Rights.FD_READ, fdstat(0, 8));
    assertEquals(Rights.STREAM | Rights.FD_WRITE, fdstat(1, 8));
    assertEquals(Rights.STREAM | Rights.FD_WRITE, fdstat(2, 8));
    assertEquals(Errno.FAULT, rig.call("fd_fdstat_get", fd, (1 << 20) - 23));
  }

  @Test
  void a_directory_never_gets_rights_that_only_a_file_has() {
    int fd = rig.opened("tmp", Rig.DIRECTORY, Rights.FD_SEEK | Rights.FD_READ | Rights.FD_READDIR);
    assertEquals(Rights.FD_READDIR, fdstat(fd, 8));
  }

  @Test
  void fd_fdstat_set_flags_turns_appending_on_and_off() {
    int fd = file(Rig.RW);
    rig.write(fd, "aaaa");
    assertEquals(0, rig.call("fd_fdstat_set_flags", fd, 1));
    rig.call("fd_seek", fd, 0, 0, 64);
    rig.write(fd, "b");
    assertEquals("aaaab", rig.content("tmp/f"));
    assertEquals(0, rig.call("fd_fdstat_set_flags", fd, 0));
    rig.call("fd_seek", fd, 0, 0, 64);
    rig.write(fd, "c");
    assertEquals("caaab", rig.content("tmp/f"));

    assertEquals(Errno.INVAL, rig.call("fd_fdstat_set_flags", fd, 32));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_fdstat_set_flags", file(Rights.FD_WRITE), 1));
    assertEquals(0, rig.call("fd_fdstat_set_flags", 0, 4));
  }

  @Test
  void fd_fdstat_set_rights_takes_away_and_never_gives() {
    int fd = file(Rig.RW);
    rig.write(fd, "abc");
    long less = Rig.RW & ~Rights.FD_WRITE;
    assertEquals(0, rig.call("fd_fdstat_set_rights", fd, less, 0));
    assertEquals(-Errno.NOTCAPABLE, rig.write(fd, "d"));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_fdstat_set_rights", fd, Rig.RW, 0));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_fdstat_set_rights", fd, less, 1));
    assertEquals(less, fdstat(fd, 8));

    int dir = rig.opened("tmp", Rig.DIRECTORY, Rights.PATH_OPEN);
    assertEquals(0, rig.call("fd_fdstat_set_rights", dir, Rights.PATH_OPEN, Rights.FD_READ));
    assertEquals(-Errno.NOTCAPABLE, rig.open(dir, 0, "f", 0, Rights.FD_WRITE, 0, 0));
    assertTrue(rig.open(dir, 0, "f", 0, Rights.FD_READ, 0, 0) > 0);
  }

  @Test
  void fd_filestat_get_tells_what_the_descriptor_is_open_on() {
    int fd = file(Rig.RW);
    rig.write(fd, "abc");
    var stat = rig.stat(fd);
    assertEquals(List.of(4L, 1L, 3L), List.of(stat.type(), stat.nlink(), stat.size()));
    assertTrue(stat.mtim() >= Rig.NOW * 1_000_000 && stat.atim() >= Rig.NOW * 1_000_000);
    assertEquals(stat, rig.stat("tmp/f", 0));
    assertEquals(3, rig.stat(Rig.ROOT).type());
    assertEquals(2, rig.stat(1).type());
    var one = rig.stat("data/a.txt", 0);
    var two = rig.stat("data/b", 0);
    assertEquals(one.dev(), two.dev());
    assertNotEquals(one.ino(), two.ino());
    assertEquals(0, one.mtim());

    assertEquals(Errno.NOTCAPABLE, rig.call("fd_filestat_get", file(Rights.FD_READ), 128));
    assertEquals(Errno.FAULT, rig.call("fd_filestat_get", fd, (1 << 20) - 63));
  }

  @Test
  void fd_filestat_set_size_cuts_and_fills_with_zeros() {
    int fd = file(Rig.RW);
    rig.write(fd, "abcdef");
    assertEquals(0, rig.call("fd_filestat_set_size", fd, 2));
    assertEquals(0, rig.call("fd_filestat_set_size", fd, 4));
    assertEquals("ab\0\0", rig.content("tmp/f"));

    assertEquals(Errno.FBIG, rig.call("fd_filestat_set_size", fd, -1));
    assertEquals(Errno.FBIG, rig.call("fd_filestat_set_size", fd, 1L << 32));
    assertEquals(Errno.NOSPC, rig.call("fd_filestat_set_size", fd, 1 << 20));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_filestat_set_size", Rig.ROOT, 0));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_filestat_set_size", file(Rights.FD_WRITE), 0));
    int packaged = rig.opened("data/a.txt", 0, Rights.FD_FILESTAT_SET_SIZE);
    assertEquals(Errno.ROFS, rig.call("fd_filestat_set_size", packaged, 0));
  }

  @Test
  void fd_filestat_set_times_sets_what_the_flags_say() {
    int fd = file(Rig.RW);
    var before = rig.stat(fd);
    assertEquals(0, rig.call("fd_filestat_set_times", fd, 111, 222, 4));
    assertEquals(222, rig.stat(fd).mtim());
    assertEquals(before.atim(), rig.stat(fd).atim());
    assertEquals(0, rig.call("fd_filestat_set_times", fd, 111, 333, 1 | 8));
    assertEquals(111, rig.stat(fd).atim());
    assertTrue(rig.stat(fd).mtim() >= before.mtim());

    for (int flags : new int[] {3, 12, 16, -1})
      assertEquals(Errno.INVAL, rig.call("fd_filestat_set_times", fd, 0, 0, flags));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_filestat_set_times", 1, 0, 0, 2));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_filestat_set_times", file(1), 0, 0, 2));
    assertEquals(Errno.ROFS, rig.call("fd_filestat_set_times", Rig.ROOT, 0, 0, 2));
  }

  @Test
  void the_only_preopened_directory_is_the_root_on_3() {
    assertEquals(0, rig.call("fd_prestat_get", 3, 128));
    assertEquals(List.of(0, 1), List.of(rig.guest.getInt(128), rig.guest.getInt(132)));
    assertEquals(0, rig.call("fd_prestat_dir_name", 3, 136, 1));
    assertEquals('/', rig.guest.getByte(136));
    assertEquals(0, rig.call("fd_prestat_dir_name", 3, 136, 8));
    assertEquals(0, rig.guest.getByte(137));

    assertEquals(Errno.NAMETOOLONG, rig.call("fd_prestat_dir_name", 3, 136, 0));
    int dir = rig.opened("tmp", Rig.DIRECTORY, 0);
    for (int fd : new int[] {0, 1, 2, dir, file(Rig.RW)}) {
      assertEquals(Errno.BADF, rig.call("fd_prestat_get", fd, 128));
      assertEquals(Errno.BADF, rig.call("fd_prestat_dir_name", fd, 136, 1));
    }
  }

  @Test
  void fd_renumber_replaces_an_open_number_and_frees_the_old_one() {
    int from = file(Rig.RW);
    rig.write(from, "abc");
    int to = rig.opened("tmp/g", Rig.CREAT, Rig.RW);
    assertEquals(0, rig.call("fd_renumber", from, to));
    assertEquals(3, rig.stat(to).size());
    assertEquals(Errno.BADF, rig.call("fd_close", from));
    assertEquals(Errno.BADF, rig.call("fd_renumber", to, from));
    assertEquals(Errno.BADF, rig.call("fd_renumber", from, to));
    assertEquals(0, rig.call("fd_renumber", to, to));
    assertEquals(0, rig.call("fd_renumber", 1, to));
    assertEquals(5, rig.write(to, "hello"));
    assertEquals("hello", rig.wasi.stdout().utf8());
    assertEquals(-Errno.BADF, rig.write(1, "x"));
  }

  @Test
  void fd_seek_and_tell_move_and_say_where_and_refuse_what_is_before_the_start() {
    int fd = file(Rig.RW);
    rig.write(fd, "0123456789");
    assertEquals(10, tell(fd));
    assertEquals(6, seek(fd, -4, 1));
    assertEquals("6789", rig.read(fd, 10));
    assertEquals(3, seek(fd, -7, 2));
    assertEquals(2000, seek(fd, 2000, 0));
    assertEquals("", rig.read(fd, 10));
    assertEquals(-Errno.INVAL, seek(fd, -2001, 1));
    assertEquals(-Errno.INVAL, seek(fd, 0, 3));
    assertEquals(-Errno.OVERFLOW, seek(fd, Long.MAX_VALUE, 1));
    assertEquals(2000, tell(fd));
    assertEquals(Errno.FAULT, rig.call("fd_seek", fd, 0, 0, -8));
    assertEquals(2000, tell(fd));

    for (int stream = 0; stream < 3; stream++) {
      assertEquals(-Errno.SPIPE, seek(stream, 0, 1));
      assertEquals(-Errno.SPIPE, tell(stream));
    }
    assertEquals(-Errno.NOTCAPABLE, seek(Rig.ROOT, 0, 1));
    assertEquals(-Errno.NOTCAPABLE, tell(Rig.ROOT));
    assertEquals(-Errno.NOTCAPABLE, tell(file(Rights.FD_READ)));
    int tells = file(Rights.FD_TELL);
    assertEquals(0, tell(tells));
    assertEquals(0, seek(tells, 0, 1));
    assertEquals(-Errno.NOTCAPABLE, seek(tells, 0, 0));
    assertEquals(0, tell(file(Rights.FD_SEEK)));
  }

  private long seek(int fd, long offset, int whence) {
    int errno = rig.call("fd_seek", fd, offset, whence, 128);
    return errno == 0 ? rig.guest.getLong(128) : -errno;
  }

  private long tell(int fd) {
    int errno = rig.call("fd_tell", fd, 128);
    return errno == 0 ? rig.guest.getLong(128) : -errno;
  }

  @Test
  void fd_readdir_lists_dot_dotdot_and_the_sorted_names_with_their_inodes() {
    rig.file("tmp/b", "1");
    rig.onPath("path_create_directory", "tmp/a");
    rig.file("tmp/ü", "1");
    int fd = rig.opened("tmp", Rig.DIRECTORY, Rights.FD_READDIR);

    var entries = rig.list(fd, 4096);

    assertEquals(List.of(".", "..", "a", "b", "ü"), entries.stream().map(Rig.Entry::name).toList());
    assertEquals(List.of(3, 3, 3, 4, 4), entries.stream().map(Rig.Entry::type).toList());
    assertEquals(rig.stat("tmp", 0).ino(), entries.get(0).ino());
    assertEquals(rig.stat(Rig.ROOT).ino(), entries.get(1).ino());
    assertEquals(rig.stat("tmp/b", 0).ino(), entries.get(3).ino());
    assertEquals(List.of(".", "..", "data", "tmp"), rig.names("."));
    assertEquals(List.of(".", "..", "a.txt", "b"), rig.names("data"));
  }

  @Test
  void fd_readdir_cuts_the_last_entry_where_the_buffer_ends() {
    rig.file("tmp/name", "1");
    int fd = rig.opened("tmp", Rig.DIRECTORY, Rights.FD_READDIR);
    int all = 24 + 1 + 24 + 2 + 24 + 4;
    for (int room = 0; room <= all + 3; room++) {
      int buffer = rig.room(room + 1);
      rig.guest.putByte(buffer + room, (byte) 99);
      assertEquals(0, rig.call("fd_readdir", fd, buffer, room, 0, 64));
      assertEquals(Math.min(room, all), rig.guest.getInt(64));
      assertEquals(99, rig.guest.getByte(buffer + room));
    }
    assertEquals(3, rig.list(fd, 28).size());
  }

  @Test
  void a_cookie_means_the_same_while_names_come_and_go() {
    for (int i = 0; i < 1000; i++) rig.file("tmp/file." + i, "");
    int fd = rig.opened("tmp", Rig.DIRECTORY, Rights.FD_READDIR);
    assertEquals(1002, rig.list(fd, 256).size());

    int buffer = rig.room(256);
    rig.call("fd_readdir", fd, buffer, 256, 0, 64);
    var gone = IntStream.range(0, 1000).filter(i -> i % 2 == 0).toArray();
    for (int i : gone) assertEquals(0, rig.onPath("path_unlink_file", "tmp/file." + i));
    rig.file("tmp/aaa", "");
    int seen = 0;
    long cookie = 2;
    while (true) {
      assertEquals(0, rig.call("fd_readdir", fd, buffer, 256, cookie, 64));
      int used = rig.guest.getInt(64);
      for (int at = 0; at + 24 <= used && at + 24 + rig.guest.getInt(buffer + at + 16) <= used; ) {
        cookie = rig.guest.getLong(buffer + at);
        at += 24 + rig.guest.getInt(buffer + at + 16);
        seen++;
      }
      if (used < 256) break;
    }
    assertEquals(500, seen);
    assertEquals(503, rig.list(fd, 256).size());
    assertEquals(0, rig.call("fd_readdir", fd, buffer, 256, 5000, 64));
    assertEquals(0, rig.guest.getInt(64));
    assertEquals(0, rig.call("fd_readdir", fd, buffer, 256, -1, 64));
    assertEquals(0, rig.guest.getInt(64));
  }

  @Test
  void fd_readdir_needs_a_directory_its_right_and_memory() {
    assertEquals(Errno.NOTDIR, rig.call("fd_readdir", file(Rig.RW), 128, 100, 0, 64));
    assertEquals(Errno.NOTDIR, rig.call("fd_readdir", 0, 128, 100, 0, 64));
    int dir = rig.opened("tmp", Rig.DIRECTORY, Rights.PATH_OPEN);
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_readdir", dir, 128, 100, 0, 64));
    assertEquals(Errno.FAULT, rig.call("fd_readdir", Rig.ROOT, 128, -1, 0, 64));
    assertEquals(Errno.FAULT, rig.call("fd_readdir", Rig.ROOT, 128, 100, 0, -2));
  }
}
