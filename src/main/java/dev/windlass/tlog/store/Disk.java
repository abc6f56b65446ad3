package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The steps a file system can be stopped between. Files and names become durable apart: a file by
 * {@link #force}, the names in a directory by {@link #forceDirectory}. Here so that tests can stop
 * at each of them.
 */
interface Disk {
  /** Makes or empties the file, then writes; neither content nor name is durable. */
  void write(Path file, byte[] octets) throws IOException;

  /** The file's content is durable. Nothing happens when it is not there. */
  void force(Path file) throws IOException;

  /** Each of them, in any order. */
  default void forceAll(Collection<Path> files) throws IOException {
    for (var file : files) force(file);
  }

  /** In one step, over what is there. */
  void rename(Path from, Path to) throws IOException;

  /** The names in this directory are durable. Nothing happens when it is not there. */
  void forceDirectory(Path directory) throws IOException;

  /** Nothing happens when it is not there. */
  void delete(Path file) throws IOException;

  /** Nothing happens when it is not there or not empty. */
  void deleteEmptyDirectory(Path directory) throws IOException;

  /** One level; the name is not durable. Nothing happens when it is there. */
  void makeDirectory(Path directory) throws IOException;

  boolean isDirectory(Path path);

  /** With all directories above it; all of their names are durable. */
  default void makeDurableDirectory(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent == null) return;
    if (!isDirectory(directory)) {
      makeDurableDirectory(parent);
      makeDirectory(directory);
    }
    forceDirectory(parent); // who made it before may not have
  }

  Optional<byte[]> read(Path file) throws IOException;

  /** All files below, at any depth; none when there is no such directory. */
  List<Path> files(Path directory) throws IOException;

  /** The file's system is this machine's. */
  Disk REAL = new Real();

  /** What went wrong in words, without the path. */
  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.NoSuchFileException _ -> "no such file";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Each call is one or a few system calls. */
  final class Real implements Disk {
    private static final int FORCING = 16;

    private Real() {}

    @Override
    public void write(Path file, byte[] octets) throws IOException {
      try (var channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) channel.write(buffer);
      }
    }

    @Override
    public void force(Path file) throws IOException {
      // The kernel writes the file's pages whoever wrote them; the descriptor need not be the same.
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      } catch (NoSuchFileException _) {
        // replaced or deleted since: nothing to keep
      }
    }

    /** At once, as far as that: a disk writes many as fast as a few (measured: 64 in 1/10). */
    @Override
    public void forceAll(Collection<Path> files) throws IOException {
      if (files.size() < 2) {
        for (var file : files) force(file);
        return;
      }
      var forced = new ArrayList<Future<?>>();
      try (var threads = Executors.newFixedThreadPool(Math.min(files.size(), FORCING))) {
        for (var file : files)
          forced.add(
              threads.submit(
                  () -> {
                    force(file);
                    return file;
                  }));
      }
      for (var each : forced) if (each.state() == Future.State.FAILED) throw failure(each);
    }

    private static IOException failure(Future<?> failed) {
      return failed.exceptionNow() instanceof IOException e
          ? e
          : new IOException("couldn't force a file", failed.exceptionNow());
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      try {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        throw new IOException("couldn't rename " + from + " to " + to + " in one step", e);
      }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
      try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      } catch (NoSuchFileException _) {
        // deleted since
      }
    }

    @Override
    public void delete(Path file) throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public void deleteEmptyDirectory(Path directory) throws IOException {
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException _) {
        // still in use
      }
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
      if (!Files.isDirectory(directory)) Files.createDirectory(directory);
    }

    @Override
    public boolean isDirectory(Path path) {
      return Files.isDirectory(path);
    }

    @Override
    public Optional<byte[]> read(Path file) throws IOException {
      try {
        return Optional.of(Files.readAllBytes(file));
      } catch (NoSuchFileException _) {
        return Optional.empty();
      } catch (IOException e) {
        if (Files.isDirectory(file)) return Optional.empty();
        throw e;
      }
    }

    @Override
    public List<Path> files(Path directory) throws IOException {
      if (!Files.isDirectory(directory)) return List.of();
      try (var below = Files.walk(directory)) {
        return below.filter(Files::isRegularFile).toList();
      }
    }
  }
}
