package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.store.FileBackend;
import dev.windlass.tlog.store.FileLock;
import dev.windlass.tlog.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** A log in a directory with real files and real witnesses in memory; opened again at will. */
final class TestLog implements AutoCloseable {
  static final LogConfig.Publishing FAST =
      new LogConfig.Publishing(
          Duration.ofMillis(20),
          Duration.ofMinutes(10),
          Duration.ofMillis(300),
          Duration.ofMillis(400),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5));

  /** The real time, and what a test adds to it. */
  static final class Clock implements InstantSource {
    volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  final Path directory;
  final Clock clock = new Clock();
  final Ed25519Key operator = TestHead.key(new SplittableRandom(101));
  final Ed25519Key registrar = TestHead.key(new SplittableRandom(102));
  final SigningKey key;
  final TestWitnesses witnesses;
  int threshold = 2;
  LogConfig config;
  private Optional<LogService> service = Optional.empty();

  TestLog(Path directory) {
    this(directory, 3);
  }

  TestLog(Path directory, int witnesses) {
    this.directory = directory;
    this.config = LogConfig.of(TestHead.TRUST_DOMAIN, directory.resolve("receipts")).with(FAST);
    this.key = SigningKey.generate(config.origin(), new SplittableRandom(100));
    this.witnesses = new TestWitnesses(key.verifier(), witnesses, clock);
  }

  LogParts parts() {
    return new LogParts(
        () ->
            new Storage(
                FileBackend.open(directory.resolve("tiles")),
                FileLock.open(directory.resolve("lock/checkpoint"))),
        key,
        witnesses.policy(threshold),
        witnesses,
        Optional.of(new LogParts.Founder(operator, registrar.publicKey())),
        clock);
  }

  LogService open() {
    try {
      service = Optional.of(LogService.open(config, parts()));
      return service.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LogService log() {
    return service.orElseThrow();
  }

  LogService reopen() {
    close();
    return open();
  }

  /** A head whose keys, and whose worker's, are in the log. */
  TestHead head(String name) {
    var head = new TestHead(name, name.hashCode(), clock);
    head.workerIndex = logged(head.registerWorker(registrar));
    logged(head.register(registrar));
    return head;
  }

  Added add(Bytes submission) {
    return log().add(submission).toCompletableFuture().join();
  }

  long logged(Bytes submission) {
    return switch (add(submission)) {
      case Added.Logged logged -> logged.index();
      case Added.Refused refused -> fail("refused: " + refused);
      case Added.Later later -> fail("later: " + later.why());
    };
  }

  Added.Refused refused(Bytes submission) {
    return switch (add(submission)) {
      case Added.Refused refused -> refused;
      case Added.Logged logged -> fail("logged at " + logged.index());
      case Added.Later later -> fail("later: " + later.why());
    };
  }

  Found receipt(UUID id, Duration wait) {
    return log().receipt(id, wait).toCompletableFuture().join();
  }

  /** Waits at most ten seconds. */
  static void await(String what, BooleanSupplier condition) {
    var event = new Object();
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    synchronized (event) {
      while (!condition.getAsBoolean()) {
        assertTrue(System.nanoTime() < end, "in vain: " + what);
        try {
          event.wait(5);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      if (service.isPresent()) service.get().close();
      service = Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
