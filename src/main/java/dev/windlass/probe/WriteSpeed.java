package dev.windlass.probe;

import dev.windlass.operator.plan.NodeReport.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/**
 * How fast a volume takes sequential writes: eight threads, each with a file of its own (writes
 * that lengthen one file wait for each other), blocks of 1 MiB past the page cache, synced at the
 * end; the median of three rounds. What was written is gone afterwards.
 */
final class WriteSpeed {
  static final int THREADS = 8;
  static final int BLOCK = 1 << 20;
  private static final int ROUNDS = 3;

  /** Of one round; a slow disk is told by less. */
  private static final Duration LONGEST = Duration.ofSeconds(40);

  private static final int USUAL_ALIGNMENT = 4_096;

  private final Path directory;
  private final BlockFile.Opening opening;
  private final LongSupplier nanos;

  WriteSpeed(Path directory, BlockFile.Opening opening, LongSupplier nanos) {
    this.directory = directory;
    this.opening = opening;
    this.nanos = nanos;
  }

  /**
   * @param bytes of one round
   * @return millions of bytes a second
   */
  long measure(long bytes) throws ProbeFailedException, InterruptedException {
    var lanes = new ArrayList<Lane>();
    try (var threads =
        Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().daemon().factory())) {
      for (int i = 0; i < THREADS; i++) lanes.add(new Lane(i));
      var rounds = new ArrayList<Long>();
      for (int i = 0; i < ROUNDS; i++) {
        long began = nanos.getAsLong();
        long end = began + LONGEST.toNanos();
        var round =
            lanes.stream().<Callable<Long>>map(l -> () -> l.write(bytes / THREADS, end)).toList();
        long written = 0;
        for (var lane : threads.invokeAll(round)) written += lane.get();
        rounds.add(rate(written, nanos.getAsLong() - began));
      }
      Collections.sort(rounds);
      return rounds.get(ROUNDS / 2);
    } catch (ExecutionException e) {
      throw failed(e.getCause() instanceof IOException io ? io : new IOException(e));
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lanes.forEach(Lane::remove);
    }
  }

  private ProbeFailedException failed(IOException e) {
    return new ProbeFailedException(Failure.WRITE_FAILED, directory + ": " + DirectFile.words(e));
  }

  static long rate(long bytes, long nanos) {
    return Math.max(1, Math.round(bytes * 1_000.0 / Math.max(1, nanos)));
  }

  private static int alignment(Path directory) throws IOException {
    try {
      return Math.toIntExact(Files.getFileStore(directory).getBlockSize());
    } catch (UnsupportedOperationException _) {
      return USUAL_ALIGNMENT;
    }
  }

  /** One thread's file, and what it writes: a drive that compresses gains nothing by it. */
  private final class Lane {
    private final Path file;
    private final BlockFile blocks;
    private final ByteBuffer block;

    Lane(int number) throws IOException {
      file = directory.resolve("windlass-probe-" + number + ".tmp");
      blocks = opening.open(file);
      int alignment = alignment(directory);
      block = ByteBuffer.allocateDirect(BLOCK + alignment).alignedSlice(alignment).limit(BLOCK);
      var chance = new SplittableRandom(number);
      for (int i = 0; i < BLOCK; i += Long.BYTES) block.putLong(i, chance.nextLong());
    }

    long write(long bytes, long end) throws IOException {
      long at = 0;
      while (at + BLOCK <= bytes && nanos.getAsLong() < end) {
        block.position(0);
        while (block.hasRemaining()) at += blocks.write(block, at);
      }
      blocks.sync();
      return at;
    }

    void remove() {
      try {
        blocks.close();
      } catch (IOException _) {
        // what was written does not matter any more
      }
      DirectFile.remove(file);
    }
  }
}
