package dev.windlass.registrar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A file of JSON lines that only grows. A line is on the disk when {@link #append} returns. The
 * last line, torn by a crash, was never acknowledged and is cut off; any other damage stops us.
 *
 * <p>What if we die here: before the line end is written, the line is cut at the next opening;
 * after it, the line counts although nobody was answered.
 *
 * <p>Not for several threads.
 */
final class RegistryFile implements AutoCloseable {
  static final int MAX_LINE = 2048;

  private static final Bounds BOUNDS = Bounds.ofBytes(MAX_LINE);
  private static final int BUFFER = 64 << 10;

  private final Path path;
  private FileChannel file;
  private long size;
  private long lines;

  /** After a failed write we do not know what the disk holds. */
  private boolean broken;

  private RegistryFile(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /** Opens or creates it and hands each line to {@code reader}, which refuses by an exception. */
  static RegistryFile open(Path path, Consumer<Json> reader) throws IOException {
    var opened = new RegistryFile(path, channel(path));
    try {
      opened.read(reader);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  long lines() {
    return lines;
  }

  void append(Json line) throws IOException {
    if (broken)
      throw new IOException(path + " is in an unknown state since a failed write; restart");
    var octets = octets(line);
    try {
      write(file, octets, size);
      file.force(false);
      size += octets.length;
      lines++;
    } catch (IOException e) {
      broken = !cutBack();
      throw new IOException("couldn't append to " + path, e);
    }
  }

  /** Replaces the whole by these lines, which say the same in fewer. */
  void replace(Stream<Json> fewer) throws IOException {
    var fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var channel = channel(fresh);
    long at = 0;
    long count = 0;
    try {
      for (var line : (Iterable<Json>) fewer::iterator) {
        var octets = octets(line);
        write(channel, octets, at);
        at += octets.length;
        count++;
      }
      channel.force(true);
      Files.move(fresh, path, ATOMIC_MOVE, REPLACE_EXISTING);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    file.close();
    file = channel;
    size = at;
    lines = count;
    syncDirectory();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void read(Consumer<Json> reader) throws IOException {
    long length = file.size();
    var rest = ByteBuffer.allocate(BUFFER);
    var line = new byte[MAX_LINE];
    int have = 0;
    for (long at = 0; at < length; ) {
      rest.clear();
      int n = file.read(rest, at);
      if (n < 0) break;
      at += n;
      rest.flip();
      while (rest.hasRemaining()) {
        byte b = rest.get();
        if (b == '\n') {
          parse(new String(line, 0, have, UTF_8), reader);
          size += have + 1;
          lines++;
          have = 0;
        } else if (have == MAX_LINE) {
          throw new IOException(path + ": line " + (lines + 1) + " is longer than " + MAX_LINE);
        } else {
          line[have++] = b;
        }
      }
    }
    if (size < length) {
      file.truncate(size);
      file.force(true);
    }
    syncDirectory();
  }

  private void parse(String line, Consumer<Json> reader) throws IOException {
    try {
      reader.accept(Json.parse(line, BOUNDS));
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": line " + (lines + 1) + ": " + e.getMessage(), e);
    }
  }

  private boolean cutBack() {
    try {
      file.truncate(size);
      file.force(true);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void syncDirectory() throws IOException {
    try (var directory = FileChannel.open(path.toAbsolutePath().getParent(), READ)) {
      directory.force(true);
    }
  }

  private static byte[] octets(Json line) {
    return (line.canonicalText() + "\n").getBytes(UTF_8);
  }

  private static void write(FileChannel to, byte[] octets, long at) throws IOException {
    var left = ByteBuffer.wrap(octets);
    while (left.hasRemaining()) to.write(left, at + left.position());
  }

  private static FileChannel channel(Path path) throws IOException {
    var mode = PosixFilePermissions.fromString("rw-------");
    return FileChannel.open(
        path, Set.of(CREATE, READ, WRITE), PosixFilePermissions.asFileAttribute(mode));
  }
}
