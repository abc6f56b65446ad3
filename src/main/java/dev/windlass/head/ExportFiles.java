package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Optional;

/**
 * Exported receipts by the digest of their payload: {@code <hex>.submission}, which is written
 * before it goes to the log, and {@code <hex>.json}, the bundle. The oldest give way to new ones. A
 * file that is lost costs another signature and another leaf, no more.
 */
final class ExportFiles {
  private static final String SUBMISSION = ".submission";
  private static final String BUNDLE = ".json";

  private final Path directory;
  private final int most;

  /** Guards the set below, oldest first, and every change of the directory. */
  private final Object lock = new Object();

  private final LinkedHashSet<String> kept = new LinkedHashSet<>();

  private ExportFiles(Path directory, int most) {
    this.directory = directory;
    this.most = most;
  }

  static ExportFiles open(Path directory, int most) throws IOException {
    record Found(String hex, long writtenMillis) {}
    Files.createDirectories(directory);
    var files = new ExportFiles(directory, most);
    var found = new ArrayList<Found>();
    try (var all = Files.newDirectoryStream(directory, "*" + SUBMISSION)) {
      for (var file : all) {
        var name = file.getFileName().toString();
        found.add(
            new Found(
                name.substring(0, name.length() - SUBMISSION.length()),
                Files.getLastModifiedTime(file).toMillis()));
      }
    }
    found.sort(Comparator.comparingLong(Found::writtenMillis));
    found.forEach(one -> files.kept.add(one.hex()));
    return files;
  }

  Optional<Bytes> submission(Digest payload) throws IOException {
    return read(payload.hex() + SUBMISSION);
  }

  Optional<Bytes> bundle(Digest payload) throws IOException {
    return read(payload.hex() + BUNDLE);
  }

  void writeSubmission(Digest payload, Bytes submission) throws IOException {
    synchronized (lock) {
      while (kept.size() >= most) {
        var oldest = kept.removeFirst();
        Files.deleteIfExists(directory.resolve(oldest + BUNDLE));
        Files.deleteIfExists(directory.resolve(oldest + SUBMISSION));
      }
      write(payload.hex() + SUBMISSION, submission);
      kept.add(payload.hex());
    }
  }

  void writeBundle(Digest payload, Bytes bundle) throws IOException {
    synchronized (lock) {
      if (kept.contains(payload.hex())) write(payload.hex() + BUNDLE, bundle);
    }
  }

  private Optional<Bytes> read(String name) throws IOException {
    var file = directory.resolve(name);
    return Files.exists(file)
        ? Optional.of(Bytes.wrap(Files.readAllBytes(file)))
        : Optional.empty();
  }

  private void write(String name, Bytes octets) throws IOException {
    var temporary = directory.resolve("." + name + ".new");
    try (var channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var buffer = ByteBuffer.wrap(octets.unsafeArray());
      while (buffer.hasRemaining()) channel.write(buffer);
      channel.force(true);
    }
    Files.move(
        temporary,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
