package dev.windlass.kube;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The programs that {@code tools/kube/build} made, in the version that the tree pins. */
public final class Assets {
  private static final Path PINS = Path.of("tools/kube/versions.env");

  private Assets() {}

  /** Where a program is. Fails, and says what to run, when it was not built. */
  public static Path program(String name) throws IOException {
    var program = directory().resolve(name);
    if (Files.isExecutable(program)) return program;
    throw new IOException(
        program + " is missing, which these tests run for real: run make kube-assets");
  }

  static Path directory() throws IOException {
    var cache = System.getenv("WINDLASS_CACHE");
    var root =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache/windlass")
            : Path.of(cache);
    return root.resolve("kube").resolve(version()).resolve("bin");
  }

  /** An environment variable of the same name wins, as it does in {@code tools/kube}. */
  static String version() throws IOException {
    var chosen = System.getenv("KUBERNETES");
    if (chosen != null) return chosen;
    for (var line : Files.readAllLines(PINS)) {
      if (line.startsWith("KUBERNETES=")) return line.substring("KUBERNETES=".length());
    }
    throw new IOException(PINS + " has no line KUBERNETES=version");
  }
}
