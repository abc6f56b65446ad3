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
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

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
      if (parts.length < 2 || parts[0].isEmpty() || !parts[1].startsWith("/"))
        throw new CommandFailure(Exit.USAGE, "--dir takes HOST::/GUEST, not " + word);
      var guest = parts[1].replaceAll("^/+|/+$", "");
      copied.copy(Path.of(parts[0]), guest.isEmpty() ? "" : guest + "/");
    }
    return Optional.of(copied.archive());
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
    if (files.size() == Archive.MAX_ENTRIES)
      throw new IOException("more than " + Archive.MAX_ENTRIES + " files with " + file);
    if (files.put(path, Bytes.wrap(Files.readAllBytes(file))) != null)
      throw new IOException(path + " comes from two directories");
  }
}
