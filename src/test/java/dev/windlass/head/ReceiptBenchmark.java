package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.InvocationId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a receipt costs the request that it is of, and the head's own thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ReceiptBenchmark {
  private static final int BATCH = 200;

  /** Acknowledges everything at once and keeps nothing. */
  private static final class Nowhere implements Ledger {
    @Override
    public CompletionStage<Void> send(Bytes submission) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Long> append(Bytes submission) {
      throw new AssertionError("nothing is appended");
    }

    @Override
    public CompletionStage<Found> receipt(InvocationId id, Duration wait) {
      throw new AssertionError("nothing is asked");
    }

    @Override
    public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
      throw new AssertionError("nothing is asked");
    }
  }

  private final HeadPorts.ReceiptKeys keys = FakeLedger.keys(1);
  private final ReceiptBook book = new ReceiptBook(() -> Optional.of(keys), InstantSource.system());
  private final PendingReceipt run = TestRuns.run(1);
  private final List<PendingReceipt> runs = TestRuns.several(0, BATCH);
  private final Receipts receipts =
      new Receipts(
          new Nowhere(),
          new ReceiptBook(() -> Optional.of(keys), InstantSource.system()),
          HeadConfig.Receipts.DEFAULT,
          Duration.ofSeconds(1),
          new HeadMetrics(new SimpleMeterRegistry()),
          new SplittableRandom(1));

  public ReceiptBenchmark() {
    if (!book.isReady()) throw new AssertionError("there are keys");
  }

  @TearDown
  public void close() {
    receipts.close();
  }

  /** On the request's thread, while the owner signs batches beside it. */
  @Benchmark
  public void handOver() {
    while (!receipts.reserve()) LockSupport.parkNanos(100_000);
    receipts.add(run);
  }

  /** On the owner's thread. */
  @Benchmark
  public Bytes signedDirectly() {
    return book.write(List.of(book.draft(run)));
  }

  @Benchmark
  public ReceiptBook.Draft drafted() {
    return book.draft(run);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Bytes signedInABatch() {
    var drafts = new ArrayList<ReceiptBook.Draft>(BATCH);
    for (var each : runs) drafts.add(book.draft(each));
    return book.write(drafts);
  }
}
