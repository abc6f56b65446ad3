package dev.windlass.wasm;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What of this machine decides compiled code: the library compiles for the processor it finds. */
final class Target {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Changes when the format of cached files does. */
  private static final String FORMAT = "1";

  private Target() {}

  /** Everything beside the module that decides its code and what is kept beside it. */
  static Digest configuration(Engine engine, String entry) throws IOException {
    var all =
        String.join(
            "\n", FORMAT, engine.libraryDigest().hex(), engine.codeSettings(), text(), entry);
    return Digest.of(all.getBytes(StandardCharsets.UTF_8));
  }

  private static String text() throws IOException {
    var arch = System.getProperty("os.arch");
    if (!Files.isReadable(PROCESSORS)) return arch;
    try (var lines = Files.lines(PROCESSORS)) {
      var features = lines.filter(l -> l.startsWith("flags") || l.startsWith("Features"));
      return arch + " " + features.findFirst().orElse("");
    }
  }
}
