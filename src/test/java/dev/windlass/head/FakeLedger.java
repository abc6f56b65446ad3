package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.InvocationId;
import dev.windlass.receipt.BatchLeaf;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.RekorBody;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A log that judges what it is given: shape, size, signatures by the right key for the purpose,
 * Merkle roots, chains whose links fit, epochs that say what was sent. Whatever is wrong is a
 * fault, which fails the test at its end even if nobody looks for it. What failed may come after
 * what was sent later, so chains and epochs are judged by {@link #judged}.
 */
final class FakeLedger implements Ledger {
  static final SpiffeId HEAD = new SpiffeId("test", "default", SpiffeId.HEAD, "head-0");

  final List<String> faults = new ArrayList<>();
  final Ed25519Key publisher = key(91);

  /** What the log has, in order: receipts by id, entries as they are. */
  final Map<InvocationId, ReceiptStatement> receipts = new HashMap<>();

  final List<LogEntry> entries = new ArrayList<>();
  final List<Submission> submissions = new ArrayList<>();
  final List<Submission.Single> exports = new ArrayList<>();

  /** Every sending, the repeated too. */
  final List<Bytes> sent = new ArrayList<>();

  /** Receipts that count as witnessed as soon as the log has them. */
  volatile boolean witnessing = true;

  /** Sendings get no outcome until {@link #settle}. */
  volatile boolean holding;

  /** Nothing is taken, everything fails. */
  volatile boolean down;

  /** What becomes of a receipt file on its way out. */
  volatile UnaryOperator<ReceiptFile> tamper = file -> file;

  /** No checkpoint covers what is appended. */
  volatile boolean withoutProofs;

  /** The next so many sendings are taken and reported as failed. */
  volatile int liesOf;

  volatile HeadPorts.ReceiptKeys keys = keys(1);

  /** By id: where its leaf is, and what lies beside it. */
  private record Kept(long index, Dsse receipt, Dsse results) {}

  private final Map<InvocationId, Kept> kept = new HashMap<>();
  final FakeTree tree = new FakeTree(publisher);
  private final Set<String> inTree = new HashSet<>();

  private record Open(Bytes octets, CompletableFuture<Void> outcome) {}

  private final List<Open> open = new ArrayList<>();
  private final Map<Bytes, Long> indices = new HashMap<>();

  /** By key id of the Ed25519 half and seq: the payload, and what it says was before it. */
  private final Map<String, TreeMap<Long, Linked>> chains = new HashMap<>();

  private record Linked(Digest payload, Optional<Digest> prev) {}

  static HeadPorts.ReceiptKeys keys(int seed) {
    return new HeadPorts.ReceiptKeys(HEAD, key(seed), P256Key.make(new SecureRandom()), seed);
  }

  static Ed25519Key key(int seed) {
    var octets = new byte[32];
    octets[0] = (byte) seed;
    octets[1] = 7;
    return new Ed25519Key(Bytes.wrap(octets));
  }

  @Override
  public synchronized CompletionStage<Void> send(Bytes submission) {
    sent.add(submission);
    if (down) return CompletableFuture.failedFuture(new IllegalStateException("down"));
    if (open.stream().anyMatch(o -> o.octets().equals(submission)))
      fault("a submission was sent again while it was under way");
    if (holding) {
      var held = new Open(submission, new CompletableFuture<>());
      open.add(held);
      return held.outcome();
    }
    take(submission);
    if (liesOf > 0) {
      liesOf--;
      return CompletableFuture.failedFuture(new IllegalStateException("taken, said failed"));
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Takes or refuses what was held, oldest first, and holds no more. */
  void settle(boolean taken) {
    List<Open> all;
    synchronized (this) {
      holding = false;
      all = List.copyOf(open);
      open.clear();
      if (taken) all.forEach(one -> take(one.octets()));
    }
    for (var one : all) {
      if (taken) one.outcome().complete(null);
      else one.outcome().completeExceptionally(new IllegalStateException("refused"));
    }
  }

  @Override
  public synchronized CompletionStage<Long> append(Bytes submission) {
    if (down) return CompletableFuture.failedFuture(new IllegalStateException("down"));
    return CompletableFuture.completedFuture(take(submission));
  }

  @Override
  public CompletionStage<Found> receipt(InvocationId id, Duration wait) {
    if (down) return CompletableFuture.failedFuture(new IllegalStateException("down"));
    var now = found(id);
    if (now instanceof Found.Logged || wait.isZero()) return CompletableFuture.completedFuture(now);
    var later = new CompletableFuture<Found>();
    Thread.startVirtualThread(
        () -> {
          long end = System.nanoTime() + wait.toNanos();
          while (System.nanoTime() < end && !(found(id) instanceof Found.Logged))
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
          later.complete(found(id));
        });
    return later.orTimeout(wait.toMillis() + 10_000, TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return CompletableFuture.completedFuture(
        witnessing && !withoutProofs ? Optional.of(tree.proof(index)) : Optional.empty());
  }

  synchronized long registerWorker(SpiffeId id, Ed25519PublicKey key) {
    return tree.registerWorker(id, key);
  }

  synchronized Found found(InvocationId id) {
    if (!receipts.containsKey(id)) return new Found.Unknown();
    if (!witnessing) return new Found.Pending();
    var it = kept.get(id);
    var file = ReceiptFile.parse(tree.file(it.index(), it.receipt(), it.results()).toArray());
    return new Found.Logged(tamper.apply(file).encode(), true);
  }

  synchronized int count() {
    return receipts.size();
  }

  synchronized List<LogEntry.HeadEpoch> epochs() {
    return entries.stream()
        .filter(LogEntry.HeadEpoch.class::isInstance)
        .map(LogEntry.HeadEpoch.class::cast)
        .toList();
  }

  synchronized List<LogEntry.FunctionPublish> publications() {
    return entries.stream()
        .filter(LogEntry.FunctionPublish.class::isInstance)
        .map(LogEntry.FunctionPublish.class::cast)
        .toList();
  }

  synchronized void fault(String what) {
    faults.add(what);
  }

  private long take(Bytes octets) {
    try {
      if (octets.size() > MAX_SUBMISSION) fault("a submission of " + octets.size() + " octets");
      var submission = Submission.parse(octets);
      var known = indices.get(submission.leaf());
      if (known != null) return known;
      if (inTree.add(keys.ed25519().publicKey().keyId())) tree.registerHead(keys);
      long index = tree.add(submission.leaf());
      indices.put(submission.leaf(), index);
      submissions.add(submission);
      switch (submission) {
        case Submission.Plain plain -> plain(index, plain);
        case Submission.Single single -> single(index, single);
        case Submission.Batch batch -> batch(index, batch);
      }
      return index;
    } catch (RuntimeException e) {
      fault("a submission that cannot be read: " + e);
      throw e;
    }
  }

  private void plain(long index, Submission.Plain plain) {
    var signed = SignedEntry.parse(plain.leaf());
    entries.add(signed.entry());
    tree.note(signed.entry(), index);
    switch (signed.entry()) {
      case LogEntry.HeadEpoch e -> {
        if (!signed.isSignedBy(batches(e.keyId()))) fault("an epoch not signed by " + e.keyId());
      }
      case LogEntry.FunctionPublish f -> {
        if (!signed.isSignedBy(publisher.publicKey())) fault("a publication not by the publisher");
      }
      default -> fault("a head does not enter " + signed.entry().type());
    }
  }

  /** Keys that were registered, by the id of their Ed25519 half. */
  private final Map<String, HeadPorts.ReceiptKeys> registered = new HashMap<>();

  private Ed25519PublicKey batches(String keyId) {
    registered.put(keys.ed25519().publicKey().keyId(), keys);
    return registered.get(keyId).ed25519().publicKey();
  }

  /**
   * The faults.
   *
   * @param whole whether nothing may be missing
   */
  synchronized List<String> judged(boolean whole) {
    chains.forEach(
        (key, chain) ->
            chain.forEach(
                (seq, link) -> {
                  var before = chain.get(seq - 1);
                  if (before != null && !link.prev().equals(Optional.of(before.payload())))
                    fault("receipt " + seq + " does not name the one before it");
                  if (before == null && seq > 1 && whole) fault("no receipt " + (seq - 1));
                }));
    for (var epoch : epochs()) judge(epoch, whole);
    return faults;
  }

  private void judge(LogEntry.HeadEpoch epoch, boolean whole) {
    var chain = chains.getOrDefault(epoch.keyId(), new TreeMap<>());
    var covered = chain.subMap(epoch.firstSeq(), true, epoch.lastSeq(), true);
    if (epoch.count() == 0) fault("an epoch without receipts");
    if (covered.size() != epoch.count()) {
      if (whole) fault("of epoch " + epoch + " only " + covered.size() + " came");
      return;
    }
    var hash = new MerkleHash();
    var leaves = covered.values().stream().map(l -> hash.leaf(l.payload().hash())).toList();
    if (!Digest.ofHash(new MerkleTree(hash, leaves).root()).equals(epoch.root()))
      fault("an epoch with another root: " + epoch);
  }

  private void single(long index, Submission.Single single) {
    var envelope = Dsse.parse(single.envelope().unsafeArray());
    var body = RekorBody.parse(single.leaf());
    if (!body.isOf(envelope.payload())) fault("a single leaf that is not of its receipt");
    var keyId = envelope.signatures().getFirst().keyId();
    if (!keyId.equals(body.key().keyId())) fault("envelope and leaf name two keys");
    batches(keys.ed25519().publicKey().keyId());
    var owner =
        registered.values().stream()
            .filter(k -> k.p256().publicKey().equals(body.key()))
            .findFirst();
    if (owner.isEmpty()) fault("a single receipt by a key that is no head's");
    else if (isExport(envelope.payload())) exports.add(single);
    else receipt(index, owner.get(), envelope, single.results());
  }

  /** Of a receipt that the log has, octet for octet. */
  private boolean isExport(Bytes payload) {
    var id = InvocationId.parse(ReceiptStatement.parse(payload).id());
    return kept.containsKey(id) && kept.get(id).receipt().payload().equals(payload);
  }

  private void batch(long index, Submission.Batch batch) {
    var leaf = BatchLeaf.parse(batch.leaf());
    if (!leaf.isSignedBy(batches(leaf.keyId()))) fault("a batch not signed by its key");
    var root = leaf.tree(batch.payloads());
    if (root.isEmpty()) {
      fault("a batch with another root");
      return;
    }
    long seq = leaf.statement().firstSeq().orElseThrow();
    for (int i = 0; i < batch.items().size(); i++) {
      var item = batch.items().get(i);
      if (ReceiptStatement.parse(item.payload()).seq() != seq++) fault("a batch out of order");
      var envelope = leaf.envelope(item.payload(), i, root.get());
      receipt(index, registered.get(leaf.keyId()), envelope, item.results());
    }
  }

  private void receipt(long index, HeadPorts.ReceiptKeys owner, Dsse envelope, Bytes results) {
    var payload = envelope.payload();
    var statement = ReceiptStatement.parse(payload);
    var chain = chains.computeIfAbsent(owner.ed25519().publicKey().keyId(), _ -> new TreeMap<>());
    var link = new Linked(Digest.of(payload), statement.prev());
    if (chain.put(statement.seq(), link) != null) fault("two receipts at " + statement.seq());
    if (!statement.draft().certificate().envelope().equals(Digest.of(results)))
      fault("a receipt of another result envelope");
    if (!statement.draft().head().id().equals(owner.head().toString()))
      fault("a receipt of head " + statement.draft().head().id());
    var id = InvocationId.parse(statement.id());
    if (receipts.put(id, statement) != null) fault("two receipts of " + id);
    kept.put(id, new Kept(index, envelope, Dsse.parse(results.unsafeArray())));
  }
}
