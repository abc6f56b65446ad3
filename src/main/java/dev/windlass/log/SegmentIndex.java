package dev.windlass.log;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Where the receipts of one full segment lie, sorted by id, on disk. Written when every leaf of the
 * segment has its index, and never changed: {@code "WLRI" u32 count u64 newest u32 crc32c} and
 * count times {@code id(16) || u64 offset || u32 item || u64 index}, big-endian, the check sum over
 * all entries. Can be made again from its segment.
 */
final class SegmentIndex implements AutoCloseable {
  private static final int MAGIC = 0x574c5249;
  private static final int HEADER = 20;
  private static final int ENTRY = 36;
  private static final int CHUNK = ENTRY * 1_820;

  /**
   * @param offset of the record in its segment
   * @param item of the submission, from 0
   * @param index of its leaf in the log
   */
  record Entry(UUID id, long offset, int item, long index) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return compare(id, other.id);
    }
  }

  private final FileChannel file;
  private final int count;
  private final long newest;
  private final Optional<UUID> first;
  private final Optional<UUID> last;

  private SegmentIndex(FileChannel file, int count, long newest) throws IOException {
    this.file = file;
    this.count = count;
    this.newest = newest;
    this.first = count == 0 ? Optional.empty() : Optional.of(entry(0).id());
    this.last = count == 0 ? Optional.empty() : Optional.of(entry(count - 1).id());
  }

  /**
   * Writes it and opens it.
   *
   * @param newest time of the newest record, in Unix milliseconds
   */
  static SegmentIndex write(Path path, List<Entry> entries, long newest) throws IOException {
    var sorted = entries.stream().sorted().toList();
    var body = ByteBuffer.allocate(sorted.size() * ENTRY);
    for (var entry : sorted) {
      body.putLong(entry.id().getMostSignificantBits());
      body.putLong(entry.id().getLeastSignificantBits());
      body.putLong(entry.offset()).putInt(entry.item()).putLong(entry.index());
    }
    body.flip();
    var crc = new CRC32C();
    crc.update(body.duplicate());
    var header = ByteBuffer.allocate(HEADER).putInt(MAGIC).putInt(sorted.size()).putLong(newest);
    header.putInt((int) crc.getValue()).flip();
    var fresh = path.resolveSibling(path.getFileName() + ".new");
    try (var out = FileChannel.open(fresh, CREATE, TRUNCATE_EXISTING, WRITE)) {
      while (header.hasRemaining()) out.write(header);
      while (body.hasRemaining()) out.write(body);
      out.force(true);
    }
    Files.move(fresh, path, ATOMIC_MOVE, REPLACE_EXISTING);
    return open(path);
  }

  /**
   * @throws IOException when it is not whole
   */
  static SegmentIndex open(Path path) throws IOException {
    var file = FileChannel.open(path, READ);
    try {
      var header = ByteBuffer.allocate(HEADER);
      if (!fill(file, header, 0) || header.getInt() != MAGIC)
        throw new IOException(path + " is no index of receipts");
      int count = header.getInt();
      long newest = header.getLong();
      int expected = header.getInt();
      if (count < 0 || file.size() != HEADER + (long) count * ENTRY)
        throw new IOException(path + " has " + file.size() + " octets, not those of " + count);
      var crc = new CRC32C();
      var chunk = ByteBuffer.allocate(CHUNK);
      for (long at = HEADER; at < file.size(); at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(CHUNK, file.size() - at));
        if (!fill(file, chunk, at)) throw new IOException(path + " ends at " + at);
        crc.update(chunk);
        chunk.flip();
      }
      if ((int) crc.getValue() != expected) throw new IOException(path + " has a wrong check sum");
      return new SegmentIndex(file, count, newest);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  int count() {
    return count;
  }

  long newest() {
    return newest;
  }

  Optional<Entry> find(UUID id) throws IOException {
    if (first.isEmpty() || compare(id, first.get()) < 0 || compare(id, last.orElseThrow()) > 0)
      return Optional.empty();
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var entry = entry(middle);
      int order = compare(entry.id(), id);
      if (order == 0) return Optional.of(entry);
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private Entry entry(int position) throws IOException {
    var octets = ByteBuffer.allocate(ENTRY);
    if (!fill(file, octets, HEADER + (long) position * ENTRY))
      throw new IOException("an index of receipts ends before entry " + position);
    var id = new UUID(octets.getLong(), octets.getLong());
    return new Entry(id, octets.getLong(), octets.getInt(), octets.getLong());
  }

  /** In the order of their octets, which for UUIDv7 is that of time; {@code UUID}'s own is not. */
  private static int compare(UUID a, UUID b) {
    int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
  }

  private static boolean fill(FileChannel file, ByteBuffer into, long at) throws IOException {
    long next = at;
    while (into.hasRemaining()) {
      int n = file.read(into, next);
      if (n < 0) return false;
      next += n;
    }
    into.flip();
    return true;
  }
}
