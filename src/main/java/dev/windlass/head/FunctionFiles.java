package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * {@code <namespace>/<name>/versions/<manifest digest>.json}, each written once, and {@code
 * <namespace>/<name>/current}, which holds the digest of one of them and is replaced by a rename.
 * Beside a version that has an entry in the log lies {@code <manifest digest>.published}, which
 * holds its index. A file is synced before it gets its name and its directory after, so a crash at
 * any point leaves the old or the new version current, never none.
 */
final class FunctionFiles {
  private static final String SUFFIX = ".json";
  private static final String PUBLISHED = ".published";

  private final Path root;

  FunctionFiles(Path root) {
    this.root = root;
  }

  /** Functions that have a current version. */
  List<FunctionName> names() throws IOException {
    Files.createDirectories(root);
    var names = new TreeSet<FunctionName>();
    for (var namespace : directories(root))
      for (var function : directories(namespace)) {
        if (!Files.exists(function.resolve("current"))) continue;
        names.add(
            new FunctionName(
                namespace.getFileName().toString(), function.getFileName().toString()));
      }
    return List.copyOf(names);
  }

  Digest current(FunctionName name) throws IOException {
    return Digest.parse(Files.readString(directory(name).resolve("current")).strip());
  }

  Bytes read(FunctionName name, Digest version) throws IOException {
    return Bytes.wrap(Files.readAllBytes(file(name, version)));
  }

  /** Newest first. */
  List<Digest> versions(FunctionName name) throws IOException {
    record Found(Digest digest, long writtenMillis) {}
    var found = new ArrayList<Found>();
    var directory = directory(name).resolve("versions");
    if (!Files.isDirectory(directory)) return List.of();
    try (var files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (var file : files) {
        var text = file.getFileName().toString();
        found.add(
            new Found(
                new Digest(text.substring(0, text.length() - SUFFIX.length())),
                Files.getLastModifiedTime(file).toMillis()));
      }
    }
    found.sort(Comparator.comparingLong(Found::writtenMillis).reversed());
    return found.stream().map(Found::digest).toList();
  }

  /** Those beyond the {@code most} newest, never {@code current}. */
  List<Digest> oldest(FunctionName name, Digest current, int most) throws IOException {
    return versions(name).stream().filter(v -> !v.equals(current)).skip(most - 1L).toList();
  }

  void write(FunctionName name, Digest version, Bytes octets) throws IOException {
    var file = file(name, version);
    Files.createDirectories(file.getParent());
    replace(file, octets.unsafeArray());
    for (var at = file.getParent(); !at.equals(root.getParent()); at = at.getParent()) sync(at);
  }

  /**
   * The index of the version's entry in the log; empty when none was written, or one is damaged.
   */
  OptionalLong published(FunctionName name, Digest version) throws IOException {
    var file = publishedFile(name, version);
    if (!Files.exists(file)) return OptionalLong.empty();
    var text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    return text.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  void writePublished(FunctionName name, Digest version, long index) throws IOException {
    replace(publishedFile(name, version), (index + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  void point(FunctionName name, Digest version) throws IOException {
    replace(
        directory(name).resolve("current"), (version + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  void unpoint(FunctionName name) throws IOException {
    Files.deleteIfExists(directory(name).resolve("current"));
    sync(directory(name));
  }

  void removeVersion(FunctionName name, Digest version) throws IOException {
    Files.deleteIfExists(publishedFile(name, version));
    Files.deleteIfExists(file(name, version));
  }

  /**
   * What is left of a function without versions; a foreign file stays, and with it the directory.
   */
  void remove(FunctionName name) throws IOException {
    var directory = directory(name);
    var versions = directory.resolve("versions");
    if (Files.isDirectory(versions) && isEmpty(versions)) Files.delete(versions);
    if (isEmpty(directory)) Files.delete(directory);
    sync(directory.getParent());
  }

  private static void replace(Path file, byte[] octets) throws IOException {
    var temporary = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      try (var channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) channel.write(buffer);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(file.getParent());
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw new IOException("couldn't write " + file + ": " + e.getMessage(), e);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      return !files.iterator().hasNext();
    }
  }

  private static List<Path> directories(Path in) throws IOException {
    var found = new ArrayList<Path>();
    try (var files = Files.newDirectoryStream(in, Files::isDirectory)) {
      files.forEach(found::add);
    }
    return found;
  }

  private Path directory(FunctionName name) {
    return root.resolve(name.namespace()).resolve(name.name());
  }

  private Path file(FunctionName name, Digest version) {
    return directory(name).resolve("versions").resolve(version.hex() + SUFFIX);
  }

  private Path publishedFile(FunctionName name, Digest version) {
    return directory(name).resolve("versions").resolve(version.hex() + PUBLISHED);
  }
}
