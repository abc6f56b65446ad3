package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.wasm.GuestEnd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransferCallsTest {
  private static final FileTree TREE = FileTree.of(Map.of("a.txt", Bytes.utf8("packaged")));

  private final Rig rig = new Rig(Rig.request(TREE, "request body", Rig.limits(10, 8, 1 << 20)));

  private int vectors(int... pointersAndLengths) {
    int at = rig.room(4 * pointersAndLengths.length);
    for (int i = 0; i < pointersAndLengths.length; i++)
      rig.guest.putInt(at + 4 * i, pointersAndLengths[i]);
    return at;
  }

  private int file() {
    return rig.opened("tmp/f", Rig.CREAT, Rig.RW);
  }

  @Test
  void stdin_is_the_request_body_in_pieces_and_then_its_end() {
    int buffer = rig.room(64);
    int vectors = vectors(buffer, 3, buffer + 10, 0, buffer + 20, 5);

    assertEquals(0, rig.call("fd_read", 0, vectors, 3, 64));

    assertEquals(8, rig.guest.getInt(64));
    assertEquals("req", rig.string(buffer, 3));
    assertEquals("uest ", rig.string(buffer + 20, 5));
    assertEquals("body", rig.read(0, 100));
    assertEquals("", rig.read(0, 100));
  }

  @Test
  void stdout_and_stderr_are_kept_apart_and_gathered_from_vectors() {
    int text = rig.text("abcdef");
    int vectors = vectors(text + 3, 3, text, 3);

    assertEquals(0, rig.call("fd_write", 1, vectors, 2, 64));
    assertEquals(6, rig.guest.getInt(64));
    assertEquals(2, rig.write(2, "no"));

    assertEquals("defabc", rig.wasi.stdout().utf8());
    assertEquals("no", rig.wasi.stderr().utf8());
    assertEquals(0, rig.wasi.stderrDropped());
  }

  @Test
  void stdout_beyond_its_bound_ends_the_run_and_says_so() {
    assertEquals(10, rig.write(1, "0123456789"));
    assertEquals(0, rig.write(1, ""));
    assertFalse(rig.wasi.outputOverflowed());

    assertThrows(GuestEnd.class, () -> rig.write(1, "x"));

    assertTrue(rig.wasi.outputOverflowed());
    assertFalse(rig.wasi.exited());
    assertEquals(10, rig.wasi.stdout().size());
  }

  @Test
  void stderr_keeps_its_first_bytes_and_counts_the_rest() {
    assertEquals(6, rig.write(2, "abcdef"));
    assertEquals(6, rig.write(2, "ghijkl"));
    assertEquals(3, rig.write(2, "mno"));

    assertEquals("abcdefgh", rig.wasi.stderr().utf8());
    assertEquals(7, rig.wasi.stderrDropped());
  }

  @Test
  void fd_read_and_write_move_the_offset_and_pread_and_pwrite_do_not() {
    int fd = file();
    assertEquals(6, rig.write(fd, "abcdef"));
    int buffer = rig.text("XYZ");
    assertEquals(0, rig.call("fd_pwrite", fd, vectors(buffer, 3), 1, 2, 64));
    assertEquals(3, rig.guest.getInt(64));
    assertEquals(0, rig.call("fd_tell", fd, 72));
    assertEquals(6, rig.guest.getLong(72));
    int room = rig.room(16);
    assertEquals(0, rig.call("fd_pread", fd, vectors(room, 1, room + 8, 8), 2, 3, 64));
    assertEquals(3, rig.guest.getInt(64));
    assertEquals("Y", rig.string(room, 1));
    assertEquals("Zf\0", rig.string(room + 8, 3));
    assertEquals(0, rig.call("fd_pread", fd, vectors(room, 1), 1, 600, 64));
    assertEquals(0, rig.guest.getInt(64));
    assertEquals("abXYZf", rig.content("tmp/f"));
  }

  @Test
  void writing_past_the_end_fills_with_zeros() {
    int fd = file();
    rig.call("fd_seek", fd, 3, 0, 64);
    assertEquals(1, rig.write(fd, "x"));
    assertEquals("\0\0\0x", rig.content("tmp/f"));
  }

  @Test
  void the_append_flag_moves_writes_to_the_end_but_not_pwrite() {
    int fd = rig.open(Rig.ROOT, 0, "tmp/f", Rig.CREAT, Rig.RW, 0, 1);
    rig.write(fd, "ab");
    rig.call("fd_seek", fd, 0, 0, 64);
    rig.write(fd, "cd");
    assertEquals(0, rig.call("fd_tell", fd, 72));
    assertEquals(4, rig.guest.getLong(72));
    assertEquals(0, rig.call("fd_pwrite", fd, vectors(rig.text("X"), 1), 1, 0, 64));
    assertEquals("Xbcd", rig.content("tmp/f"));
  }

  @Test
  void rights_types_and_the_package_are_respected() {
    int reads = rig.opened("tmp/f", Rig.CREAT, Rights.FD_READ);
    int writes = rig.opened("tmp/f", 0, Rights.FD_WRITE);
    int vector = vectors(rig.room(8), 8);
    assertEquals(-Errno.NOTCAPABLE, rig.write(reads, "x"));
    assertEquals("errno " + Errno.NOTCAPABLE, rig.read(writes, 1));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_pread", reads, vector, 1, 0, 64));
    assertEquals(Errno.NOTCAPABLE, rig.call("fd_pwrite", writes, vector, 1, 0, 64));
    assertEquals(-Errno.NOTCAPABLE, rig.write(0, "x"));
    assertEquals("errno " + Errno.NOTCAPABLE, rig.read(1, 1));
    assertEquals(Errno.SPIPE, rig.call("fd_pread", 0, vector, 1, 0, 64));
    assertEquals(Errno.SPIPE, rig.call("fd_pwrite", 1, vector, 1, 0, 64));
    for (var call : List.of("fd_read", "fd_write"))
      assertEquals(Errno.NOTCAPABLE, rig.call(call, Rig.ROOT, vector, 1, 64));
    for (var call : List.of("fd_pread", "fd_pwrite"))
      assertEquals(Errno.NOTCAPABLE, rig.call(call, Rig.ROOT, vector, 1, 0, 64));
    assertEquals("packaged", rig.content("a.txt"));
    assertEquals(-Errno.ROFS, rig.open("a.txt", 0, Rig.RW));
    assertEquals(-Errno.ROFS, rig.open("a.txt", Rig.TRUNC, 0));
  }

  @Test
  void hostile_vectors_are_refused_before_anything_moves() {
    int fd = file();
    rig.write(fd, "abc");
    int good = rig.text("zzzz");
    int outside = vectors(good, 4, -4, 8);
    assertEquals(Errno.FAULT, rig.call("fd_write", fd, outside, 2, 64));
    assertEquals(Errno.FAULT, rig.call("fd_write", 1, outside, 2, 64));
    assertEquals(Errno.FAULT, rig.call("fd_write", fd, vectors(good, 4), 1, -1));
    assertEquals(Errno.FAULT, rig.call("fd_write", fd, -8, 2, 64));
    assertEquals(Errno.FAULT, rig.call("fd_read", 0, outside, 2, 64));
    assertEquals(Errno.INVAL, rig.call("fd_write", fd, good, 1025, 64));
    assertEquals(Errno.INVAL, rig.call("fd_read", 0, good, -1, 64));
    assertEquals(Errno.INVAL, rig.call("fd_pread", fd, vectors(good, 1), 1, -1, 64));
    assertEquals(Errno.INVAL, rig.call("fd_pwrite", fd, vectors(good, 1), 1, -1, 64));
    assertEquals(Errno.FBIG, rig.call("fd_pwrite", fd, vectors(good, 1), 1, Long.MAX_VALUE, 64));
    assertEquals(Errno.FBIG, rig.call("fd_pwrite", fd, vectors(good, 1), 1, 1L << 31, 64));
    assertEquals("abc", rig.content("tmp/f"));
    assertEquals("", rig.wasi.stdout().utf8());
    assertEquals("request body", rig.read(0, 100));
  }

  @Test
  void no_vectors_and_empty_ones_move_nothing() {
    int fd = file();
    assertEquals(0, rig.call("fd_write", fd, 128, 0, 64));
    assertEquals(0, rig.guest.getInt(64));
    assertEquals(0, rig.call("fd_write", fd, vectors(0, 0, 1 << 20, 0), 2, 64));
    assertEquals(0, rig.call("fd_read", 0, 128, 0, 64));
    assertEquals(0, rig.stat(fd).size());
  }

  @Test
  void bytes_are_paid_for() {
    int fd = file();
    int vector = vectors(4096, 50_000);
    long before = rig.guest.charged;
    assertEquals(0, rig.call("fd_write", fd, vector, 1, 64));
    long write = rig.guest.charged - before;
    rig.call("fd_seek", fd, 0, 0, 64);
    before = rig.guest.charged;
    assertEquals(0, rig.call("fd_read", fd, vector, 1, 64));
    long read = rig.guest.charged - before;

    assertEquals(Price.CALL + Price.VECTOR + 2 * 50_000 * Price.BYTE, write, "zeroed and copied");
    assertEquals(Price.CALL + Price.VECTOR + 50_000 * Price.BYTE, read);
  }

  @Test
  void scratch_bytes_are_bounded_and_come_back_when_files_go() {
    var small = new Rig(Rig.request(TREE, "", Rig.limits(10, 10, 2000)));
    int fd = small.opened("tmp/f", Rig.CREAT, Rig.RW);
    assertEquals(1000, small.write(fd, "x".repeat(1000)));
    assertEquals(-Errno.NOSPC, small.write(fd, "x".repeat(1000)));
    assertEquals(1000, small.stat(fd).size());
    assertEquals(-Errno.NOSPC, small.open("tmp/g", Rig.CREAT, Rig.RW));

    assertEquals(0, small.onPath("path_unlink_file", "tmp/f"));
    assertEquals(1000, small.stat(fd).size());
    assertEquals(0, small.call("fd_close", fd));
    int again = small.opened("tmp/h", Rig.CREAT, Rig.RW);
    assertEquals(900, small.write(again, "y".repeat(900)));
  }
}
