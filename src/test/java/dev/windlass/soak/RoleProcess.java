package dev.windlass.soak;

import dev.windlass.bench.Up;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One role of {@code bin/windlass} that is killed and started again with the same words. */
final class RoleProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(120);

  private final String name;
  private final List<String> command;
  private final Path log;
  private volatile Process process;
  private int starts;

  /**
   * @param work where its output goes
   * @param words after {@code windlass}; a fixed port, so that others find it again
   */
  RoleProcess(Path home, Path work, String name, List<String> words) throws IOException {
    this.name = name;
    this.command = new ArrayList<>(List.of(home.resolve("bin/windlass").toString()));
    this.command.addAll(words);
    this.log = work.resolve(name + ".log");
    Files.deleteIfExists(log);
    Files.createFile(log);
    this.process = begin();
  }

  String name() {
    return name;
  }

  /** What it said from its first start on. */
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rest of the first line that begins so. */
  String line(String begin) {
    return output()
        .lines()
        .filter(l -> l.startsWith(begin))
        .map(l -> l.substring(begin.length()).strip())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(name + " said no " + begin + output()));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL, to it and to no other. */
  void kill() {
    process.toHandle().destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void restart() throws IOException {
    process = begin();
  }

  RoleProcess awaitReady() {
    int wanted = starts;
    boolean ready =
        Up.await(
            READY,
            () ->
                !process.isAlive()
                    || output().lines().filter(l -> l.startsWith("ready ")).count() >= wanted);
    if (!ready || !process.isAlive())
      throw new IllegalStateException(name + " is not ready\n" + output());
    return this;
  }

  /** A start that was killed before it was ready says nothing; the count goes on from there. */
  void forgetUnready() {
    starts = (int) output().lines().filter(l -> l.startsWith("ready ")).count();
  }

  private Process begin() throws IOException {
    starts++;
    var started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    started.getOutputStream().close();
    return started;
  }

  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
