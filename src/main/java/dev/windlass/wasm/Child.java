package dev.windlass.wasm;

import dev.windlass.wasm.ffm.Library;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Starts {@link EngineChild} with bounds on memory and time. Input and output are files, so that
 * nothing blocks on a pipe; the environment is cut down, because a hostile module is compiled
 * there.
 */
record Child(List<String> command, long memoryBytes, Duration patience) {
  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME", "WINDLASS_WASMTIME_DIGEST");
  private static final long STEP_MILLIS = 200;

  /** How a child ended. */
  sealed interface End {
    record Exited(int code, String output) implements End {}

    record OverTime(Duration limit) implements End {}
  }

  /**
   * @param parent of the child's own directory, where a dying JVM leaves its reports
   */
  End run(List<String> arguments, Path input, Path parent, CompileProgress progress)
      throws IOException, InterruptedException {
    var own = Files.createTempDirectory(parent, "child");
    try {
      var output = own.resolve("output");
      var builder = new ProcessBuilder(bounded(arguments));
      builder.redirectErrorStream(true).redirectOutput(output.toFile());
      builder.redirectInput(input.toFile()).directory(own.toFile());
      builder.environment().keySet().retainAll(ENVIRONMENT);
      builder.environment().put("WINDLASS_WASMTIME", Library.inUse().path().toString());
      var process = builder.start();
      try {
        return await(process, progress)
            ? new End.Exited(process.exitValue(), tail(output))
            : new End.OverTime(patience);
      } finally {
        process.destroyForcibly().onExit().join();
      }
    } finally {
      try (var files = Files.list(own)) {
        for (var f : files.toList()) Files.delete(f);
      }
      Files.delete(own);
    }
  }

  private boolean await(Process process, CompileProgress progress) throws InterruptedException {
    long began = System.nanoTime();
    while (!process.waitFor(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
      var elapsed = Duration.ofNanos(System.nanoTime() - began);
      if (elapsed.compareTo(patience) > 0) return false;
      progress.compiling(elapsed);
    }
    return true;
  }

  /** RLIMIT_DATA counts what can be written, not address space that a JVM or an engine reserves. */
  private List<String> bounded(List<String> arguments) {
    var all = new ArrayList<String>();
    if (memoryBytes != Long.MAX_VALUE) {
      var limit = "ulimit -c 0; ulimit -d " + (memoryBytes >> 10) + " && exec \"$0\" \"$@\"";
      all.addAll(List.of("/bin/sh", "-c", limit));
    }
    all.addAll(command);
    all.addAll(arguments);
    return all;
  }

  private static String tail(Path output) throws IOException {
    var octets = Files.readAllBytes(output);
    int from = Math.max(0, octets.length - 4096);
    return new String(octets, from, octets.length - from, StandardCharsets.UTF_8).strip();
  }
}
