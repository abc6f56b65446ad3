package dev.windlass.bench;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

/** What a signed and verified result costs: alone, and as one of a batch of 64. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SignatureBenchmark {
  private static final int BATCH = 64;

  private final BatchSigner signer = new BatchSigner(new Ed25519Key(Bytes.wrap(new byte[32])));
  private final ResultVerifier verifier = new ResultVerifier(64);
  private final ResultStatement statement =
      new ResultStatement(
          "0197f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b",
          Bytes.wrap(new byte[16]),
          digest("module"),
          digest("manifest"),
          digest("input"),
          digest("env"),
          "det-1",
          digest("engine"),
          digest("output"),
          new End.Exit(0, OptionalLong.of(183_422)),
          Optional.empty());
  private final Bytes payload = statement.canonical();
  private final Dsse.Signature direct = signer.direct(payload);
  private final List<Bytes> payloads = payloads();
  private final List<Dsse.Signature> batched = signer.sign(payloads);
  private final KeyPair jdkKey = jdkKey();
  private int next;

  @Benchmark
  public Bytes writeStatement() {
    return statement.canonical();
  }

  @Benchmark
  public Dsse.Signature sign() {
    return signer.direct(payload);
  }

  @Benchmark
  public Verdict verify() {
    return verifier.verify(signer.publicKey(), payload, direct);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Dsse.Signature> signInBatch() {
    return signer.sign(payloads);
  }

  /** Its batch statement is remembered: a leaf hash and a path. */
  @Benchmark
  public Verdict verifyInKnownBatch() {
    next = (next + 1) % BATCH;
    return verifier.verify(signer.publicKey(), payloads.get(next), batched.get(next));
  }

  @Benchmark
  public byte[] signByTheJdk() throws GeneralSecurityException {
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(jdkKey.getPrivate());
    signature.update(payload.unsafeArray());
    return signature.sign();
  }

  private List<Bytes> payloads() {
    var many = new ArrayList<Bytes>();
    for (int i = 0; i < BATCH; i++) many.add(Bytes.utf8(payload.utf8() + i));
    return many;
  }

  private static Digest digest(String of) {
    return Digest.of(Bytes.utf8(of));
  }

  private static KeyPair jdkKey() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK since 15 has Ed25519", e);
    }
  }
}
