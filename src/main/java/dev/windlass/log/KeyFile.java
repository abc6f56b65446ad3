package dev.windlass.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.windlass.tlog.Hash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which entries of a log are about keys: lines {@code windlass-keys 1}, {@code <size> <base64
 * root>}, one index each, {@code end}. Not trusted: it is of a tree, and the entries are read from
 * the log.
 */
final class KeyFile {
  private static final String FIRST = "windlass-keys 1";
  private static final String LAST = "end";

  /** About a million keys. */
  private static final long MAX_OCTETS = 16L << 20;

  private final Path path;

  /**
   * @param size of the tree whose entries are listed
   */
  record Kept(long size, Hash root, List<Long> indexes) {
    Kept {
      indexes = List.copyOf(indexes);
    }
  }

  KeyFile(Path path) {
    this.path = path;
  }

  /** Empty when there is none. */
  Optional<Kept> read() throws IOException {
    List<String> lines;
    try {
      if (Files.size(path) > MAX_OCTETS)
        throw new IOException(path + " has more than " + MAX_OCTETS + " octets");
      lines = Files.readAllLines(path, US_ASCII);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (lines.size() < 3 || !lines.getFirst().equals(FIRST) || !lines.getLast().equals(LAST))
      throw new IOException(path + " is not whole");
    var head = lines.get(1).split(" ", 2);
    if (head.length != 2) throw new IOException(path + " has no size and root");
    var indexes = new ArrayList<Long>();
    for (var line : lines.subList(2, lines.size() - 1)) indexes.add(Long.parseLong(line));
    return Optional.of(new Kept(Long.parseLong(head[0]), Hash.parseBase64(head[1]), indexes));
  }

  void write(long size, Hash root, long[] indexes) throws IOException {
    var text = new StringBuilder(FIRST).append('\n');
    text.append(size).append(' ').append(root.base64()).append('\n');
    for (long index : indexes) text.append(index).append('\n');
    text.append(LAST).append('\n');
    var octets = ByteBuffer.wrap(text.toString().getBytes(US_ASCII));
    var fresh = path.resolveSibling(path.getFileName() + ".new");
    try (var out = FileChannel.open(fresh, CREATE, TRUNCATE_EXISTING, WRITE)) {
      while (octets.hasRemaining()) out.write(octets);
      out.force(true);
    }
    Files.move(fresh, path, ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
