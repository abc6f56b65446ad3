package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of one run: the packaged tree, shared and never written to, with the run's own scratch
 * folder in the place of {@link FileTree#scratch()}. A packaged node below the scratch folder is
 * replaced by a writable one when it is first looked up, its content when it is first written to.
 *
 * <p>Bounds: {@link #MAX_NODES}, and the run's scratch bytes, of which a name takes {@link
 * #ENTRY_BYTES} and content its size. An unlinked file gives its bytes back with its last
 * descriptor.
 */
final class Files {
  static final int MAX_NODES = 16_384;
  static final int ENTRY_BYTES = 512;

  private final FileTree tree;
  private final int scratchBytes;
  private Node.@Nullable Folder scratch;
  private long inodes;
  private long used;
  private int nodes;

  Files(FileTree tree, int scratchBytes) {
    this.tree = tree;
    this.scratchBytes = scratchBytes;
    inodes = tree.lastInode();
  }

  List<String> preopens() {
    return tree.preopens();
  }

  Node.Folder preopened(String name) {
    var at = root();
    for (var below : FileTree.names(name)) {
      if (!(child(at, below) instanceof Node.Folder folder))
        throw new AssertionError("the tree has no folder " + name);
      at = folder;
    }
    return at;
  }

  Node.Folder root() {
    return tree.root() == tree.scratch() ? scratch() : tree.root();
  }

  private Node.Folder scratch() {
    var folder = scratch;
    if (folder == null) {
      var packaged = tree.scratch();
      folder = thaw(packaged, packaged.parent);
      scratch = folder;
    }
    return folder;
  }

  @Nullable Node child(Node.Folder in, String name) {
    var node = in.entries.get(name);
    if (node == null || node.writable) return node;
    if (node == tree.scratch()) return scratch();
    if (!in.writable) return node;
    var own =
        switch (node) {
          case Node.Folder folder -> thaw(folder, in);
          case Node.RegularFile file -> thaw(file);
          case Node.SymbolicLink _ -> throw new AssertionError("no links in an archive");
        };
    in.entries.put(name, own);
    return own;
  }

  private static Node.Folder thaw(Node.Folder packaged, Node.@Nullable Folder parent) {
    return new Node.Folder(packaged.inode, true, new TreeMap<>(packaged.entries), parent);
  }

  private static Node.RegularFile thaw(Node.RegularFile packaged) {
    var file = new Node.RegularFile(packaged.inode, true);
    file.content = packaged.content;
    file.length = packaged.length;
    file.shared = true;
    return file;
  }

  /** Success, or why no name can be made in {@code folder}. */
  int admits(Node.Folder folder) {
    if (!folder.writable) return Errno.ROFS;
    if (folder.links == 0) return Errno.NOENT;
    if (nodes >= MAX_NODES || used + ENTRY_BYTES > scratchBytes) return Errno.NOSPC;
    return Errno.SUCCESS;
  }

  Node.Folder makeFolder(Node.Folder in, String name, long now) {
    return enter(in, name, new Node.Folder(++inodes, true, new TreeMap<>(), in), now);
  }

  Node.RegularFile makeFile(Node.Folder in, String name, long now) {
    return enter(in, name, new Node.RegularFile(++inodes, true), now);
  }

  /** Success, or {@code nospc}. */
  int makeLink(Node.Folder in, String name, String target, long now) {
    var octets = target.getBytes(StandardCharsets.UTF_8);
    if (used + ENTRY_BYTES + octets.length > scratchBytes) return Errno.NOSPC;
    var link = new Node.SymbolicLink(++inodes, target, octets);
    link.charged = octets.length;
    used += octets.length;
    enter(in, name, link, now);
    return Errno.SUCCESS;
  }

  private <N extends Node> N enter(Node.Folder in, String name, N node, long now) {
    node.accessed = now;
    node.touched(now);
    put(in, name, node, now);
    return node;
  }

  /** One more name for what has one already. */
  void link(Node.Folder in, String name, Node node, long now) {
    node.links++;
    node.changed = now;
    put(in, name, node, now);
  }

  private void put(Node.Folder in, String name, Node node, long now) {
    in.entries.put(name, node);
    in.touched(now);
    nodes++;
    used += ENTRY_BYTES;
  }

  /** Takes a name away. What nothing names and nothing holds open gives its bytes back. */
  void unlink(Node.Folder in, String name, long now) {
    var node = in.entries.remove(name);
    if (node == null) throw new AssertionError("no " + name + " to unlink");
    in.touched(now);
    // a packaged name in a thawed folder was never paid for
    if (node.inode > tree.lastInode()) {
      nodes--;
      used -= ENTRY_BYTES;
    }
    node.links--;
    node.changed = now;
    release(node);
  }

  /** Moves a name; what was at the new one is gone. Both folders are writable. */
  void rename(Walk from, Walk to, long now) {
    var node = from.node;
    if (node == null) throw new AssertionError("nothing to rename");
    if (to.node != null) unlink(to.in(), to.named(), now);
    from.in().entries.remove(from.named());
    to.in().entries.put(to.named(), node);
    from.in().touched(now);
    to.in().touched(now);
    node.changed = now;
    if (node instanceof Node.Folder folder) folder.parent = to.in();
  }

  /** Whether {@code folder} is {@code node} or lies below it. */
  static boolean isWithin(Node.Folder folder, Node node) {
    var at = folder;
    while (true) {
      if (at == node) return true;
      var above = at.above();
      if (above == at) return false;
      at = above;
    }
  }

  void release(Node node) {
    if (node.links > 0 || node.opens > 0) return;
    used -= node.charged;
    node.charged = 0;
  }

  /**
   * Sets the length of a writable file, and makes its content the run's own. The guest pays for the
   * bytes that are zeroed or copied.
   *
   * @return success, {@code fbig} or {@code nospc}
   */
  int resize(Guest guest, Node.RegularFile file, long size) {
    if (size < 0 || size > Integer.MAX_VALUE - 64) return Errno.FBIG;
    long more = size - file.charged;
    if (more > 0 && used + more > scratchBytes) return Errno.NOSPC;
    long work = Math.abs(size - file.length) + (file.shared ? file.length : 0);
    guest.charge(work * Price.BYTE);
    file.resize((int) size);
    used += more;
    file.charged = size;
    return Errno.SUCCESS;
  }
}
