package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;
import java.nio.charset.StandardCharsets;

/** {@code fd_*} but for what moves bytes. */
final class DescriptorCalls {
  /** append, dsync, nonblock, rsync, sync: memory is always in step, so all may be set. */
  static final int FDFLAGS = 0x1f;

  private static final int LAST_ADVICE = 5;

  private DescriptorCalls() {}

  static int advise(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_ADVISE)) return Errno.NOTCAPABLE;
    if (Integer.compareUnsigned(guest.i32(3), LAST_ADVICE) > 0) return Errno.INVAL;
    long offset = guest.i64(1);
    long length = guest.i64(2);
    return offset < 0 || length < 0 || offset + length < 0 ? Errno.INVAL : Errno.SUCCESS;
  }

  static int allocate(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!(descriptor instanceof Descriptor.OpenFile open) || !open.may(Rights.FD_ALLOCATE))
      return Errno.NOTCAPABLE;
    long offset = guest.i64(1);
    long length = guest.i64(2);
    if (offset < 0 || length <= 0) return Errno.INVAL;
    if (offset + length < 0) return Errno.FBIG;
    if (!open.file.writable) return Errno.ROFS;
    return offset + length <= open.file.length
        ? Errno.SUCCESS
        : resize(wasi, guest, open.file, offset + length);
  }

  private static int resize(Wasi wasi, Guest guest, Node.RegularFile file, long size) {
    int errno = wasi.files().resize(guest, file, size);
    if (errno == Errno.SUCCESS) file.touched(wasi.clock().stamp());
    return errno;
  }

  static int close(Wasi wasi, Guest guest) {
    int fd = guest.i32(0);
    if (wasi.descriptors().get(fd) == null) return Errno.BADF;
    wasi.descriptors().close(fd, wasi.files());
    return Errno.SUCCESS;
  }

  static int sync(Wasi wasi, Guest guest, long right) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    return descriptor.may(right) ? Errno.SUCCESS : Errno.NOTCAPABLE;
  }

  static int fdstatGet(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    int at = guest.i32(1);
    guest.check(at, 24);
    guest.putLong(at, descriptor.type() | (long) descriptor.flags << 16);
    guest.putLong(at + 8, descriptor.base);
    guest.putLong(at + 16, descriptor.inheriting);
    return Errno.SUCCESS;
  }

  static int fdstatSetFlags(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_FDSTAT_SET_FLAGS)) return Errno.NOTCAPABLE;
    int flags = guest.i32(1);
    if ((flags & ~FDFLAGS) != 0) return Errno.INVAL;
    descriptor.flags = flags;
    return Errno.SUCCESS;
  }

  static int fdstatSetRights(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    long base = guest.i64(1);
    long inheriting = guest.i64(2);
    if ((base & ~descriptor.base) != 0 || (inheriting & ~descriptor.inheriting) != 0)
      return Errno.NOTCAPABLE;
    descriptor.base = base;
    descriptor.inheriting = inheriting;
    return Errno.SUCCESS;
  }

  static int filestatGet(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!descriptor.may(Rights.FD_FILESTAT_GET)) return Errno.NOTCAPABLE;
    return switch (descriptor) {
      case Descriptor.Stream stream -> Stat.write(guest, guest.i32(1), stream);
      case Descriptor.OpenFile open -> Stat.write(guest, guest.i32(1), open.file);
      case Descriptor.OpenFolder open -> Stat.write(guest, guest.i32(1), open.folder);
    };
  }

  static int filestatSetSize(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!(descriptor instanceof Descriptor.OpenFile open) || !open.may(Rights.FD_FILESTAT_SET_SIZE))
      return Errno.NOTCAPABLE;
    if (!open.file.writable) return Errno.ROFS;
    return resize(wasi, guest, open.file, guest.i64(1));
  }

  static int filestatSetTimes(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    var node = descriptor.node();
    if (node == null || !descriptor.may(Rights.FD_FILESTAT_SET_TIMES)) return Errno.NOTCAPABLE;
    if (!Stat.validTimes(guest.i32(3))) return Errno.INVAL;
    return Stat.setTimes(node, guest.i64(1), guest.i64(2), guest.i32(3), wasi.clock().stamp());
  }

  static int prestatGet(Wasi wasi, Guest guest) {
    var name = preopened(wasi, guest.i32(0));
    if (name.length == 0) return Errno.BADF;
    int at = guest.i32(1);
    guest.check(at, 8);
    guest.putInt(at, 0); // preopentype: dir
    guest.putInt(at + 4, name.length);
    return Errno.SUCCESS;
  }

  static int prestatDirName(Wasi wasi, Guest guest) {
    var name = preopened(wasi, guest.i32(0));
    if (name.length == 0) return Errno.BADF;
    guest.check(guest.i32(1), guest.i32(2));
    if (Integer.compareUnsigned(guest.i32(2), name.length) < 0) return Errno.NAMETOOLONG;
    guest.write(guest.i32(1), name, 0, name.length);
    return Errno.SUCCESS;
  }

  /** Empty if it is none. */
  private static byte[] preopened(Wasi wasi, int fd) {
    return wasi.descriptors().get(fd) instanceof Descriptor.OpenFolder open
            && open.preopened != null
        ? open.preopened.getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  static int renumber(Wasi wasi, Guest guest) {
    var descriptors = wasi.descriptors();
    if (descriptors.get(guest.i32(0)) == null || descriptors.get(guest.i32(1)) == null)
      return Errno.BADF;
    descriptors.renumber(guest.i32(0), guest.i32(1), wasi.files());
    return Errno.SUCCESS;
  }

  static int seek(Wasi wasi, Guest guest) {
    long delta = guest.i64(1);
    int whence = guest.i32(2);
    return switch (wasi.descriptors().get(guest.i32(0))) {
      case null -> Errno.BADF;
      case Descriptor.OpenFolder _ -> Errno.NOTCAPABLE;
      case Descriptor.Stream stream -> stream.may(Rights.FD_SEEK) ? Errno.SPIPE : Errno.NOTCAPABLE;
      case Descriptor.OpenFile open -> {
        boolean stays = whence == 1 && delta == 0 && open.may(Rights.FD_TELL);
        if (!stays && !open.may(Rights.FD_SEEK)) yield Errno.NOTCAPABLE;
        yield seek(guest, open, delta, whence);
      }
    };
  }

  private static int seek(Guest guest, Descriptor.OpenFile open, long delta, int whence) {
    long from;
    switch (whence) {
      case 0 -> from = 0;
      case 1 -> from = open.offset;
      case 2 -> from = open.file.length;
      default -> {
        return Errno.INVAL;
      }
    }
    long offset = from + delta;
    if (offset < 0) return delta < 0 ? Errno.INVAL : Errno.OVERFLOW;
    guest.putLong(guest.i32(3), offset);
    open.offset = offset;
    return Errno.SUCCESS;
  }

  static int tell(Wasi wasi, Guest guest) {
    return switch (wasi.descriptors().get(guest.i32(0))) {
      case null -> Errno.BADF;
      case Descriptor.OpenFolder _ -> Errno.NOTCAPABLE;
      case Descriptor.Stream stream -> stream.may(Rights.FD_TELL) ? Errno.SPIPE : Errno.NOTCAPABLE;
      case Descriptor.OpenFile open -> {
        if (!open.may(Rights.FD_TELL) && !open.may(Rights.FD_SEEK)) yield Errno.NOTCAPABLE;
        guest.putLong(guest.i32(1), open.offset);
        yield Errno.SUCCESS;
      }
    };
  }
}
