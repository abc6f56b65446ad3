package dev.windlass.app;

import dev.windlass.identity.OwnerFile;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** The key of a log or a witness: one line, an skey, in a file that only its owner may read. */
final class SigningKeyFile {
  private static final int MAX_BYTES = 512;

  private SigningKeyFile() {}

  /**
   * Reads it, or makes one of this name where there is none. A key that signed must not be lost: it
   * is whole and on the disk before its name is there.
   *
   * @throws IOException also for a file that others may read, or a key of another name
   */
  static SigningKey open(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      var made = SigningKey.generate(name, new SecureRandom());
      OwnerFile.write(file, made.secretText() + "\n");
      return made;
    }
    var key = parse(file, OwnerFile.read(file, MAX_BYTES));
    if (key.name().equals(name)) return key;
    throw new IOException(file + " is the key of " + key.name() + ", expected " + name);
  }

  /**
   * The key of a mounted file, which is never made here.
   *
   * @throws IOException if there is none
   */
  static SigningKey readMounted(Path file) throws IOException {
    return parse(file, OwnerFile.readMounted(file, MAX_BYTES));
  }

  private static SigningKey parse(Path file, String text) throws IOException {
    try {
      return SigningKey.parse(text.strip());
    } catch (TlogException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
