package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/** {@code path_*} but for {@code path_open}. */
final class PathCalls {
  private static final int SYMLINK_FOLLOW = 1;

  private PathCalls() {}

  static boolean validLookup(int flags) {
    return (flags & ~SYMLINK_FOLLOW) == 0;
  }

  /** For a call that looks at what is there. */
  static Walk.Last last(int lookupflags, boolean keep) {
    if (keep) return Walk.Last.KEEP;
    return (lookupflags & SYMLINK_FOLLOW) != 0 ? Walk.Last.FOLLOW : Walk.Last.FOLLOW_BEFORE_SLASH;
  }

  /** From descriptor argument {@code fd}, which needs {@code right}; path at the next arguments. */
  private static Walk walk(Wasi wasi, Guest guest, int fd, int path, long right, Walk.Last last) {
    var walk = new Walk(wasi.files(), last);
    switch (wasi.descriptors().get(guest.i32(fd))) {
      case null -> walk.errno = Errno.BADF;
      case Descriptor.OpenFolder folder when folder.may(right) -> {
        return walk(wasi, guest, folder, path, last);
      }
      case Descriptor.OpenFolder _ -> walk.errno = Errno.NOTCAPABLE;
      case Descriptor.OpenFile _, Descriptor.Stream _ -> walk.errno = Errno.NOTDIR;
    }
    return walk;
  }

  /** Path and its length are arguments {@code path} and the next. */
  static Walk walk(Wasi wasi, Guest guest, Descriptor.OpenFolder folder, int path, Walk.Last last) {
    var walk = new Walk(wasi.files(), last);
    var text = Path.read(guest, guest.i32(path), guest.i32(path + 1), walk);
    if (walk.errno == Errno.SUCCESS) walk.from(folder.folder, text);
    guest.charge(walk.steps * Price.STEP);
    return walk;
  }

  static int createDirectory(Wasi wasi, Guest guest) {
    var at = walk(wasi, guest, 0, 1, Rights.PATH_CREATE_DIRECTORY, Walk.Last.KEEP);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node != null) return Errno.EXIST;
    int errno = wasi.files().admits(at.in());
    if (errno != Errno.SUCCESS) return errno;
    guest.charge(Price.ENTRY);
    wasi.files().makeFolder(at.in(), at.named(), wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  static int filestatGet(Wasi wasi, Guest guest) {
    if (!validLookup(guest.i32(1))) return Errno.INVAL;
    var last = last(guest.i32(1), false);
    var at = walk(wasi, guest, 0, 2, Rights.PATH_FILESTAT_GET, last);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node == null) return Errno.NOENT;
    if (at.slash && !(at.node instanceof Node.Folder)) return Errno.NOTDIR;
    return Stat.write(guest, guest.i32(4), at.node);
  }

  static int filestatSetTimes(Wasi wasi, Guest guest) {
    int flags = guest.i32(6);
    if (!validLookup(guest.i32(1)) || !Stat.validTimes(flags)) return Errno.INVAL;
    var last = last(guest.i32(1), false);
    var at = walk(wasi, guest, 0, 2, Rights.PATH_FILESTAT_SET_TIMES, last);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node == null) return Errno.NOENT;
    if (at.slash && !(at.node instanceof Node.Folder)) return Errno.NOTDIR;
    return Stat.setTimes(at.node, guest.i64(4), guest.i64(5), flags, wasi.clock().stamp());
  }

  static int link(Wasi wasi, Guest guest) {
    if (guest.i32(1) != 0) return Errno.INVAL; // links to what a symbolic link leads to: not here
    var from = walk(wasi, guest, 0, 2, Rights.PATH_LINK_SOURCE, Walk.Last.KEEP);
    if (from.errno != Errno.SUCCESS) return from.errno;
    var to = walk(wasi, guest, 4, 5, Rights.PATH_LINK_TARGET, Walk.Last.KEEP);
    if (to.errno != Errno.SUCCESS) return to.errno;
    if (from.node == null) return Errno.NOENT;
    if (from.node instanceof Node.Folder) return Errno.PERM;
    if (from.slash) return Errno.NOTDIR;
    if (to.node != null) return Errno.EXIST;
    if (to.slash) return Errno.NOENT;
    int errno = wasi.files().admits(to.in());
    if (errno != Errno.SUCCESS) return errno;
    if (!from.node.writable) return Errno.XDEV;
    guest.charge(Price.ENTRY);
    wasi.files().link(to.in(), to.named(), from.node, wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  static int readlink(Wasi wasi, Guest guest) {
    var at = walk(wasi, guest, 0, 1, Rights.PATH_READLINK, Walk.Last.FOLLOW_BEFORE_SLASH);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node == null) return Errno.NOENT;
    if (!(at.node instanceof Node.SymbolicLink link)) return Errno.INVAL;
    int room = guest.i32(4);
    guest.check(guest.i32(3), room);
    guest.check(guest.i32(5), 4);
    int n = (int) Math.min(Integer.toUnsignedLong(room), link.octets.length);
    guest.charge(n * Price.BYTE);
    guest.write(guest.i32(3), link.octets, 0, n);
    guest.putInt(guest.i32(5), n);
    return Errno.SUCCESS;
  }

  static int removeDirectory(Wasi wasi, Guest guest) {
    var at = walk(wasi, guest, 0, 1, Rights.PATH_REMOVE_DIRECTORY, Walk.Last.KEEP);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node == null) return Errno.NOENT;
    if (!(at.node instanceof Node.Folder folder)) return Errno.NOTDIR;
    if (at.name == null) return Errno.INVAL;
    if (!at.in().writable) return Errno.ROFS;
    if (!folder.entries.isEmpty()) return Errno.NOTEMPTY;
    guest.charge(Price.ENTRY);
    wasi.files().unlink(at.in(), at.named(), wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  static int unlinkFile(Wasi wasi, Guest guest) {
    var at = walk(wasi, guest, 0, 1, Rights.PATH_UNLINK_FILE, Walk.Last.KEEP);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (at.node == null) return Errno.NOENT;
    if (at.node instanceof Node.Folder) return Errno.ISDIR;
    if (at.slash) return Errno.NOTDIR;
    if (!at.in().writable) return Errno.ROFS;
    guest.charge(Price.ENTRY);
    wasi.files().unlink(at.in(), at.named(), wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  static int symlink(Wasi wasi, Guest guest) {
    var at = walk(wasi, guest, 2, 3, Rights.PATH_SYMLINK, Walk.Last.KEEP);
    if (at.errno != Errno.SUCCESS) return at.errno;
    var target = Path.read(guest, guest.i32(0), guest.i32(1), at);
    if (at.errno != Errno.SUCCESS) return at.errno;
    if (target.startsWith("/")) return Errno.NOTCAPABLE;
    if (at.node != null) return Errno.EXIST;
    if (at.slash) return Errno.NOENT;
    int errno = wasi.files().admits(at.in());
    if (errno != Errno.SUCCESS) return errno;
    guest.charge(Price.ENTRY);
    return wasi.files().makeLink(at.in(), at.named(), target, wasi.clock().stamp());
  }

  static int rename(Wasi wasi, Guest guest) {
    var from = walk(wasi, guest, 0, 1, Rights.PATH_RENAME_SOURCE, Walk.Last.KEEP);
    if (from.errno != Errno.SUCCESS) return from.errno;
    var to = walk(wasi, guest, 3, 4, Rights.PATH_RENAME_TARGET, Walk.Last.KEEP);
    if (to.errno != Errno.SUCCESS) return to.errno;
    if (from.node == null) return Errno.NOENT;
    if (from.name == null || to.name == null) return Errno.BUSY;
    if (!from.in().writable || !to.in().writable) return Errno.ROFS;
    int errno = renames(from.node, from.slash, to);
    if (errno != Errno.SUCCESS || from.node == to.node) return errno;
    guest.charge(2 * Price.ENTRY);
    wasi.files().rename(from, to, wasi.clock().stamp());
    return Errno.SUCCESS;
  }

  /** The rules of POSIX rename(): what may take the place of what. */
  private static int renames(Node node, boolean fromSlash, Walk to) {
    if (to.in().links == 0) return Errno.NOENT;
    if (!(node instanceof Node.Folder)) {
      if (fromSlash) return Errno.NOTDIR;
      if (to.node instanceof Node.Folder) return Errno.ISDIR;
      return to.slash ? Errno.NOTDIR : Errno.SUCCESS;
    }
    if (Files.isWithin(to.in(), node)) return Errno.INVAL;
    return switch (to.node) {
      case null -> Errno.SUCCESS;
      case Node.Folder same when same == node -> Errno.SUCCESS;
      case Node.Folder folder -> folder.entries.isEmpty() ? Errno.SUCCESS : Errno.NOTEMPTY;
      case Node.RegularFile _, Node.SymbolicLink _ -> Errno.NOTDIR;
    };
  }
}
