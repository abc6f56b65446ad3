package dev.windlass.cli;

import dev.windlass.artifact.Archive;
import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Copies directories of this machine into an archive for a guest. Only what lies in the directory:
 * a symbolic link is followed when it leads to a file of the same directory, and anything that is
 * neither file nor directory is refused.
 */
final class HostFiles {
  static final long MAX_BYTES = 64L << 20;
  private static final int MAX_DEPTH = Archive.MAX_SEGMENTS;

  private final TreeMap<String, Bytes> files = new TreeMap<>();
  private long bytes;

  /** The directory's content at the root of the archive. */
  static Bytes pack(Path directory) {
    var copied = new HostFiles();
    copied.copy(directory, "");
    return copied.archive();
  }

  /**
   * @param words {@code HOST::GUEST}; nothing for none
   */
  static Optional<Bytes> pack(List<String> words) {
    if (words.isEmpty()) return Optional.empty();
    var copied = new HostFiles();
    for (var word : words) {
      var parts = word.split("::", 2);
      var names =
          Arrays.stream(guest(word).split("/"))
              .filter(name -> !name.isEmpty() && !name.equals("."))
              .toList();
      if (names.contains(".."))
        throw new CommandFailure(Exit.USAGE, "--dir takes a guest path without '..', not " + word);
      var prefix = String.join("", names.stream().map(name -> name + "/").toList());
      copied.copy(Path.of(parts[0]), prefix);
    }
    return Optional.of(copied.archive());
  }

  /** The guest's names of the folders, in the order given, and its root. */
  static List<String> preopens(List<String> words) {
    var names = new LinkedHashSet<>(words.stream().map(HostFiles::guest).toList());
    names.add("/");
    return List.copyOf(names);
  }

  private static String guest(String word) {
    var parts = word.split("::", 2);
    if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty())
      throw new CommandFailure(
          Exit.USAGE, "--dir takes HOST::GUEST, such as ./data::/data, not " + word);
    return parts[1];
  }

  private Bytes archive() {
    try {
      return Archive.write(files);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot pack the files: " + e.getMessage());
    }
  }

  private void copy(Path directory, String prefix) {
    try {
      var root = directory.toRealPath();
      if (!Files.isDirectory(root)) throw new IOException("it is no directory");
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes)
                throws IOException {
              if (root.relativize(at).getNameCount() > MAX_DEPTH)
                throw new IOException(at + " lies deeper than " + MAX_DEPTH + " directories");
              if (isEmpty(at) && !at.equals(root))
                put(prefix + root.relativize(at) + "/", Bytes.EMPTY, at);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path at, BasicFileAttributes attributes)
                throws IOException {
              add(
                  prefix + root.relativize(at),
                  attributes.isSymbolicLink() ? within(root, at) : at);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      var why = e instanceof NoSuchFileException ? "it is not there" : e.getMessage();
      throw new CommandFailure(Exit.LOCAL, "cannot take the files of " + directory + ": " + why);
    }
  }

  private static Path within(Path root, Path link) throws IOException {
    var target = link.toRealPath();
    if (!target.startsWith(root)) throw new IOException(link + " leads out of it, to " + target);
    return target;
  }

  private void add(String path, Path file) throws IOException {
    if (!Files.isRegularFile(file))
      throw new IOException(file + " is neither a file nor a directory");
    bytes += Files.size(file);
    if (bytes > MAX_BYTES)
      throw new IOException("more than " + Sizes.bytes(MAX_BYTES) + " with " + file);
    put(path, Bytes.wrap(Files.readAllBytes(file)), file);
  }

  private void put(String path, Bytes content, Path from) throws IOException {
    if (files.size() == Archive.MAX_ENTRIES)
      throw new IOException("more than " + Archive.MAX_ENTRIES + " files with " + from);
    if (files.put(path, content) != null)
      throw new IOException(path + " comes from two directories");
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }
}
