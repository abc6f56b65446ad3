package dev.windlass.log;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * One file of records that only grows. A record is {@code u32 length || u32 crc32c || length
 * octets}, integers big-endian; the check sum is over the octets.
 *
 * <p>What was acknowledged lies below a {@link #force}; what lies after the last one may be torn by
 * a crash. A reader that meets something torn stops there; nothing is ever cut off or written over.
 *
 * <p>Appends by one thread; reads by any.
 */
final class Segment implements AutoCloseable {
  static final int HEADER = 8;

  private final Path path;
  private final int number;
  private final FileChannel file;
  private volatile long size;

  private Segment(Path path, int number, FileChannel file, long size) {
    this.path = path;
    this.number = number;
    this.file = file;
    this.size = size;
  }

  /** A new, empty one. */
  static Segment create(Path path, int number) throws IOException {
    var mode = PosixFilePermissions.fromString("rw-------");
    var file =
        FileChannel.open(
            path, Set.of(CREATE_NEW, READ, WRITE), PosixFilePermissions.asFileAttribute(mode));
    return new Segment(path, number, file, 0);
  }

  /** One that is there, to be read and appended to. */
  static Segment open(Path path, int number) throws IOException {
    var file = FileChannel.open(path, READ, WRITE);
    return new Segment(path, number, file, file.size());
  }

  Path path() {
    return path;
  }

  int number() {
    return number;
  }

  long size() {
    return size;
  }

  /**
   * Writes a record behind the last; it is on the disk after {@link #force}.
   *
   * @return its offset
   * @throws IOException when it may be there in part: {@link #cut} before anything else is written
   */
  long append(ByteBuffer... parts) throws IOException {
    long at = size;
    var crc = new CRC32C();
    int length = 0;
    for (var part : parts) {
      length += part.remaining();
      crc.update(part.duplicate());
    }
    var header = ByteBuffer.allocate(HEADER).putInt(length).putInt((int) crc.getValue()).flip();
    long end = write(header, at);
    for (var part : parts) end = write(part.duplicate(), end);
    size = end;
    return at;
  }

  void force() throws IOException {
    file.force(false);
  }

  /** Forgets everything behind {@code good}: what a failed write left. */
  void cut(long good) throws IOException {
    file.truncate(good);
    file.force(true);
    size = good;
  }

  /**
   * The record at an offset.
   *
   * @throws IOException when there is none whose check sum is right
   */
  ByteBuffer read(long at, int mostOctets) throws IOException {
    var header = ByteBuffer.allocate(HEADER);
    fill(header, at);
    int length = header.getInt();
    int expected = header.getInt();
    if (length < 1 || length > mostOctets)
      throw damaged(at, "length " + length + ", at most " + mostOctets);
    var record = ByteBuffer.allocate(length);
    fill(record, at + HEADER);
    var crc = new CRC32C();
    crc.update(record.duplicate());
    if ((int) crc.getValue() != expected)
      throw damaged(at, "check sum %08x, not %08x".formatted((int) crc.getValue(), expected));
    return record;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private long write(ByteBuffer octets, long at) throws IOException {
    long end = at;
    while (octets.hasRemaining()) end += file.write(octets, end);
    return end;
  }

  private void fill(ByteBuffer into, long at) throws IOException {
    long next = at;
    while (into.hasRemaining()) {
      int n = file.read(into, next);
      if (n < 0) throw damaged(at, "ends after " + (next - at) + " octets");
      next += n;
    }
    into.flip();
  }

  private IOException damaged(long at, String why) {
    return new IOException(path + ": no record at " + at + ": " + why);
  }
}
