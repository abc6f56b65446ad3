package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The checkpoint in a file, replaced by rename. {@code <file>.held} beside it carries the kernel's
 * lock, which ends with the process however it ends, and says the process id of its holder.
 *
 * <p>The file is set back when its disk is: see {@link Sequencer#open} for how that is found.
 */
public final class FileLock implements Lock {
  /**
   * What this process holds. The kernel's lock is the process's and ends when any descriptor of its
   * file is closed, so a second attempt in here must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Disk disk;
  private final FileChannel held;

  private FileLock(Path file, Disk disk, FileChannel held) {
    this.file = file;
    this.disk = disk;
    this.held = held;
  }

  /**
   * @throws HeldException when somebody else, or this process already, has it open
   */
  public static FileLock open(Path file) throws IOException {
    return open(file, Disk.REAL);
  }

  static FileLock open(Path file, Disk disk) throws IOException {
    try {
      var directory = directory(file.toAbsolutePath().normalize());
      disk.makeDurableDirectory(directory);
      var real = directory.toRealPath().resolve(file.getFileName());
      if (!HELD.add(real)) throw inUse(real, "this one");
      try {
        return new FileLock(real, disk, hold(real));
      } catch (IOException e) {
        HELD.remove(real);
        throw e;
      }
    } catch (HeldException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("couldn't lock " + file + ": " + Disk.reason(e), e);
    }
  }

  /** What the lock says now, for readers such as a check; whoever holds it goes on. */
  public static Optional<byte[]> read(Path file) throws IOException {
    return Disk.REAL.read(file);
  }

  @Override
  public Optional<byte[]> load() throws IOException {
    return disk.read(file);
  }

  @Override
  public boolean replace(Optional<byte[]> expected, byte[] next) throws IOException {
    var temporary = file.resolveSibling(file.getFileName() + ".next");
    try {
      var found = load();
      if (found.isPresent() != expected.isPresent()
          || found.isPresent() && !Arrays.equals(found.get(), expected.get())) return false;
      disk.write(temporary, next);
      disk.force(temporary);
    } catch (IOException e) {
      throw new UnchangedException("couldn't write " + temporary + ": " + Disk.reason(e), e);
    }
    disk.rename(temporary, file);
    disk.forceDirectory(directory(file));
    return true;
  }

  @Override
  public void close() throws IOException {
    if (!held.isOpen()) return;
    held.close();
    HELD.remove(file);
  }

  private static FileChannel hold(Path file) throws IOException {
    var path = file.resolveSibling(file.getFileName() + ".held");
    var channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) throw inUse(file, holder(channel));
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes()), 0);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    var digits = ByteBuffer.allocate(32);
    channel.read(digits, 0);
    var pid = new String(digits.array(), 0, digits.position(), StandardCharsets.US_ASCII).strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  private static HeldException inUse(Path file, String holder) {
    return new HeldException(
        "another sequencer (process "
            + holder
            + ") holds the log's lock "
            + file
            + "\n  a log has one sequencer: stop the other one, or use another directory");
  }

  private static Path directory(Path file) {
    var directory = file.getParent();
    if (directory == null) throw new IllegalArgumentException(file + " is in no directory");
    return directory;
  }
}
