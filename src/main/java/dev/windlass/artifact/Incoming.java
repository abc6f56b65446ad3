package dev.windlass.artifact;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * An artifact on its way into a {@link ContentStore}, hashed as it comes. Used by one thread at a
 * time.
 */
public final class Incoming implements AutoCloseable {
  private final ContentStore store;
  private final Digest expected;
  private final long mostBytes;
  private final Path temporary;
  private final FileChannel channel;
  private final MessageDigest hash = Digest.sha256();
  private long written;

  Incoming(
      ContentStore store, Digest expected, long mostBytes, Path temporary, FileChannel channel) {
    this.store = store;
    this.expected = expected;
    this.mostBytes = mostBytes;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * @throws ArtifactException.TooLarge when it is more than was agreed
   * @throws ArtifactException.DiskFull when it does not fit on the disk
   */
  public void write(byte[] octets, int offset, int length) throws IOException {
    if (length > mostBytes - written) throw new ArtifactException.TooLarge(expected, mostBytes);
    hash.update(octets, offset, length);
    var buffer = ByteBuffer.wrap(octets, offset, length);
    try {
      while (buffer.hasRemaining()) written += channel.write(buffer);
    } catch (IOException e) {
      throw store.explain(e, expected, written);
    }
  }

  /**
   * The artifact is in the store and on the disk when this returns.
   *
   * @return its size in bytes
   * @throws ArtifactException.DigestMismatch when it is not what was expected
   * @throws ArtifactException.StoreFull when what is in use leaves no room
   */
  public long commit() throws IOException {
    var actual = Digest.ofHash(hash.digest());
    if (!actual.equals(expected))
      throw new ArtifactException.DigestMismatch(expected, actual, written);
    try {
      channel.force(true);
      store.admit(expected, temporary, written);
    } catch (ArtifactException e) {
      throw e;
    } catch (IOException e) {
      throw store.explain(e, expected, written);
    }
    return written;
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(temporary);
    }
  }
}
