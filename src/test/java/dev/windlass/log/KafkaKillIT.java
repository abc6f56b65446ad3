package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.Note;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log, a broker and a head, each in a process of its own, killed by SIGKILL in turn and at one
 * time: what the broker acknowledged is in the log, and each leaf once.
 */
class KafkaKillIT {
  private static final Path HOME =
      Path.of(System.getProperty("windlass.home", ".")).toAbsolutePath();
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();
  private final byte[] seed = new byte[32];
  private KafkaBroker broker;
  private Process log;
  private Process head;
  private int heads;
  private int port;

  @AfterEach
  void end() {
    for (var process : processes) process.descendants().forEach(ProcessHandle::destroyForcibly);
    for (var process : processes) process.destroyForcibly();
    if (broker != null) broker.close();
  }

  @Test
  void what_was_acknowledged_survives_the_death_of_head_log_and_broker_in_any_order()
      throws Exception {
    new SplittableRandom(3).nextBytes(seed);
    port = KafkaBroker.quietPort();
    Files.writeString(directory.resolve("url"), url());
    broker = KafkaBroker.start(directory.resolve("kafka"));
    startLog();
    startHead();
    awaitAcknowledged(20);

    kill(head);
    kill(log);
    broker.kill();
    broker.start();
    startHead();
    startLog();
    awaitAcknowledged(20);

    broker.kill();
    kill(log);
    startLog();
    broker.start();
    awaitAcknowledged(20);

    kill(log);
    kill(head);
    startHead();
    startLog();
    awaitAcknowledged(20);
    kill(head);

    try (var client = new LogClient(url())) {
      for (var id : acknowledged()) {
        var found = client.receipt(id, LONG).toCompletableFuture().get(90, TimeUnit.SECONDS);
        assertInstanceOf(Found.Logged.class, found, "acknowledged and lost: " + id);
      }
    }
    var leaves = leaves();
    assertEquals(leaves.size(), new HashSet<>(leaves).size(), "a leaf is in the log twice");
  }

  private String url() {
    return "http://127.0.0.1:" + port;
  }

  private void startLog() throws IOException {
    var registrar = new Ed25519Key(Bytes.copyOf(seed)).publicKey();
    var command =
        List.of(
            HOME.resolve("bin/windlass").toString(),
            "log",
            "serve",
            "--data",
            directory.resolve("log").toString(),
            "--listen",
            "127.0.0.1:" + port,
            "--trust-domain",
            TestHead.TRUST_DOMAIN,
            "--registrar-key",
            Base64.getEncoder().encodeToString(registrar.spki().unsafeArray()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log.out").toFile()));
    var environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MP_MESSAGING_INCOMING_ENTRIESIN_CONNECTOR", "smallrye-kafka");
    environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.address());
    log = builder.start();
    processes.add(log);
  }

  private void startHead() throws IOException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KafkaHead.class.getName(),
            broker.address(),
            directory.resolve("url").toString(),
            "h" + ++heads,
            HexFormat.of().formatHex(seed),
            directory.resolve("acknowledged").toString());
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(HOME.toFile());
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(directory.resolve("head.out").toFile()));
    head = builder.start();
    processes.add(head);
  }

  private static void kill(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
  }

  private List<UUID> acknowledged() {
    try {
      var file = directory.resolve("acknowledged");
      if (!Files.exists(file)) return List.of();
      return Files.readAllLines(file).stream()
          .filter(line -> line.length() == 36)
          .map(UUID::fromString)
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitAcknowledged(int more) {
    int before = acknowledged().size();
    await(more + " more receipts", () -> acknowledged().size() >= before + more);
  }

  private void await(String what, BooleanSupplier condition) {
    var event = new Object();
    long end = System.nanoTime() + 2 * LONG.toNanos();
    synchronized (event) {
      while (!condition.getAsBoolean()) {
        assertTrue(System.nanoTime() < end, () -> "in vain: " + what + "\n" + outputs());
        try {
          event.wait(50);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private String outputs() {
    try {
      var log = Files.readString(directory.resolve("log.out"));
      var head = Files.readString(directory.resolve("head.out"));
      return log.substring(Math.max(0, log.length() - 4_000))
          + head.substring(Math.max(0, head.length() - 2_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private List<Bytes> leaves() throws Exception {
    long size = Note.parse(get("checkpoint")).checkpoint().size();
    var leaves = new ArrayList<Bytes>();
    for (long tile = 0; tile * 256 < size; tile++) {
      int width = (int) Math.min(256, size - tile * 256);
      var bundle = EntryBundle.parse(get(new LogPath.EntryTile(tile, width).toString()), width);
      for (var entry : bundle.entries()) leaves.add(Bytes.wrap(entry));
    }
    return leaves;
  }

  private byte[] get(String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create(url() + "/" + path)).build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, answer.statusCode(), path);
      return answer.body();
    }
  }
}
