package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/** The {@code filestat} of the specification, and how its times are set. */
final class Stat {
  static final int BYTES = 64;

  /** All files are on one device. */
  private static final long DEVICE = 1;

  private static final int ATIM = 1;
  private static final int ATIM_NOW = 2;
  private static final int MTIM = 4;
  private static final int MTIM_NOW = 8;

  private Stat() {}

  static int write(Guest guest, int at, Node node) {
    guest.check(at, BYTES);
    guest.putLong(at, DEVICE);
    guest.putLong(at + 8, node.inode);
    guest.putLong(at + 16, node.type());
    guest.putLong(at + 24, node.links);
    guest.putLong(at + 32, node.size());
    guest.putLong(at + 40, node.accessed);
    guest.putLong(at + 48, node.modified);
    guest.putLong(at + 56, node.changed);
    return Errno.SUCCESS;
  }

  /** A standard stream is on no device. */
  static int write(Guest guest, int at, Descriptor.Stream stream) {
    guest.check(at, BYTES);
    for (int i = 0; i < BYTES; i += 8) guest.putLong(at + i, 0);
    guest.putLong(at + 16, stream.type());
    guest.putLong(at + 24, 1);
    return Errno.SUCCESS;
  }

  static boolean validTimes(int flags) {
    return (flags & ~(ATIM | ATIM_NOW | MTIM | MTIM_NOW)) == 0
        && (flags & (ATIM | ATIM_NOW)) != (ATIM | ATIM_NOW)
        && (flags & (MTIM | MTIM_NOW)) != (MTIM | MTIM_NOW);
  }

  /** With {@linkplain #validTimes valid} flags. */
  static int setTimes(Node node, long accessed, long modified, int flags, long now) {
    if (!node.writable) return Errno.ROFS;
    if ((flags & ATIM) != 0) node.accessed = accessed;
    if ((flags & ATIM_NOW) != 0) node.accessed = now;
    if ((flags & MTIM) != 0) node.modified = modified;
    if ((flags & MTIM_NOW) != 0) node.modified = now;
    node.changed = now;
    return Errno.SUCCESS;
  }
}
