package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/** {@code fd_read}, {@code fd_write} and their twins with an offset. */
final class TransferCalls {
  /** As {@code IOV_MAX} of POSIX hosts. */
  static final int MAX_VECTORS = 1024;

  private TransferCalls() {}

  static int read(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_READ)) return Errno.NOTCAPABLE;
    int result = guest.i32(3);
    long total = total(guest, result);
    if (total < 0) return Errno.INVAL;
    return switch (descriptor) {
      case Descriptor.OpenFolder _ -> Errno.ISDIR;
      case Descriptor.Stream _ -> {
        guest.charge(Math.min(total, wasi.stdinLeft()) * Price.BYTE);
        int vectors = guest.i32(1);
        int done = 0;
        for (int i = 0; i < guest.i32(2) && wasi.stdinLeft() > 0; i++) {
          int pointer = guest.getInt(vectors + 8 * i);
          long length = Integer.toUnsignedLong(guest.getInt(vectors + 8 * i + 4));
          done += wasi.readStdin(guest, pointer, length);
        }
        guest.putInt(result, done);
        yield Errno.SUCCESS;
      }
      case Descriptor.OpenFile open -> {
        int done = readFile(guest, open.file, open.offset, total);
        guest.putInt(result, done);
        open.offset += done;
        yield Errno.SUCCESS;
      }
    };
  }

  static int pread(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_READ | Rights.FD_SEEK)) return Errno.NOTCAPABLE;
    if (!(descriptor instanceof Descriptor.OpenFile open)) return Errno.SPIPE;
    long total = total(guest, guest.i32(4));
    if (total < 0 || guest.i64(3) < 0) return Errno.INVAL;
    guest.putInt(guest.i32(4), readFile(guest, open.file, guest.i64(3), total));
    return Errno.SUCCESS;
  }

  private static int readFile(Guest guest, Node.RegularFile file, long offset, long total) {
    if (offset >= file.length) return 0;
    int at = (int) offset;
    guest.charge(Math.min(total, file.length - at) * Price.BYTE);
    int vectors = guest.i32(1);
    for (int i = 0; i < guest.i32(2) && at < file.length; i++) {
      int pointer = guest.getInt(vectors + 8 * i);
      long length = Integer.toUnsignedLong(guest.getInt(vectors + 8 * i + 4));
      int n = (int) Math.min(length, file.length - at);
      guest.write(pointer, file.content, at, n);
      at += n;
    }
    return at - (int) offset;
  }

  static int write(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_WRITE)) return Errno.NOTCAPABLE;
    int result = guest.i32(3);
    long total = total(guest, result);
    if (total < 0) return Errno.INVAL;
    return switch (descriptor) {
      case Descriptor.OpenFolder _ -> Errno.ISDIR;
      case Descriptor.Stream stream -> {
        guest.charge(total * Price.BYTE);
        writeStream(wasi, guest, stream.which, total);
        guest.putInt(result, (int) total);
        yield Errno.SUCCESS;
      }
      case Descriptor.OpenFile open -> {
        boolean appends = (open.flags & Descriptor.OpenFile.APPEND) != 0;
        long offset = appends ? open.file.length : open.offset;
        int errno = writeFile(wasi, guest, open.file, offset, total);
        if (errno != Errno.SUCCESS) yield errno;
        open.offset = offset + total;
        guest.putInt(result, (int) total);
        yield Errno.SUCCESS;
      }
    };
  }

  /** At the offset given, with the append flag too: that is POSIX, Linux differs. */
  static int pwrite(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_WRITE | Rights.FD_SEEK)) return Errno.NOTCAPABLE;
    if (!(descriptor instanceof Descriptor.OpenFile open)) return Errno.SPIPE;
    long total = total(guest, guest.i32(4));
    if (total < 0 || guest.i64(3) < 0) return Errno.INVAL;
    int errno = writeFile(wasi, guest, open.file, guest.i64(3), total);
    if (errno == Errno.SUCCESS) guest.putInt(guest.i32(4), (int) total);
    return errno;
  }

  private static void writeStream(
      Wasi wasi, Guest guest, Descriptor.Stream.Which which, long total) {
    boolean output = which == Descriptor.Stream.Which.OUTPUT;
    if (output) wasi.admitOutput(total);
    int vectors = guest.i32(1);
    for (int i = 0; i < guest.i32(2); i++) {
      int pointer = guest.getInt(vectors + 8 * i);
      int length = guest.getInt(vectors + 8 * i + 4);
      if (output) wasi.writeStdout(guest, pointer, length);
      else wasi.stderrSink().take(guest, pointer, length);
    }
  }

  private static int writeFile(
      Wasi wasi, Guest guest, Node.RegularFile file, long offset, long total) {
    if (total == 0) return Errno.SUCCESS;
    if (!file.writable) return Errno.ROFS;
    long end = offset + total;
    if (end < 0) return Errno.FBIG;
    if (file.shared || end > file.length) {
      int errno = wasi.files().resize(guest, file, Math.max(end, file.length));
      if (errno != Errno.SUCCESS) return errno;
    }
    guest.charge(total * Price.BYTE);
    int vectors = guest.i32(1);
    int at = (int) offset;
    for (int i = 0; i < guest.i32(2); i++) {
      int length = guest.getInt(vectors + 8 * i + 4);
      guest.read(guest.getInt(vectors + 8 * i), file.content, at, length);
      at += length;
    }
    file.touched(wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  /**
   * Checks the vectors (argument 1, their number argument 2) and where the result goes, and pays
   * for them.
   *
   * @return the bytes they have together, or -1 for too many vectors or bytes
   */
  private static long total(Guest guest, int result) {
    int vectors = guest.i32(1);
    int count = guest.i32(2);
    if (count < 0 || count > MAX_VECTORS) return -1;
    guest.check(vectors, 8 * count);
    guest.check(result, 4);
    guest.charge(count * Price.VECTOR);
    long total = 0;
    for (int i = 0; i < count; i++) {
      int length = guest.getInt(vectors + 8 * i + 4);
      guest.check(guest.getInt(vectors + 8 * i), length);
      total += Integer.toUnsignedLong(length);
    }
    return total <= Integer.MAX_VALUE ? total : -1;
  }
}
