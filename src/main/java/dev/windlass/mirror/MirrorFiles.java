package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mirror's directory, held by one process. A file is whole or not there; after {@link #sync}
 * all that was put is on the disk. One thread writes, any read.
 */
final class MirrorFiles implements AutoCloseable {
  /**
   * What this process holds. The kernel's lock is the process's and ends when any descriptor of its
   * file is closed, so a second attempt in here must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final FileChannel channel;
  private final FileLock lock;
  private final Set<Path> touched = new HashSet<>();

  private MirrorFiles(Path root, FileChannel channel, FileLock lock) {
    this.root = root;
    this.channel = channel;
    this.lock = lock;
  }

  static MirrorFiles open(Path directory) throws IOException {
    Files.createDirectories(directory);
    var root = directory.toRealPath();
    if (!HELD.add(root)) throw inUse(root);
    try {
      var channel =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var lock = channel.tryLock();
      if (lock != null) return new MirrorFiles(root, channel, lock);
      channel.close();
      throw inUse(root);
    } catch (IOException e) {
      HELD.remove(root);
      throw e;
    }
  }

  private static IOException inUse(Path root) {
    return new IOException("the mirror directory " + root + " is in use; give each its own");
  }

  Optional<Bytes> get(String path) throws IOException {
    try {
      return Optional.of(Bytes.wrap(Files.readAllBytes(root.resolve(path))));
    } catch (NoSuchFileException | NotDirectoryException _) {
      return Optional.empty();
    }
  }

  void put(String path, Bytes content) throws IOException {
    var file = root.resolve(path);
    makeParents(file.getParent());
    var fresh = root.resolve("fresh.tmp");
    try (var out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var left = ByteBuffer.wrap(content.unsafeArray()).asReadOnlyBuffer();
      while (left.hasRemaining()) out.write(left);
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    touched.add(file.getParent());
  }

  /** Names too are on the disk when it returns. */
  void sync() throws IOException {
    for (var directory : touched) {
      try (var names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      } catch (NoSuchFileException _) {
        // a directory of partial tiles that was cleared since
      }
    }
    touched.clear();
  }

  /** A directory of partial tiles, except one file; all of it when that name is empty. */
  void clear(String directory, String except) throws IOException {
    var path = root.resolve(directory);
    try (var files = Files.newDirectoryStream(path)) {
      for (var file : files)
        if (!file.getFileName().toString().equals(except)) Files.deleteIfExists(file);
    } catch (NoSuchFileException | NotDirectoryException _) {
      return;
    }
    if (except.isEmpty()) Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) return;
    lock.release();
    channel.close();
    HELD.remove(root);
  }

  private void makeParents(Path directory) throws IOException {
    if (Files.isDirectory(directory)) return;
    makeParents(directory.getParent());
    Files.createDirectory(directory);
    touched.add(directory.getParent());
  }
}
