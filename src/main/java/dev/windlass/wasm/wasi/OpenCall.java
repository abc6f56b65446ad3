package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/** {@code path_open}. */
final class OpenCall {
  private static final int CREAT = 1;
  private static final int DIRECTORY = 2;
  private static final int EXCL = 4;
  private static final int TRUNC = 8;
  private static final int OFLAGS = 15;
  private static final int DSYNC = 2;
  private static final int RSYNC_OR_SYNC = 8 | 16;

  private OpenCall() {}

  static int open(Wasi wasi, Guest guest) {
    int oflags = guest.i32(4);
    var from = wasi.descriptors().get(guest.i32(0));
    if (from == null) return Errno.BADF;
    if (!(from instanceof Descriptor.OpenFolder folder)) return Errno.NOTDIR;
    int refused = refused(guest, folder, oflags);
    if (refused != Errno.SUCCESS) return refused;
    guest.check(guest.i32(8), 4);

    boolean isNew = (oflags & (CREAT | EXCL)) == (CREAT | EXCL);
    var walk = PathCalls.walk(wasi, guest, folder, 2, PathCalls.last(guest.i32(1), isNew));
    if (walk.errno != Errno.SUCCESS) return walk.errno;
    int fd = wasi.descriptors().free();
    if (fd < 0) return Errno.MFILE;
    return switch (walk.node) {
      case null -> create(wasi, guest, walk, fd);
      case Node _ when isNew -> Errno.EXIST;
      case Node.SymbolicLink _ -> (oflags & DIRECTORY) != 0 ? Errno.NOTDIR : Errno.LOOP;
      case Node.Folder found -> {
        if ((oflags & (TRUNC | CREAT)) != 0 || (guest.i64(5) & Rights.FD_WRITE) != 0)
          yield Errno.ISDIR;
        long base = guest.i64(5) & Rights.DIRECTORY;
        long inheriting = guest.i64(6) & Rights.ALL;
        yield opened(wasi, guest, fd, new Descriptor.OpenFolder(found, base, inheriting, null));
      }
      case Node.RegularFile found -> {
        if (walk.slash || (oflags & DIRECTORY) != 0) yield Errno.NOTDIR;
        int errno = prepare(wasi, guest, found, (oflags & TRUNC) != 0);
        yield errno != Errno.SUCCESS ? errno : opened(wasi, guest, fd, file(guest, found));
      }
    };
  }

  /** What can be said before the path is looked at. */
  private static int refused(Guest guest, Descriptor.OpenFolder folder, int oflags) {
    int fdflags = guest.i32(7);
    if ((oflags & ~OFLAGS) != 0
        || (fdflags & ~DescriptorCalls.FDFLAGS) != 0
        || !PathCalls.validLookup(guest.i32(1))
        || (oflags & (CREAT | DIRECTORY)) == (CREAT | DIRECTORY)) return Errno.INVAL;
    long needed = Rights.PATH_OPEN;
    if ((oflags & CREAT) != 0) needed |= Rights.PATH_CREATE_FILE;
    if ((oflags & TRUNC) != 0) needed |= Rights.PATH_FILESTAT_SET_SIZE;
    long wanted = (guest.i64(5) | guest.i64(6)) & Rights.ALL;
    boolean syncs = (folder.inheriting & Rights.FD_SYNC) != 0;
    boolean datasyncs = syncs || (folder.inheriting & Rights.FD_DATASYNC) != 0;
    if (!folder.may(needed)
        || (wanted & ~folder.inheriting) != 0
        || (fdflags & RSYNC_OR_SYNC) != 0 && !syncs
        || (fdflags & DSYNC) != 0 && !datasyncs) return Errno.NOTCAPABLE;
    return Errno.SUCCESS;
  }

  private static int create(Wasi wasi, Guest guest, Walk walk, int fd) {
    if ((guest.i32(4) & CREAT) == 0) return Errno.NOENT;
    if (walk.slash) return Errno.ISDIR;
    int errno = wasi.files().admits(walk.in());
    if (errno != Errno.SUCCESS) return errno;
    guest.charge(Price.ENTRY);
    var made = wasi.files().makeFile(walk.in(), walk.named(), wasi.clock().stamp());
    return opened(wasi, guest, fd, file(guest, made));
  }

  private static int prepare(Wasi wasi, Guest guest, Node.RegularFile file, boolean truncate) {
    if (!file.writable)
      return truncate || (guest.i64(5) & Rights.FD_WRITE) != 0 ? Errno.ROFS : Errno.SUCCESS;
    if (!truncate) return Errno.SUCCESS;
    file.touched(wasi.clock().stamp());
    return wasi.files().resize(guest, file, 0);
  }

  private static Descriptor file(Guest guest, Node.RegularFile file) {
    return new Descriptor.OpenFile(file, guest.i64(5) & Rights.FILE);
  }

  private static int opened(Wasi wasi, Guest guest, int fd, Descriptor descriptor) {
    descriptor.flags = guest.i32(7);
    wasi.descriptors().put(fd, descriptor);
    guest.putInt(guest.i32(8), fd);
    return Errno.SUCCESS;
  }
}
