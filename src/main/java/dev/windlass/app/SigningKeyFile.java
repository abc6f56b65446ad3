package dev.windlass.app;

import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** The key of a log or a witness: one line, an skey, in a file that only its owner may read. */
final class SigningKeyFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private SigningKeyFile() {}

  /**
   * Reads it, or makes one of this name where there is none.
   *
   * @throws IOException also for a file that others may read, or a key of another name
   */
  static SigningKey open(Path file, String name) throws IOException {
    if (!Files.exists(file)) return make(file, name);
    var others = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(others))
      throw new IOException(
          file + " is " + PosixFilePermissions.toString(others) + ", expected rw-------");
    try {
      var key = SigningKey.parse(Files.readString(file).strip());
      if (key.name().equals(name)) return key;
      throw new IOException(file + " is the key of " + key.name() + ", expected " + name);
    } catch (TlogException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Whole and on the disk before its name is there: a key that signed must not be lost. */
  private static SigningKey make(Path file, String name) throws IOException {
    var key = SigningKey.generate(name, new SecureRandom());
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (var out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      var left = ByteBuffer.wrap((key.secretText() + "\n").getBytes(StandardCharsets.US_ASCII));
      while (left.hasRemaining()) out.write(left);
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (var parent = FileChannel.open(file.toAbsolutePath().getParent())) {
      parent.force(true);
    }
    return key;
  }
}
