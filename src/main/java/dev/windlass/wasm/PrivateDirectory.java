package dev.windlass.wasm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Directories that nobody else may look into. */
final class PrivateDirectory {
  private static final String MODE = "rwx------";

  private PrivateDirectory() {}

  static void make(Path directory) throws IOException {
    var mode = PosixFilePermissions.fromString(MODE);
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(mode));
    if (!Files.getPosixFilePermissions(directory).equals(mode))
      Files.setPosixFilePermissions(directory, mode);
  }
}
