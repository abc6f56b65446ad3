package dev.windlass.wasm.wasi;

import dev.windlass.function.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files that came with a function: made once, shared by every run of it without a copy. Time of
 * every file is 0; inode numbers follow the sorted paths.
 */
public final class FileTree {
  /** Nothing but an empty {@code /tmp}. */
  public static final FileTree EMPTY = of(Map.of());

  /** Files and directories together. */
  public static final int MAX_ENTRIES = 100_000;

  public static final int MAX_PREOPENS = 16;

  private static final String SCRATCH = "tmp";

  private final Node.Folder root;
  private final Node.Folder scratch;
  private final long lastInode;
  private final long bytes;
  private final List<String> preopens;

  private FileTree(Map<String, Bytes> files, boolean writable, List<String> preopens) {
    this.preopens = List.copyOf(preopens);
    var build = new Build();
    new TreeMap<>(files).forEach(build::add);
    for (var name : preopens) {
      var path = String.join("/", names(name));
      if (!path.isEmpty()) build.add(path + "/", Bytes.EMPTY);
    }
    var tmp = build.folder(build.root, SCRATCH, SCRATCH);
    build.seal(build.root);
    root = build.root;
    scratch = writable ? root : tmp;
    lastInode = build.inodes;
    bytes = build.bytes;
  }

  /**
   * Read-only but for {@code /tmp}, which is the run's own scratch space.
   *
   * @param files content by path: relative, {@code /} between names, none of them empty, {@code .}
   *     or {@code ..}; a path that ends with {@code /} is an empty directory. Parents need not be
   *     named.
   */
  public static FileTree of(Map<String, Bytes> files) {
    return new FileTree(files, false, List.of("/"));
  }

  /** As {@link #of}, but the whole tree is the run's own scratch space, copied when written to. */
  public static FileTree writable(Map<String, Bytes> files) {
    return writable(files, List.of("/"));
  }

  /**
   * As {@link #writable(Map)}.
   *
   * @param preopens names under which the guest finds folders open from descriptor 3 on, in this
   *     order; {@code /}, {@code .} and relative names all begin at the root
   */
  public static FileTree writable(Map<String, Bytes> files, List<String> preopens) {
    if (preopens.size() > MAX_PREOPENS)
      throw new IllegalArgumentException(
          preopens.size() + " folders opened beforehand, at most " + MAX_PREOPENS);
    return new FileTree(files, true, preopens);
  }

  List<String> preopens() {
    return preopens;
  }

  /** The names on the way from the root to a preopened folder. */
  static List<String> names(String preopen) {
    return Arrays.stream(preopen.split("/"))
        .filter(name -> !name.isEmpty() && !name.equals("."))
        .toList();
  }

  /** Of the content of all files. */
  public long bytes() {
    return bytes;
  }

  Node.Folder root() {
    return root;
  }

  /** The packaged folder that a run puts its own writable one in the place of. */
  Node.Folder scratch() {
    return scratch;
  }

  long lastInode() {
    return lastInode;
  }

  private static final class Build {
    private final Node.Folder root = new Node.Folder(1, false, new TreeMap<>(), null);
    private long inodes = 1;
    private long bytes;

    private void add(String path, Bytes content) {
      if (path.length() > Path.MAX_BYTES) throw bad(path, "is longer than " + Path.MAX_BYTES);
      boolean directory = path.endsWith("/");
      var names = (directory ? path.substring(0, path.length() - 1) : path).split("/", -1);
      var at = root;
      for (int i = 0; i < names.length - 1; i++) at = folder(at, names[i], path);
      var last = names[names.length - 1];
      if (directory) {
        folder(at, last, path);
        return;
      }
      var file = new Node.RegularFile(next(last, path), false);
      file.content = content.unsafeArray();
      file.length = content.size();
      bytes += file.length;
      if (at.entries.put(last, file) != null) throw bad(path, "is a directory as well");
    }

    private Node.Folder folder(Node.Folder in, String name, String path) {
      return switch (in.entries.get(name)) {
        case null -> {
          var made = new Node.Folder(next(name, path), false, new TreeMap<>(), in);
          in.entries.put(name, made);
          yield made;
        }
        case Node.Folder known -> known;
        case Node.RegularFile _ -> throw bad(path, "has a file where a directory must be");
        case Node.SymbolicLink _ -> throw new AssertionError("no links in an archive");
      };
    }

    private long next(String name, String path) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0)
        throw bad(path, "has a name that is empty, '.', '..' or has a NUL in it");
      if (name.getBytes(StandardCharsets.UTF_8).length > Path.MAX_NAME_BYTES)
        throw bad(path, "has a name longer than " + Path.MAX_NAME_BYTES + " bytes");
      if (inodes > MAX_ENTRIES) throw bad(path, "is one too many, at most " + MAX_ENTRIES);
      return ++inodes;
    }

    private void seal(Node.Folder folder) {
      folder.listing = folder.entries.keySet().toArray(String[]::new);
      for (var entry : folder.entries.values()) if (entry instanceof Node.Folder below) seal(below);
    }

    private static IllegalArgumentException bad(String path, String why) {
      return new IllegalArgumentException("packaged file " + path + " " + why);
    }
  }
}
