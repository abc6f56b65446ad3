package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A small text file that only its owner may read, because a private key is in it. */
public final class OwnerFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private OwnerFile() {}

  /**
   * Replaces it as a whole; it is durable when this returns. Its directory must exist.
   *
   * <p>What if we die here: before the rename it is as it was, after it as it shall be.
   *
   * @param text in US-ASCII
   */
  public static void write(Path file, String text) throws IOException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    try (var out = FileChannel.open(fresh, Set.of(CREATE_NEW, WRITE), mode)) {
      var octets = ByteBuffer.wrap(text.getBytes(US_ASCII));
      while (octets.hasRemaining()) out.write(octets);
      out.force(true);
    }
    Files.move(fresh, file, ATOMIC_MOVE, REPLACE_EXISTING);
    try (var directory = FileChannel.open(file.toAbsolutePath().getParent(), READ)) {
      directory.force(true);
    }
  }

  /**
   * @throws IOException if it cannot be read, others may read it, or it is too long
   */
  public static String read(Path file, int maxBytes) throws IOException {
    var mode = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(mode))
      throw new IOException(
          file
              + " holds a private key and has mode "
              + PosixFilePermissions.toString(mode)
              + "; expected rw-------");
    return readMounted(file, maxBytes);
  }

  /**
   * The same for a file that somebody else has put there, such as a mounted Secret: who may read it
   * is theirs to say.
   */
  public static String readMounted(Path file, int maxBytes) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var octets = in.readNBytes(maxBytes + 1);
      if (octets.length > maxBytes)
        throw new IOException(file + " has more than " + maxBytes + " bytes");
      return new String(octets, US_ASCII);
    }
  }
}
