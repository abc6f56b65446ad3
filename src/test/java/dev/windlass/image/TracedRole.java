package dev.windlass.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Our program under the tracer, from the very jars that the image is built of. */
final class TracedRole implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private final String name;
  private final Process process;
  private final Path output;

  private TracedRole(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /**
   * Where everything is.
   *
   * @param sources what {@code quarkus.native.sources-only} made
   * @param agent the tracer
   * @param trace where it writes
   * @param work for output
   */
  record Place(Path sources, Path agent, Path trace, Path work) {
    private String classPath() throws IOException {
      var jars = new ArrayList<String>();
      for (var folder : List.of(sources, sources.resolve("lib"))) {
        try (var files = Files.list(folder)) {
          files.map(Path::toString).filter(f -> f.endsWith(".jar")).sorted().forEach(jars::add);
        }
      }
      return String.join(":", jars);
    }

    /** Starts and waits for nothing. */
    TracedRole start(String name, Map<String, String> environment, List<String> words)
        throws IOException {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
      command.addAll(
          List.of(
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
              "-Xmx512m",
              "-cp",
              classPath(),
              "dev.windlass.app.Main"));
      command.addAll(words);
      var output = Files.createTempFile(work, name + "-", ".log");
      var builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      // so that a child of the role is traced as well
      builder.environment().put("JAVA_TOOL_OPTIONS", "-javaagent:" + agent + "=" + trace);
      var process = builder.start();
      process.getOutputStream().close();
      return new TracedRole(name, process, output);
    }

    /** A command that ends; its output. */
    String run(Map<String, String> environment, String... words) throws Exception {
      var role = start("command", environment, List.of(words));
      if (!role.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) role.close();
      if (role.process.exitValue() != 0)
        throw new IllegalStateException(
            String.join(" ", words) + ": " + role.process.exitValue() + "\n" + role.output());
      return role.output();
    }
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rest of the first line that begins so. */
  String line(String begin) {
    await("saying " + begin, () -> output().lines().anyMatch(l -> l.startsWith(begin)));
    return output()
        .lines()
        .filter(l -> l.startsWith(begin))
        .findFirst()
        .orElseThrow()
        .substring(begin.length());
  }

  void await(String what, BooleanSupplier holds) {
    await(
        () -> name + " is not " + what + "\n" + output(),
        () -> {
          if (!process.isAlive()) throw new IllegalStateException(name + " ended\n" + output());
          return holds.getAsBoolean();
        });
  }

  static void await(java.util.function.Supplier<String> failure, BooleanSupplier holds) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) throw new IllegalStateException(failure.get());
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** An orderly end, which reflects as well. */
  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
