package dev.windlass.wasm.wasi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The descriptors of one run by number; the lowest free number is given next, as POSIX does. */
final class Descriptors {
  static final int MAX = 256;
  private @Nullable Descriptor[] table = new Descriptor[8];

  Descriptors(Files files) {
    table[0] = new Descriptor.Stream(Descriptor.Stream.Which.INPUT);
    table[1] = new Descriptor.Stream(Descriptor.Stream.Which.OUTPUT);
    table[2] = new Descriptor.Stream(Descriptor.Stream.Which.ERROR);
    for (var name : files.preopens()) {
      var folder = files.preopened(name);
      put(free(), new Descriptor.OpenFolder(folder, Rights.DIRECTORY, Rights.ALL, name));
    }
  }

  @Nullable Descriptor get(int fd) {
    return fd >= 0 && fd < table.length ? table[fd] : null;
  }

  /** The next free number, or -1. */
  int free() {
    for (int fd = 0; fd < table.length; fd++) if (table[fd] == null) return fd;
    return table.length < MAX ? table.length : -1;
  }

  /** {@code fd} is one that {@link #free} returned. */
  void put(int fd, Descriptor descriptor) {
    if (fd == table.length) table = Arrays.copyOf(table, 2 * fd);
    table[fd] = descriptor;
    opened(descriptor);
  }

  void close(int fd, Files files) {
    var closed = table[fd];
    table[fd] = null;
    if (closed != null) closed(closed, files);
  }

  /** Both numbers are open; {@code from} is free afterwards. */
  void renumber(int from, int to, Files files) {
    if (from == to) return;
    var replaced = table[to];
    table[to] = table[from];
    table[from] = null;
    if (replaced != null) closed(replaced, files);
  }

  private static void opened(Descriptor descriptor) {
    var node = descriptor.node();
    if (node != null && node.writable) node.opens++;
  }

  private static void closed(Descriptor descriptor, Files files) {
    var node = descriptor.node();
    if (node == null || !node.writable) return;
    node.opens--;
    files.release(node);
  }
}
