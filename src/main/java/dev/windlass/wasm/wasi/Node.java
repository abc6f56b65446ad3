package dev.windlass.wasm.wasi;

import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a name in a directory stands for. A node that is not writable came with the function: it is
 * shared by all runs and nobody writes to any field of it after {@link FileTree} built it.
 */
abstract sealed class Node {
  /**
   * Stands for the same node during the whole run; a packaged node has the same one in every run.
   */
  final long inode;

  final boolean writable;

  /** Nanoseconds since 1970. */
  long accessed;

  long modified;
  long changed;

  /** Names that lead here. */
  int links = 1;

  /**
   * Descriptors open on it; counted while it is writable, for its bytes stay in use till the last.
   */
  int opens;

  /** Bytes of scratch that its content takes. */
  long charged;

  Node(long inode, boolean writable) {
    this.inode = inode;
    this.writable = writable;
  }

  /** As {@code filetype} of the specification. */
  abstract int type();

  abstract long size();

  void touched(long nanos) {
    modified = nanos;
    changed = nanos;
  }

  static final class Folder extends Node {
    static final int TYPE = 3;

    /** By name; code unit order, so the same everywhere. */
    final TreeMap<String, Node> entries;

    @Nullable Folder parent;

    /** Of a packaged folder, once for all runs. */
    String @Nullable [] listing;

    Folder(long inode, boolean writable, TreeMap<String, Node> entries, @Nullable Folder parent) {
      super(inode, writable);
      this.entries = entries;
      this.parent = parent;
    }

    /** The names at this moment, sorted. Never written to by the caller. */
    String[] names() {
      var known = listing;
      return known != null ? known : entries.keySet().toArray(String[]::new);
    }

    /** The root is its own parent. */
    Folder above() {
      return parent == null ? this : parent;
    }

    @Override
    int type() {
      return TYPE;
    }

    @Override
    long size() {
      return 0;
    }
  }

  static final class RegularFile extends Node {
    static final int TYPE = 4;
    private static final byte[] NOTHING = {};

    byte[] content = NOTHING;
    int length;

    /** The array belongs to the archive: to be copied before the first write. */
    boolean shared;

    RegularFile(long inode, boolean writable) {
      super(inode, writable);
    }

    /** Makes room for {@code size} bytes; those beyond the old length are zero. */
    void resize(int size) {
      if (size > content.length || shared) {
        long room = size <= length ? size : Math.max(size, length + (length >> 1));
        content = Arrays.copyOf(content, (int) Math.max(room, size));
        shared = false;
      }
      if (size < length) Arrays.fill(content, size, Math.min(length, content.length), (byte) 0);
      length = size;
    }

    @Override
    int type() {
      return TYPE;
    }

    @Override
    long size() {
      return length;
    }
  }

  static final class SymbolicLink extends Node {
    static final int TYPE = 7;
    final String target;
    final byte[] octets;

    SymbolicLink(long inode, String target, byte[] octets) {
      super(inode, true);
      this.target = target;
      this.octets = octets;
    }

    @Override
    int type() {
      return TYPE;
    }

    @Override
    long size() {
      return octets.length;
    }
  }
}
