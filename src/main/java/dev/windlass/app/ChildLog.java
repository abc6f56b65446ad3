package dev.windlass.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What the children said, one file for all, each line with its child's name in front. At {@link
 * #MOST_BYTES} the file is put aside as {@code .1} and begun anew, so the two together are bounded.
 */
final class ChildLog implements AutoCloseable {
  private static final long MOST_BYTES = 8 << 20;
  private static final int MOST_LINE = 4096;

  private final Path file;

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private OutputStream out;
  private long size;
  private long lost;

  ChildLog(Path file) throws IOException {
    this.file = file;
    this.size = Files.exists(file) ? Files.size(file) : 0;
    this.out = append(file);
  }

  /**
   * Reads until the child closes its side. Lines without the word INFO or DEBUG are problems: our
   * own warnings, and whatever an aborting engine has to say.
   */
  void copy(String name, InputStream from, Consumer<String> problems) {
    Thread.ofVirtual().name("log-" + name).start(() -> readAll(name, from, problems));
  }

  private void readAll(String name, InputStream from, Consumer<String> problems) {
    var line = new ByteArrayOutputStream();
    try (from) {
      var chunk = new byte[8192];
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n') {
            take(name, line, problems);
          } else if (line.size() < MOST_LINE) {
            line.write(chunk[i]);
          }
        }
      }
      if (line.size() > 0) take(name, line, problems);
    } catch (IOException e) {
      problems.accept(name + " | its output was lost: " + e.getMessage());
    }
  }

  private void take(String name, ByteArrayOutputStream octets, Consumer<String> problems) {
    var line = name + " | " + octets.toString(StandardCharsets.UTF_8);
    octets.reset();
    write(line + "\n");
    if (!line.contains(" INFO ") && !line.contains(" DEBUG ")) problems.accept(line);
  }

  /** Octets that could not be written. */
  long lost() {
    lock.lock();
    try {
      return lost;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      out.close();
    } finally {
      lock.unlock();
    }
  }

  private void write(String line) {
    var octets = line.getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      if (size + octets.length > MOST_BYTES) turn();
      out.write(octets);
      size += octets.length;
    } catch (IOException _) {
      lost += octets.length; // a full disk must not stop the reading: the child would hang
    } finally {
      lock.unlock();
    }
  }

  private void turn() throws IOException {
    out.close();
    Files.move(
        file,
        file.resolveSibling(file.getFileName() + ".1"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
    out = append(file);
    size = 0;
  }

  private static OutputStream append(Path file) throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
