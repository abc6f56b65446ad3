package dev.windlass.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory of one {@code up}, held by a lock that the kernel gives back when the process dies,
 * however it dies. The lock file says the process id of its holder.
 */
final class DataDirectory implements AutoCloseable {
  private static final int PROBE_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /** {@code ${XDG_DATA_HOME:-~/.local/share}/windlass}. */
  static Path usual() {
    var xdg = System.getenv("XDG_DATA_HOME");
    var base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(xdg);
    return base.resolve("windlass");
  }

  /** Makes, probes and locks it; a {@link StartFailure} says what is wrong and what to do. */
  static DataDirectory open(Path wanted) {
    var path = wanted.toAbsolutePath().normalize();
    try {
      make(path);
      var channel =
          FileChannel.open(
              path.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      var lock = tryLock(channel);
      if (lock == null) throw inUse(path, channel);
      try {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes()), 0);
        probe(path);
        return new DataDirectory(path, channel, lock);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StartFailure(
          "cannot use the data directory "
              + path
              + ": "
              + reason(e)
              + "\n  give another one with --data DIR, or make room there",
          e);
    }
  }

  /** A directory that only its owner may enter. */
  static Path make(Path path) throws IOException {
    var mode = PosixFilePermissions.fromString("rwx------");
    return Files.createDirectories(path, PosixFilePermissions.asFileAttribute(mode));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }

  /** A full disk is told now, by name, and not in the middle of the first deployment. */
  private static void probe(Path path) throws IOException {
    var file = path.resolve("probe.tmp");
    try (var probe = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      var octets = ByteBuffer.allocate(PROBE_BYTES);
      while (octets.hasRemaining()) probe.write(octets);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null; // held by this very process
    }
  }

  private static StartFailure inUse(Path path, FileChannel channel) throws IOException {
    var holder = ByteBuffer.allocate(32);
    channel.read(holder, 0);
    channel.close();
    var pid = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip();
    return new StartFailure(
        "the data directory "
            + path
            + " is in use by process "
            + (pid.isEmpty() ? "(unknown)" : pid)
            + "\n  stop it, or give another one with --data DIR");
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.FileAlreadyExistsException f -> f.getFile() + " is not a directory";
      case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
