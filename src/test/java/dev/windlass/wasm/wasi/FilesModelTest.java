package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations below /tmp, on the real thing and on a model that is a flat map from path to
 * what is there: every errno, listing and content agrees.
 */
class FilesModelTest {
  private static final String[] NAMES = {"a", "b", "c"};

  /** A directory when {@code content} is null. */
  private static final class Thing {
    StringBuilder content;
    int links = 1;

    boolean isDirectory() {
      return content == null;
    }
  }

  private final TreeMap<String, Thing> model = new TreeMap<>();
  private final Rig rig = new Rig(Rig.request(FileTree.EMPTY, "", Rig.limits(1, 1, 1 << 22)));
  private final int path1 = rig.room(64);
  private final int path2 = rig.room(64);
  private final int data = rig.room(64);
  private final int vector = rig.room(8);
  private SplittableRandom random = new SplittableRandom(0);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void random_operations_agree_with_a_flat_model(long seed) {
    random = new SplittableRandom(seed);
    model.put("tmp", new Thing());
    var seen = new HashSet<String>();
    for (int i = 0; i < 4000; i++) {
      int which = random.nextInt(9);
      var result = step(which);
      seen.add(which + ":" + result.substring(0, Math.min(result.length(), 8)));
      if (i % 50 == 0) compare();
    }
    compare();
    assertTrue(seen.size() > 30, "enough different results: " + seen);
    model.keySet().stream()
        .filter(p -> !p.equals("tmp"))
        .toList()
        .reversed()
        .forEach(this::removeOne);
    assertEquals(List.of(".", ".."), rig.names("tmp"));
  }

  private String step(int which) {
    var path = path();
    var other = path();
    int real;
    int expected;
    switch (which) {
      case 0 -> {
        real = call("path_create_directory", path);
        expected = modelMake(path, new Thing());
      }
      case 1 -> {
        int oflags =
            random.nextInt(2) * Rig.CREAT
                | random.nextInt(2) * Rig.TRUNC
                | random.nextInt(4) / 3 * Rig.EXCL;
        var text = "x".repeat(random.nextInt(20));
        boolean append = random.nextBoolean();
        real = realWrite(path, oflags, text, append);
        expected = modelWrite(path, oflags, text, append);
      }
      case 2 -> {
        real = call("path_unlink_file", path);
        expected = modelUnlink(path);
      }
      case 3 -> {
        real = call("path_remove_directory", path);
        expected = modelRemove(path);
      }
      case 4, 5 -> {
        real = two("path_rename", path, other);
        expected = modelRename(path, other);
      }
      case 6 -> {
        real = two("path_link", path, other);
        expected = modelLink(path, other);
      }
      default -> {
        var content = rig.content(path);
        var thing = model.get(path);
        var wanted =
            thing == null
                ? "errno " + missing(path)
                : thing.isDirectory() ? "errno " + Errno.NOTCAPABLE : thing.content.toString();
        assertEquals(wanted, content, path);
        return content;
      }
    }
    assertEquals(expected, real, which + " " + path + " " + other + " in " + model.keySet());
    return "" + real;
  }

  private String path() {
    var path = new StringBuilder("tmp");
    for (int depth = 1 + random.nextInt(3); depth > 0; depth--)
      path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
    return path.toString();
  }

  private int put(int at, String path) {
    System.arraycopy(path.getBytes(), 0, rig.guest.memory, at, path.length());
    return at;
  }

  private int call(String name, String path) {
    return rig.call(name, 3, put(path1, path), path.length());
  }

  private int two(String name, String from, String to) {
    int one = put(path1, from);
    int two = put(path2, to);
    return name.equals("path_link")
        ? rig.call(name, 3, 0, one, from.length(), 3, two, to.length())
        : rig.call(name, 3, one, from.length(), 3, two, to.length());
  }

  private int realWrite(String path, int oflags, String text, boolean append) {
    int errno =
        rig.call(
            "path_open",
            3,
            0,
            put(path1, path),
            path.length(),
            oflags,
            Rig.RW,
            0,
            append ? 1 : 0,
            64);
    if (errno != 0) return errno;
    int fd = rig.guest.getInt(64);
    rig.guest.putInt(vector, put(data, text));
    rig.guest.putInt(vector + 4, text.length());
    assertEquals(0, rig.call("fd_write", fd, vector, 1, 64));
    return rig.call("fd_close", fd);
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** Why nothing is at {@code path}: a parent is missing or no directory. */
  private int missing(String path) {
    var at = "tmp";
    for (int i = path.indexOf('/', 4); i >= 0; i = path.indexOf('/', i + 1)) {
      at = path.substring(0, i);
      var thing = model.get(at);
      if (thing == null) return Errno.NOENT;
      if (!thing.isDirectory()) return Errno.NOTDIR;
    }
    return Errno.NOENT;
  }

  /** 0, or why the parent of {@code path} cannot hold anything. */
  private int parentErrno(String path) {
    var thing = model.get(parent(path));
    return thing != null && thing.isDirectory() ? 0 : missing(path);
  }

  private int modelMake(String path, Thing thing) {
    if (model.containsKey(path)) return Errno.EXIST;
    int errno = parentErrno(path);
    if (errno == 0) model.put(path, thing);
    return errno;
  }

  private int modelWrite(String path, int oflags, String text, boolean append) {
    var thing = model.get(path);
    boolean exclusive = (oflags & (Rig.CREAT | Rig.EXCL)) == (Rig.CREAT | Rig.EXCL);
    if (thing == null) {
      int errno = parentErrno(path);
      if (errno != 0) return errno;
      if ((oflags & Rig.CREAT) == 0) return Errno.NOENT;
      thing = new Thing();
      thing.content = new StringBuilder();
      model.put(path, thing);
    } else if (exclusive) {
      return Errno.EXIST;
    } else if (thing.isDirectory()) {
      return Errno.ISDIR;
    }
    if ((oflags & Rig.TRUNC) != 0) thing.content.setLength(0);
    int at = append ? thing.content.length() : 0;
    thing.content.replace(at, Math.min(at + text.length(), thing.content.length()), text);
    return 0;
  }

  private int modelUnlink(String path) {
    var thing = model.get(path);
    if (thing == null) return missing(path);
    if (thing.isDirectory()) return Errno.ISDIR;
    model.remove(path).links--;
    return 0;
  }

  private boolean hasChildren(String path) {
    var next = model.higherKey(path + "/");
    return next != null && next.startsWith(path + "/");
  }

  private int modelRemove(String path) {
    var thing = model.get(path);
    if (thing == null) return missing(path);
    if (!thing.isDirectory()) return Errno.NOTDIR;
    if (hasChildren(path)) return Errno.NOTEMPTY;
    model.remove(path);
    return 0;
  }

  private int modelLink(String from, String to) {
    var thing = model.get(from);
    if (thing == null && parentErrno(from) != 0) return missing(from);
    var target = model.get(to);
    if (target == null && parentErrno(to) != 0) return missing(to);
    if (thing == null) return Errno.NOENT;
    if (thing.isDirectory()) return Errno.PERM;
    if (target != null) return Errno.EXIST;
    thing.links++;
    model.put(to, thing);
    return 0;
  }

  private int modelRename(String from, String to) {
    var thing = model.get(from);
    if (thing == null && parentErrno(from) != 0) return missing(from);
    var target = model.get(to);
    if (target == null && parentErrno(to) != 0) return missing(to);
    if (thing == null) return Errno.NOENT;
    if (!thing.isDirectory()) {
      if (target != null && target.isDirectory()) return Errno.ISDIR;
      if (target == thing) return 0;
    } else {
      if (to.startsWith(from + "/")) return Errno.INVAL;
      if (target == thing) return 0;
      if (target != null && !target.isDirectory()) return Errno.NOTDIR;
      if (target != null && hasChildren(to)) return Errno.NOTEMPTY;
    }
    if (target != null) target.links--;
    var moved = new ArrayList<String>();
    for (var path : model.keySet())
      if (path.equals(from) || path.startsWith(from + "/")) moved.add(path);
    for (var path : moved) model.put(to + path.substring(from.length()), model.remove(path));
    return 0;
  }

  private void compare() {
    for (var entry : model.entrySet()) {
      var path = entry.getKey();
      var thing = entry.getValue();
      var stat = rig.stat(path, 0);
      assertEquals(thing.isDirectory() ? 3 : 4, stat.type(), path);
      if (thing.isDirectory()) {
        var names = new ArrayList<>(List.of(".", ".."));
        model.keySet().stream()
            .filter(p -> p.startsWith(path + "/") && p.indexOf('/', path.length() + 1) < 0)
            .forEach(p -> names.add(p.substring(path.length() + 1)));
        assertEquals(names, rig.names(path), path);
      } else {
        assertEquals(thing.content.length(), stat.size(), path);
        assertEquals(thing.links, stat.nlink(), path);
        assertEquals(thing.content.toString(), rig.content(path), path);
      }
    }
    rig.rewind();
  }

  private void removeOne(String path) {
    assertEquals(
        0,
        call(model.get(path).isDirectory() ? "path_remove_directory" : "path_unlink_file", path),
        path);
  }
}
