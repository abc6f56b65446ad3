package dev.windlass.witness;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory with one file an origin, {@code <hex>.checkpoint}, held by one process.
 *
 * <p>What if we die here: before the rename, the old value stands and a {@code .tmp} file is
 * overwritten by the next; after it, the new one stands although nobody was answered.
 */
public final class FileStates implements States, AutoCloseable {
  private static final int MAX_BYTES = 1 << 20;
  private static final Set<StandardOpenOption> WRITE_ANEW =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * What this process holds. The kernel's lock is the process's and ends when any descriptor of its
   * file is closed, so a second attempt in here must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;
  private final FileLock lock;

  private FileStates(Path directory, FileChannel channel, FileLock lock) {
    this.directory = directory;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * @throws IOException also when another witness holds the directory
   */
  public static FileStates open(Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var real = directory.toRealPath();
    if (!HELD.add(real)) throw inUse(real);
    try {
      var channel =
          FileChannel.open(
              real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var lock = channel.tryLock();
      if (lock != null) return new FileStates(real, channel, lock);
      channel.close();
      throw inUse(real);
    } catch (IOException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static IOException inUse(Path directory) {
    return new IOException(
        "the witness directory " + directory + " is in use by another witness; give it its own");
  }

  @Override
  public Optional<Bytes> load(String origin) throws IOException {
    var file = file(origin);
    try (var in = Files.newInputStream(file)) {
      var octets = in.readNBytes(MAX_BYTES + 1);
      if (octets.length > MAX_BYTES)
        throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
      return Optional.of(Bytes.wrap(octets));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized boolean replace(String origin, Optional<Bytes> expected, Bytes value)
      throws IOException {
    if (!load(origin).equals(expected)) return false;
    var file = file(origin);
    var fresh = directory.resolve(origin + ".tmp");
    try (var out = FileChannel.open(fresh, WRITE_ANEW, OWNER_ONLY)) {
      var left = ByteBuffer.wrap(value.toArray());
      while (left.hasRemaining()) out.write(left);
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) return;
    lock.release();
    channel.close();
    HELD.remove(directory);
  }

  private Path file(String origin) {
    if (!origin.matches("[0-9a-f]{64}"))
      throw new IllegalArgumentException("not a hex SHA-256: " + origin);
    return directory.resolve(origin + ".checkpoint");
  }
}
