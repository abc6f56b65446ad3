package dev.windlass.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A running {@code bin/windlass up} as a user starts it: separate processes, a data directory of
 * its own that is removed when this closes. Linux only: it reads /proc.
 */
public final class Up implements AutoCloseable {
  private static final String WORKER = "worker-child";

  private final Path home;
  private final Path work;
  private final Process process;
  private final URI url;
  private final Duration readyAfter;

  private Up(Path home, Path work, Process process, URI url, Duration readyAfter) {
    this.home = home;
    this.work = work;
    this.process = process;
    this.url = url;
    this.readyAfter = readyAfter;
  }

  /**
   * Starts it on a free port and waits for {@code ready http://…} and for all of its workers.
   *
   * @param home the tree that holds bin/windlass and target/quarkus-app
   */
  public static Up start(Path home, int workers, List<String> more) throws IOException {
    Files.createDirectories(home.resolve("target"));
    var work = Files.createTempDirectory(home.resolve("target"), "up-");
    var command = new ArrayList<String>();
    command.add(home.resolve("bin/windlass").toString());
    command.addAll(List.of("up", "--data", work.resolve("data").toString(), "--port", "0"));
    command.addAll(List.of("--workers", Integer.toString(workers)));
    command.addAll(more);
    long began = System.nanoTime();
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("up.log").toFile())
            .start();
    process.getOutputStream().close();
    var end = new Thread(() -> process.toHandle().destroy());
    Runtime.getRuntime().addShutdownHook(end);
    if (!await(
        Duration.ofSeconds(90),
        () -> !process.isAlive() || ready(work.resolve("up.log")).isPresent()))
      throw failed(work, process, "not ready within 90 s");
    if (!process.isAlive()) throw failed(work, process, "ended with " + process.exitValue());
    var readyAfter = Duration.ofNanos(System.nanoTime() - began);
    var url = ready(work.resolve("up.log")).orElseThrow();
    var up = new Up(home, work, process, url, readyAfter);
    if (!await(Duration.ofSeconds(30), () -> up.workers().size() == workers))
      throw failed(work, process, up.workers().size() + " of " + workers + " workers");
    return up;
  }

  public URI url() {
    return url;
  }

  public URI url(String path) {
    return URI.create(url.toString().replaceAll("/$", "") + path);
  }

  /** From the start of the process to its {@code ready}. */
  public Duration readyAfter() {
    return readyAfter;
  }

  public Path data() {
    return work.resolve("data");
  }

  public ProcessHandle head() {
    return process.toHandle();
  }

  /** Its worker processes that are alive, oldest first. */
  public List<ProcessHandle> workers() {
    return process
        .descendants()
        .filter(ProcessHandle::isAlive)
        .filter(p -> arguments(p.pid()).contains(WORKER))
        .sorted(Comparator.comparing(ProcessHandle::pid))
        .toList();
  }

  /** Everything it said. */
  public String log() {
    return text(work.resolve("up.log"));
  }

  /** Runs a client command against it; its output, or an exception with it. */
  public String client(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(home.resolve("bin/windlass").toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("WINDLASS_URL", url.toString().replaceAll("/$", "")));
    var client = builder.start();
    client.getOutputStream().close();
    var said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (client.waitFor() == 0) return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException(String.join(" ", command) + " failed:\n" + said);
  }

  /**
   * Asks it to stop as a user does, by SIGTERM.
   *
   * @return its exit code; empty when it had to be killed
   */
  public Optional<Integer> stop(Duration atMost) {
    process.toHandle().destroy();
    try {
      if (process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
        return Optional.of(process.exitValue());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    return Optional.empty();
  }

  /** Stops it if it still runs, and removes what it left on the disk. */
  @Override
  public void close() throws IOException {
    if (process.isAlive()) stop(Duration.ofSeconds(60));
    List<Path> files;
    try (var all = Files.walk(work)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (var file : files) Files.deleteIfExists(file);
  }

  /** Memory that is really there, shared pages included; 0 when the process is gone. */
  public static long residentBytes(long pid) {
    return text(Path.of("/proc", Long.toString(pid), "status"))
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  /** File descriptors; 0 when the process is gone. */
  public static int openFiles(long pid) {
    try (var files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return (int) files.count();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** Waits until it holds, asking 50 times a second. */
  public static boolean await(Duration atMost, BooleanSupplier holds) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() >= end) return false;
      LockSupport.parkNanos(20_000_000);
    }
    return true;
  }

  private static List<String> arguments(long pid) {
    return List.of(text(Path.of("/proc", Long.toString(pid), "cmdline")).split("\0"));
  }

  private static Optional<URI> ready(Path log) {
    return text(log)
        .lines()
        .filter(line -> line.startsWith("ready http"))
        .map(line -> URI.create(line.substring("ready ".length()).strip()))
        .findFirst();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static IOException failed(Path work, Process process, String how) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    return new IOException("windlass up: " + how + "\n" + text(work.resolve("up.log")));
  }
}
