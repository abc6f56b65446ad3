package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A Kafka broker (KRaft, one node) in a process of its own, which can be killed and started again.
 */
final class KafkaBroker implements AutoCloseable {
  /** On a machine that has 26 other things to do. */
  private static final long START_SECONDS = 150;

  /** Below those that Linux gives to outgoing connections. */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;

  private final Path directory;
  private final Path config;
  private final int port;
  private Process process;

  private KafkaBroker(Path directory, Path config, int port) {
    this.directory = directory;
    this.config = config;
    this.port = port;
  }

  /** Formats an empty directory and starts. */
  static KafkaBroker start(Path directory) throws IOException, InterruptedException {
    int port = quietPort();
    int controller = quietPort();
    Files.createDirectories(directory);
    var config = directory.resolve("server.properties");
    Files.writeString(
        config,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=127.0.0.1:%2$d
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs=%3$s
        num.partitions=2
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0
        broker.session.timeout.ms=3000
        broker.heartbeat.interval.ms=500
        """
            .formatted(port, controller, directory.resolve("data")));
    var broker = new KafkaBroker(directory, config, port);
    var format =
        broker.java(
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "--cluster-id",
            "MkU3OEVBNTcwNTJENDM2Qk",
            "--config",
            config.toString());
    assertTrue(format.waitFor(START_SECONDS, TimeUnit.SECONDS), "the format takes too long");
    assertEquals(0, format.exitValue(), () -> broker.output());
    broker.start();
    return broker;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Returns when it listens. */
  void start() throws IOException {
    process = java("kafka.Kafka", config.toString());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!listens()) {
      assertTrue(process.isAlive(), this::output);
      assertTrue(System.nanoTime() < end, this::output);
      pause();
    }
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the broker survives SIGKILL");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    if (process != null) kill();
  }

  private boolean listens() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private Process java(String main, String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dkafka.logs.dir=" + directory,
                "-cp",
                classPath(),
                main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("out").toFile()))
        .start();
  }

  private String output() {
    try {
      return Files.readString(directory.resolve("out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /**
   * A port that stays free while its server is dead: no outgoing connection gets it, not even the
   * one that looks whether somebody listens, which could otherwise meet itself.
   */
  static int quietPort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (var socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress("127.0.0.1", port));
        return port;
      } catch (BindException _) {
        // somebody has it: another one
      }
    }
  }

  private static synchronized void pause() {
    try {
      KafkaBroker.class.wait(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
