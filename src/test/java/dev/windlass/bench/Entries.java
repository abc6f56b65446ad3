package dev.windlass.bench;

import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.store.FileBackend;
import dev.windlass.tlog.store.FileLock;
import dev.windlass.tlog.store.PostgresBackend;
import dev.windlass.tlog.store.PostgresLock;
import dev.windlass.tlog.store.PostgresServer;
import dev.windlass.tlog.store.Sequencer;
import dev.windlass.tlog.store.Storage;
import dev.windlass.tlog.store.StoreSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Entries of 1,000 octets into the log's store: durable, committed, published each second, on files
 * and in PostgreSQL. {@code tools/run-test-main dev.windlass.bench.Entries [quick]} measures it
 * alone.
 */
public final class Entries {
  private static final int OCTETS = 1_000;
  private static final int IN_FLIGHT = 4_000;
  private static final String ORIGIN = "log.example/bench";
  private static final SigningKey KEY = new SigningKey(ORIGIN, new byte[32]);

  private final Table table;
  private final int seconds;

  Entries(Table table, boolean quick) {
    this.table = table;
    this.seconds = quick ? 4 : 15;
  }

  public static void main(String[] arguments) throws IOException {
    var table = new Table();
    new Entries(table, Set.of(arguments).contains("quick")).measure();
    System.out.println(table.text());
    System.exit(0);
  }

  void measure() throws IOException {
    var directory = Files.createTempDirectory(Path.of("target"), "entries");
    try {
      var storage =
          new Storage(
              FileBackend.open(directory.resolve("tiles")),
              FileLock.open(directory.resolve("lock")));
      measure("entries of 1,000 octets into the log, on files", storage);
    } finally {
      delete(directory);
    }
    try (var server = PostgresServer.start();
        var source = server.source(4)) {
      measure(
          "the same, in PostgreSQL on this machine",
          new Storage(new PostgresBackend(source, ORIGIN), PostgresLock.open(source, ORIGIN)));
    }
  }

  private void measure(String group, Storage storage) throws IOException {
    try (var log =
        Sequencer.open(StoreSettings.DEFAULT, storage, KEY, InstantSource.system(), () -> 0)) {
      crowd(log, 2); // warm
      table.add(
          group, IN_FLIGHT + " in flight", crowd(log, seconds), "1/s", "durable and readable");
      var micros = alone(log, Math.min(seconds, 5));
      table.add(group, "p50 of one alone", micros[micros.length / 2], "µs", "");
      table.add(group, "p99 of one alone", micros[micros.length * 99 / 100], "µs", "");
    }
  }

  /** Entries a second. */
  private static double crowd(Sequencer log, int seconds) {
    var room = new Semaphore(IN_FLIGHT);
    var committed = new LongAdder();
    long began = System.nanoTime();
    long published = began;
    long end = began + seconds * 1_000_000_000L;
    long next = log.committed().size();
    while (System.nanoTime() < end) {
      room.acquireUninterruptibly();
      log.append(entry(next++))
          .whenComplete(
              (_, failure) -> {
                if (failure == null) committed.increment();
                room.release();
              });
      if (System.nanoTime() - published > 1_000_000_000L) {
        log.publish(log.committed().note());
        published = System.nanoTime();
      }
    }
    room.acquireUninterruptibly(IN_FLIGHT);
    return committed.sum() / ((System.nanoTime() - began) / 1e9);
  }

  /** Sorted. */
  private static double[] alone(Sequencer log, int seconds) {
    var micros = new double[100_000];
    int count = 0;
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (System.nanoTime() < end && count < micros.length) {
      long began = System.nanoTime();
      log.append(entry(log.committed().size())).toCompletableFuture().join();
      micros[count++] = (System.nanoTime() - began) / 1e3;
    }
    var sorted = Arrays.copyOf(micros, count);
    Arrays.sort(sorted);
    return sorted;
  }

  private static byte[] entry(long number) {
    return ByteBuffer.allocate(OCTETS).putLong(number).array();
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
