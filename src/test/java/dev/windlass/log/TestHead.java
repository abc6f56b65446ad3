package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.InvocationId;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.PreparedReceipt;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ReceiptChain;
import dev.windlass.receipt.ReceiptDraft;
import dev.windlass.receipt.ReceiptSigner;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;

/** A head with its keys and chain, and one worker whose results it tells of. */
final class TestHead {
  static final String TRUST_DOMAIN = "test.example";
  static final Digest MODULE = Digest.of(Bytes.utf8("module"));

  final String id;
  final Ed25519Key batches;
  final P256Key singles = P256Key.make(new SecureRandom());
  final Ed25519Key worker;
  final String workerId;
  final SplittableRandom random;
  private final InstantSource clock;
  private final ReceiptSigner signer;
  private final ReceiptChain chain = new ReceiptChain();
  long workerIndex;

  /** What a submission is made from, so that a test can change a part of it. */
  record Receipts(List<UUID> ids, Submission submission) {
    Bytes octets() {
      return submission.encode();
    }

    UUID id() {
      return ids.getFirst();
    }
  }

  TestHead(String name, long seed, InstantSource clock) {
    this.random = new SplittableRandom(seed);
    this.id = "spiffe://" + TRUST_DOMAIN + "/ns/windlass/head/" + name;
    this.workerId = "spiffe://" + TRUST_DOMAIN + "/ns/windlass/worker/" + name;
    this.batches = key(random);
    this.worker = key(random);
    this.clock = clock;
    this.signer = new ReceiptSigner(batches, singles);
  }

  static Ed25519Key key(SplittableRandom random) {
    var seed = new byte[32];
    random.nextBytes(seed);
    return new Ed25519Key(Bytes.wrap(seed));
  }

  Bytes register(Ed25519Key registrar) {
    return register(registrar, clock.instant().plus(Duration.ofHours(1)));
  }

  Bytes register(Ed25519Key registrar, Instant notAfter) {
    return plain(
        new LogEntry.HeadRegister(
            clock.instant(), holder(id, notAfter), batches.publicKey(), singles.publicKey()),
        registrar);
  }

  Bytes registerWorker(Ed25519Key registrar) {
    return plain(
        new LogEntry.WorkerRegister(
            clock.instant(),
            holder(workerId, clock.instant().plus(Duration.ofHours(1))),
            worker.publicKey(),
            Optional.empty(),
            Optional.empty()),
        registrar);
  }

  Bytes revoke(Ed25519Key registrar) {
    return plain(
        new LogEntry.HeadRevoke(clock.instant(), id, batches.publicKey().keyId(), "a test ends it"),
        registrar);
  }

  static LogEntry.Holder holder(String id, Instant notAfter) {
    return new LogEntry.Holder(id, Digest.of(Bytes.utf8(id)), Optional.of("z1"), notAfter);
  }

  static Bytes plain(LogEntry entry, Ed25519Key key) {
    return new Submission.Plain(SignedEntry.sign(entry, key).leaf()).encode();
  }

  Receipts single() {
    var run = run();
    var payload = chain.add(run.prepared());
    var signed = signer.single(payload);
    return new Receipts(
        List.of(run.id()),
        new Submission.Single(signed.leaf(), signed.envelope().canonical(), run.results()));
  }

  Receipts batch(int n) {
    var ids = new ArrayList<UUID>();
    var payloads = new ArrayList<Bytes>();
    var results = new ArrayList<Bytes>();
    long firstSeq = chain.nextSeq();
    for (int i = 0; i < n; i++) {
      var run = run();
      ids.add(run.id());
      payloads.add(chain.add(run.prepared()));
      results.add(run.results());
    }
    var leaf = signer.batch(payloads, firstSeq).leaf().canonical();
    var items = new ArrayList<Submission.Item>();
    for (int i = 0; i < n; i++) items.add(new Submission.Item(payloads.get(i), results.get(i)));
    return new Receipts(ids, new Submission.Batch(leaf, items));
  }

  /** The leaf of a batch of any payloads. */
  Bytes sign(List<Bytes> payloads, long firstSeq) {
    return signer.batch(payloads, firstSeq).leaf().canonical();
  }

  /** An ordinary signature of a receipt of anybody's. */
  Bytes export(Bytes payload, Bytes results) {
    var signed = signer.single(payload);
    return new Submission.Single(signed.leaf(), signed.envelope().canonical(), results).encode();
  }

  private record Run(UUID id, PreparedReceipt prepared, Bytes results) {}

  private Run run() {
    var now = clock.instant();
    var invocation = InvocationId.of(now.toEpochMilli(), random.nextLong(), random.nextLong());
    var nonce = new byte[16];
    random.nextBytes(nonce);
    var end = new ResultStatement.End.Exit(0, OptionalLong.of(42));
    var digest = Digest.of(Bytes.utf8("something"));
    var statement =
        new ResultStatement(
            invocation.toString(),
            Bytes.copyOf(nonce),
            MODULE,
            digest,
            digest,
            digest,
            "det-1",
            digest,
            digest,
            end,
            Optional.empty());
    var payload = statement.canonical();
    var results =
        new Dsse(
                Purpose.RESULT.payloadType(),
                payload,
                List.of(new BatchSigner(worker).direct(payload)))
            .canonical();
    var content = new ReceiptDraft.Content(digest, 9);
    var draft =
        new ReceiptDraft(
            new ReceiptDraft.Invocation(
                invocation.toString(), Bytes.copyOf(nonce), Optional.empty(), now, now),
            new ReceiptDraft.Function("default/f@1", MODULE, digest, 1),
            content,
            end,
            content,
            digest,
            ExecutionPolicy.single("det-1"),
            new ReceiptDraft.Certificate(
                Digest.of(results),
                List.of(
                    new ReceiptDraft.Worker(
                        workerId, worker.publicKey().keyId(), Optional.of("z1"), workerIndex))),
            new ReceiptDraft.Head(id, 10));
    return new Run(invocation.uuid(), draft.prepare(), results);
  }
}
