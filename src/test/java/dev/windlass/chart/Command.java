package dev.windlass.chart;

import dev.windlass.kube.Assets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of a program that {@code make kube-assets} built, such as helm or kubectl. */
record Command(List<String> words, String in) {
  private static final int LONGEST_SECONDS = 120;

  record Run(int exit, String out, String err) {}

  static Command of(String program, String... arguments) {
    try {
      return new Command(List.of(Assets.program(program).toString()), "").with(arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  Command with(String... arguments) {
    var all = new ArrayList<>(words);
    all.addAll(List.of(arguments));
    return new Command(all, in);
  }

  Command reading(String text) {
    return new Command(words, text);
  }

  /** What it printed, when it succeeded. */
  String out() {
    var run = run();
    if (run.exit() != 0) throw new AssertionError(words + " ended with " + run);
    return run.out();
  }

  Run run() {
    try {
      var directory = Files.createTempDirectory("command");
      var input = Files.writeString(directory.resolve("in"), in);
      var out = directory.resolve("out");
      var err = directory.resolve("err");
      var process =
          new ProcessBuilder(words)
              .redirectInput(input.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(words + " did not end within " + LONGEST_SECONDS + " s");
      }
      var run =
          new Run(
              process.exitValue(),
              Files.readString(out, StandardCharsets.UTF_8),
              Files.readString(err, StandardCharsets.UTF_8));
      for (var file : List.of(input, out, err, directory)) Files.delete(file);
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(words + " was interrupted", e);
    }
  }
}
