package dev.windlass.kube;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The programs that {@code tools/kube/build} made, in the version that the tree pins, or of the
 * Kubernetes that {@code -Dkube.version} or the environment variable {@code KUBERNETES} names.
 */
public final class Assets {
  private static final Path PINS = Path.of("tools/kube/versions.env");

  private Assets() {}

  /** Where a program is. Fails, and says what to run, when it was not built. */
  public static Path program(String name) throws IOException {
    var program = directory(isKubernetes(name) ? version() : pinned()).resolve(name);
    if (Files.isExecutable(program)) return program;
    throw new IOException(
        program + " is missing, which these tests run for real: run make kube-assets");
  }

  /** Of another Kubernetes there is nothing but itself: etcd and Helm are the pinned ones. */
  private static boolean isKubernetes(String program) {
    return program.startsWith("kube");
  }

  private static Path directory(String version) {
    var cache = System.getenv("WINDLASS_CACHE");
    var root =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache/windlass")
            : Path.of(cache);
    return root.resolve("kube").resolve(version).resolve("bin");
  }

  /** The environment variable wins over the pin, as it does in {@code tools/kube}. */
  static String version() throws IOException {
    var asked = System.getProperty("kube.version", System.getenv("KUBERNETES"));
    return asked == null ? pinned() : asked;
  }

  private static String pinned() throws IOException {
    for (var line : Files.readAllLines(PINS)) {
      if (line.startsWith("KUBERNETES=")) return line.substring("KUBERNETES=".length());
    }
    throw new IOException(PINS + " has no line KUBERNETES=version");
  }
}
