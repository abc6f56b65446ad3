package dev.windlass.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real kubectl against a control plane, for what a person reads. */
public final class Kubectl {
  private static final long SECONDS = 60;

  private final Path kubeconfig;

  public Kubectl(ControlPlane plane) {
    this.kubeconfig = plane.kubeconfigFile();
  }

  /**
   * @param error what it wrote to stderr
   */
  public record Ran(int exit, String output, String error) {}

  /** Its output; fails when it fails. */
  public String output(String... arguments) {
    var ran = run("", arguments);
    if (ran.exit() == 0) return ran.output();
    throw new AssertionError("kubectl " + String.join(" ", arguments) + ": " + ran.error());
  }

  /** Whatever comes of it; {@code input} is its stdin. */
  public Ran run(String input, String... arguments) {
    try {
      var command = new ArrayList<String>();
      command.add(Assets.program("kubectl").toString());
      command.add("--kubeconfig=" + kubeconfig);
      command.addAll(List.of(arguments));
      var directory = Files.createTempDirectory("windlass-kubectl");
      var files =
          List.of(directory.resolve("in"), directory.resolve("out"), directory.resolve("err"));
      Files.writeString(files.get(0), input);
      var process =
          new ProcessBuilder(command)
              .redirectInput(files.get(0).toFile())
              .redirectOutput(files.get(1).toFile())
              .redirectError(files.get(2).toFile())
              .start();
      try {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS))
          throw new AssertionError("kubectl took more than " + SECONDS + " s: " + command);
        return new Ran(process.exitValue(), read(files.get(1)), read(files.get(2)));
      } finally {
        process.destroyForcibly();
        for (var file : files) Files.deleteIfExists(file);
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't run kubectl", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while kubectl ran", e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
