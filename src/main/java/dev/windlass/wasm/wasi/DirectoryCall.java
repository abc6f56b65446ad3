package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;
import java.nio.charset.StandardCharsets;

/**
 * {@code fd_readdir}. Order: {@code .}, {@code ..}, then the names sorted. A cookie is the number
 * of an entry in the listing that was made when the guest began at cookie 0; a name that has gone
 * since is left out, one that has come since is not seen until the guest begins again.
 */
final class DirectoryCall {
  private static final int HEADER = 24;

  private DirectoryCall() {}

  static int readdir(Wasi wasi, Guest guest) {
    var descriptor = wasi.descriptors().get(guest.i32(0));
    if (descriptor == null) return Errno.BADF;
    if (!(descriptor instanceof Descriptor.OpenFolder open)) return Errno.NOTDIR;
    if (!open.may(Rights.FD_READDIR)) return Errno.NOTCAPABLE;
    int buffer = guest.i32(1);
    int room = guest.i32(2);
    guest.check(buffer, room);
    guest.check(guest.i32(4), 4);
    var names = listing(guest, open, guest.i64(3));
    var writer = new Writer(guest, buffer, Integer.toUnsignedLong(room));
    long end = names.length + 2L;
    for (long at = guest.i64(3); at >= 0 && at < end && writer.left > 0; at++) {
      if (at < 2) {
        var folder = at == 0 ? open.folder : open.folder.above();
        writer.entry(at + 1, folder, at == 0 ? "." : "..");
      } else {
        var name = names[(int) (at - 2)];
        var node = open.folder.entries.get(name);
        if (node != null) writer.entry(at + 1, node, name);
      }
    }
    guest.putInt(guest.i32(4), (int) (Integer.toUnsignedLong(room) - writer.left));
    return Errno.SUCCESS;
  }

  private static String[] listing(Guest guest, Descriptor.OpenFolder open, long cookie) {
    var known = open.listing;
    if (known != null && cookie != 0) return known;
    if (open.folder.writable) guest.charge(open.folder.entries.size() * Price.LISTED);
    var names = open.folder.names();
    open.listing = names;
    return names;
  }

  /** Fills the guest's buffer; the last entry is cut off where it ends. */
  private static final class Writer {
    private final Guest guest;
    private final byte[] header = new byte[HEADER];
    private int at;
    private long left;

    Writer(Guest guest, int at, long left) {
      this.guest = guest;
      this.at = at;
      this.left = left;
    }

    void entry(long next, Node node, String name) {
      var octets = name.getBytes(StandardCharsets.UTF_8);
      guest.charge(Price.LISTED + (HEADER + octets.length) * Price.BYTE);
      put(0, next, 8);
      put(8, node.inode, 8);
      put(16, octets.length, 4);
      put(20, node.type(), 4);
      copy(header);
      copy(octets);
    }

    private void put(int offset, long value, int octets) {
      for (int i = 0; i < octets; i++) header[offset + i] = (byte) (value >>> 8 * i);
    }

    private void copy(byte[] octets) {
      int n = (int) Math.min(left, octets.length);
      if (n > 0) guest.write(at, octets, 0, n);
      at += n;
      left -= n;
    }
  }
}
