package dev.windlass.wasm.wasi;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Where a path leads, seen from a folder that it may not leave. Nothing on the way is taken on
 * trust: {@code ..} above the start, an absolute path and an absolute symbolic link are refused
 * with {@code notcapable}, more than {@link #MAX_HOPS} links with {@code loop}.
 */
final class Walk {
  static final int MAX_HOPS = 40;

  /** Of what is left of the path while links are put in its place. */
  private static final int MAX_PENDING = 16 * Path.MAX_BYTES;

  /** Whether the last name, when it is a symbolic link, is followed. */
  enum Last {
    FOLLOW,
    /** Followed only when a slash comes after it, as POSIX says for opening and stat. */
    FOLLOW_BEFORE_SLASH,
    KEEP
  }

  int errno;

  /** Names looked up, for the price. */
  int steps;

  /** The folder that holds, or would hold, {@link #name}. */
  Node.@Nullable Folder parent;

  /** The last name; null when the path ends in {@code .} or {@code ..} and so names a folder. */
  @Nullable String name;

  /** What is there, if anything. */
  @Nullable Node node;

  /** The path ended with a slash: only a directory will do. */
  boolean slash;

  private final ArrayList<Node.Folder> above = new ArrayList<>();
  private final Files files;
  private final Last last;
  private int hops;

  Walk(Files files, Last last) {
    this.files = files;
    this.last = last;
  }

  Node.Folder in() {
    if (parent == null) throw new AssertionError("a walk that failed has no folder");
    return parent;
  }

  String named() {
    if (name == null) throw new AssertionError("this path has no last name");
    return name;
  }

  /** Returns the errno, which is kept as well. */
  int from(Node.Folder start, String path) {
    if (path.charAt(0) == '/') return end(Errno.NOTCAPABLE);
    var at = start;
    var pending = path;
    int here = 0;
    while (true) {
      int end = pending.indexOf('/', here);
      var head = pending.substring(here, end < 0 ? pending.length() : end);
      int next = end < 0 ? pending.length() : end;
      while (next < pending.length() && pending.charAt(next) == '/') next++;
      boolean isLast = next == pending.length();
      slash |= isLast && end >= 0;
      steps++;
      if (head.equals(".") || head.equals("..")) {
        if (head.length() == 2) {
          if (above.isEmpty()) return end(Errno.NOTCAPABLE);
          at = above.removeLast();
        }
        if (isLast) return found(at, null, at);
        here = next;
        continue;
      }
      if (Path.tooLong(head)) return end(Errno.NAMETOOLONG);
      var child = files.child(at, head);
      if (child instanceof Node.SymbolicLink link && follows(isLast)) {
        if (++hops > MAX_HOPS) return end(Errno.LOOP);
        if (link.target.startsWith("/")) return end(Errno.NOTCAPABLE);
        var rest = pending.substring(next);
        pending = isLast ? link.target + (slash ? "/" : "") : link.target + "/" + rest;
        here = 0;
        if (pending.length() > MAX_PENDING) return end(Errno.NAMETOOLONG);
        continue;
      }
      if (isLast) return found(at, head, child);
      switch (child) {
        case null -> {
          return end(Errno.NOENT);
        }
        case Node.Folder folder -> {
          above.add(at);
          at = folder;
          here = next;
        }
        case Node.RegularFile _, Node.SymbolicLink _ -> {
          return end(Errno.NOTDIR);
        }
      }
    }
  }

  private boolean follows(boolean isLast) {
    if (!isLast) return true;
    return switch (last) {
      case FOLLOW -> true;
      case FOLLOW_BEFORE_SLASH -> slash;
      case KEEP -> false;
    };
  }

  private int found(Node.Folder in, @Nullable String last, @Nullable Node what) {
    parent = in;
    name = last;
    node = what;
    return end(Errno.SUCCESS);
  }

  private int end(int errno) {
    this.errno = errno;
    return errno;
  }
}
