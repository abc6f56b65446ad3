package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.wasm.HostFunction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One run without an engine: calls functions by name, as a guest would. */
final class Rig {
  static final int CREAT = 1;
  static final int DIRECTORY = 2;
  static final int EXCL = 4;
  static final int TRUNC = 8;
  static final int FOLLOW = 1;
  static final int ROOT = 3;
  static final long RW =
      Rights.FILE; // all that applies to a file: what wasi-libc asks for with O_RDWR
  static final long RO = Rights.FD_READ | Rights.FD_SEEK | Rights.FD_TELL | Rights.FD_FILESTAT_GET;

  /** 2026-11-23T00:00:00Z. */
  static final long NOW = 1_795_392_000_000L;

  private static final Map<String, HostFunction<Wasi>> BY_NAME = byName();

  /** Where results and paths are put; the guest's buffers come from {@link #bytes}. */
  private static final int SCRATCH = 64;

  final FakeGuest guest = new FakeGuest(1 << 20);
  final Wasi wasi;
  private int top = 4096;

  Rig() {
    this(FileTree.EMPTY);
  }

  Rig(FileTree files) {
    this(request(files, "", limits(1 << 20, 1 << 20, 1 << 20)));
  }

  Rig(WasiRequest request) {
    wasi = new Wasi(request);
  }

  static WasiRequest request(FileTree files, String stdin, Limits limits) {
    var seed =
        new WasiSeed(Determinism.STRICT, NOW, Bytes.utf8("nonce"), Digest.of(Bytes.utf8("module")));
    return new WasiRequest(
        List.of("guest", "one"), List.of("A=1", "B=zwei"), Bytes.utf8(stdin), files, seed, limits);
  }

  static Limits limits(int output, int stderr, int scratch) {
    return new Limits(
        1_000_000, 1 << 20, 10, Duration.ofSeconds(1), 1 << 20, output, stderr, scratch, 0);
  }

  private static Map<String, HostFunction<Wasi>> byName() {
    var map = new TreeMap<String, HostFunction<Wasi>>();
    WasiFunctions.ALL.forEach(f -> map.put(f.name(), f));
    return map;
  }

  int call(String name, long... arguments) {
    var function = BY_NAME.get(name);
    guest.arguments(function.signature(), arguments);
    return function.body().call(wasi, guest);
  }

  /** Puts octets into guest memory that nothing else uses. */
  int bytes(byte[] octets) {
    int at = top;
    System.arraycopy(octets, 0, guest.memory, at, octets.length);
    top += octets.length + 7 & ~7;
    return at;
  }

  int text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  int room(int octets) {
    return bytes(new byte[octets]);
  }

  static int size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  int onPath(String name, String path) {
    return call(name, ROOT, text(path), size(path));
  }

  /** The new descriptor, or minus the errno. */
  int open(String path, int oflags, long rights) {
    return open(ROOT, FOLLOW, path, oflags, rights, Rights.ALL, 0);
  }

  int open(int fd, int lookup, String path, int oflags, long base, long inheriting, int fdflags) {
    int errno =
        call(
            "path_open",
            fd,
            lookup,
            text(path),
            size(path),
            oflags,
            base,
            inheriting,
            fdflags,
            SCRATCH);
    return errno == 0 ? guest.getInt(SCRATCH) : -errno;
  }

  int opened(String path, int oflags, long rights) {
    int fd = open(path, oflags, rights);
    if (fd < 0) throw new AssertionError(path + ": errno " + -fd);
    return fd;
  }

  /** Bytes written, or minus the errno. */
  int write(int fd, String text) {
    int vector = room(8);
    guest.putInt(vector, text(text));
    guest.putInt(vector + 4, size(text));
    int errno = call("fd_write", fd, vector, 1, SCRATCH);
    return errno == 0 ? guest.getInt(SCRATCH) : -errno;
  }

  String read(int fd, int most) {
    int vector = room(8);
    int buffer = room(most);
    guest.putInt(vector, buffer);
    guest.putInt(vector + 4, most);
    int errno = call("fd_read", fd, vector, 1, SCRATCH);
    if (errno != 0) return "errno " + errno;
    return string(buffer, guest.getInt(SCRATCH));
  }

  String string(int at, int length) {
    return new String(guest.memory, at, length, StandardCharsets.UTF_8);
  }

  void file(String path, String content) {
    int fd = opened(path, CREAT | TRUNC, RW);
    assertEquals(size(content), write(fd, content));
    assertEquals(0, call("fd_close", fd));
  }

  String content(String path) {
    int fd = open(path, 0, RO);
    if (fd < 0) return "errno " + -fd;
    var text = read(fd, 10_000);
    call("fd_close", fd);
    return text;
  }

  record FileStat(
      long dev, long ino, long type, long nlink, long size, long atim, long mtim, long ctim) {}

  FileStat stat(int fd) {
    int at = room(64);
    assertEquals(0, call("fd_filestat_get", fd, at));
    return statAt(at);
  }

  FileStat stat(String path, int lookup) {
    int at = room(64);
    int errno = call("path_filestat_get", ROOT, lookup, text(path), size(path), at);
    if (errno != 0) throw new AssertionError(path + ": errno " + errno);
    return statAt(at);
  }

  int statErrno(int fd, String path) {
    return call("path_filestat_get", fd, FOLLOW, text(path), size(path), room(64));
  }

  /** The name under which a folder is open from the start. */
  String preopened(int fd) {
    int stat = room(8);
    assertEquals(0, call("fd_prestat_get", fd, stat));
    int length = guest.getInt(stat + 4);
    int name = room(length);
    assertEquals(0, call("fd_prestat_dir_name", fd, name, length));
    return string(name, length);
  }

  private FileStat statAt(int at) {
    return new FileStat(
        guest.getLong(at),
        guest.getLong(at + 8),
        guest.getLong(at + 16),
        guest.getLong(at + 24),
        guest.getLong(at + 32),
        guest.getLong(at + 40),
        guest.getLong(at + 48),
        guest.getLong(at + 56));
  }

  record Entry(String name, long next, long ino, int type) {}

  /** All entries, read with a buffer of that size. */
  List<Entry> list(int fd, int room) {
    var entries = new ArrayList<Entry>();
    int buffer = room(room);
    long cookie = 0;
    while (true) {
      assertEquals(0, call("fd_readdir", fd, buffer, room, cookie, SCRATCH));
      int used = guest.getInt(SCRATCH);
      int at = 0;
      while (at + 24 <= used && at + 24 + guest.getInt(buffer + at + 16) <= used) {
        int here = buffer + at;
        int length = guest.getInt(here + 16);
        cookie = guest.getLong(here);
        entries.add(
            new Entry(
                string(here + 24, length),
                cookie,
                guest.getLong(here + 8),
                guest.getByte(here + 20)));
        at += 24 + length;
      }
      if (used < room) return entries;
      if (at == 0) throw new AssertionError("no entry fits into " + room);
    }
  }

  List<String> names(String path) {
    int fd = opened(path, DIRECTORY, Rights.FD_READDIR);
    var names = list(fd, 512).stream().map(Entry::name).toList();
    call("fd_close", fd);
    return names;
  }

  /** Gives the memory of {@link #bytes} back, but for the first 4 KiB of it. */
  void rewind() {
    top = 8192;
  }
}
