package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a receipt costs its head: written in the request's thread, given its place and signed in a
 * batch of 512 behind it; and what one costs alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ReceiptBenchmark {
  private static final int BATCH = 512;

  private final SmallLog log = new SmallLog();
  private final ReceiptSigner signer = log.signer;
  private final ReceiptDraft draft = log.draft(1);
  private final PreparedReceipt prepared = draft.prepare();
  private final Bytes payload = new ReceiptStatement(draft, 1, Optional.empty()).canonical();
  private final Bytes sig = signer.single(payload).envelope().signatures().getFirst().sig();
  private final byte[] message = Dsse.pae(Purpose.RECEIPT.payloadType(), payload);
  private final Bytes results = log.results(SmallLog.result(1, SmallLog.OUTPUT), 0).canonical();
  private final ReceiptChain chain = new ReceiptChain();
  private final byte[] file = log.batched().encode().toArray();

  /** Everything but the place. */
  @Benchmark
  public PreparedReceipt prepareReceipt() {
    return draft.prepare();
  }

  /** Its place, and the digest that the next one names. */
  @Benchmark
  public Bytes placeReceipt() {
    return chain.add(prepared);
  }

  /** For each receipt: place, leaf, its share of tree, signature and submission. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Bytes receiptInBatch() {
    long first = chain.nextSeq();
    var payloads = new ArrayList<Bytes>(BATCH);
    var items = new ArrayList<Submission.Item>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      payloads.add(chain.add(prepared));
      if (i < BATCH / 2) items.add(new Submission.Item(payloads.get(i), results));
    }
    var batch = signer.batch(payloads, first);
    return new Submission.Batch(batch.leaf().canonical(), items).encode();
  }

  @Benchmark
  public ReceiptSigner.Single signReceiptAlone() {
    return signer.single(payload);
  }

  @Benchmark
  public boolean verifyReceiptSignature() {
    return log.headP256.publicKey().verifies(message, sig);
  }

  /** All of its checks, from its octets. */
  @Benchmark
  public List<Check> verifyReceiptFile() {
    return ReceiptAudit.of(ReceiptFile.parse(file), log.policy, ReceiptAudit.Evidence.NONE);
  }
}
