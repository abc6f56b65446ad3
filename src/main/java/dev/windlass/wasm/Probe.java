package dev.windlass.wasm;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Whether the library accepts a preset on this machine, tried in a child process. A yes is kept in
 * a file named by everything that could change it: library, preset, boot of the kernel, user,
 * address space limit and overcommit policy. A no is tried again every time.
 */
record Probe(Child child, Path cache, String library) {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  sealed interface Finding {
    record Accepted() implements Finding {}

    record Rejected(String why) implements Finding {}
  }

  Finding of(String settings) throws IOException, InterruptedException {
    var known = cache.resolve("probed-" + key(settings));
    if (Files.exists(known)) return new Finding.Accepted();
    var end =
        child.run(List.of("probe", settings), Path.of("/dev/null"), cache, CompileProgress.NONE);
    return switch (end) {
      case Child.End.Exited(int code, _) when code == EngineChild.OK -> {
        Files.write(known, new byte[0]);
        yield new Finding.Accepted();
      }
      case Child.End.Exited(int code, String output) ->
          new Finding.Rejected("exit code " + code + ": " + output);
      case Child.End.OverTime(var limit) -> new Finding.Rejected("no answer in " + limit);
    };
  }

  private String key(String settings) throws IOException {
    var all =
        String.join(
            "\n",
            library,
            settings,
            line("/proc/sys/kernel/random/boot_id", ""),
            line("/proc/self/limits", "Max address space"),
            line("/proc/self/status", "Uid"),
            line("/proc/sys/vm/overcommit_memory", ""));
    return Digest.of(all.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static String line(String file, String prefix) throws IOException {
    var path = Path.of(file);
    if (!Files.isReadable(path)) return "";
    return Files.readAllLines(path).stream()
        .filter(l -> l.startsWith(prefix))
        .findFirst()
        .orElse("");
  }
}
