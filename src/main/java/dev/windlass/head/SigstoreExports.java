package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptSigner;
import dev.windlass.receipt.ReceiptVerifier;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.receipt.Submission;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Receipts as Sigstore bundles (trust annex §3.4). A single receipt has a leaf that Sigstore reads.
 * A batched one has none, so this head, after it has verified what the log says of it, signs the
 * unchanged payload with its own P-256 key and enters that as a leaf of its own: once for a
 * payload, and as often for a caller as the quota says.
 */
final class SigstoreExports {
  static final String MEDIA_TYPE = SigstoreBundle.MEDIA_TYPE;

  /** For the log's commit, and again for its checkpoint. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** What is given to {@link SigstoreExports}. */
  record Parts(
      Ledger ledger,
      Supplier<Optional<HeadPorts.ReceiptKeys>> keys,
      Supplier<WitnessPolicy> policy,
      ExportFiles files,
      ExportQuota quota) {}

  private final Ledger ledger;
  private final Supplier<Optional<HeadPorts.ReceiptKeys>> keys;
  private final Supplier<WitnessPolicy> policy;
  private final ExportFiles files;
  private final ExportQuota quota;

  /** Exports that are being made; bounded by the calls of the management API. */
  private final ConcurrentHashMap<Digest, CompletableFuture<Optional<Bytes>>> underWay =
      new ConcurrentHashMap<>();

  SigstoreExports(Parts parts) {
    this.ledger = parts.ledger();
    this.keys = parts.keys();
    this.policy = parts.policy();
    this.files = parts.files();
    this.quota = parts.quota();
  }

  /**
   * The bundle, made now or before. Blocks.
   *
   * @param caller whom the quota counts
   * @return empty when no witnessed checkpoint covers its leaf yet: ask again
   * @throws Problem.Thrown export-quota, log-unreachable, or store-failed
   */
  Optional<Bytes> bundle(Found.Logged logged, String caller) {
    if (!logged.witnessed()) return Optional.empty();
    var file = ReceiptFile.parse(logged.receiptFile().unsafeArray());
    var receipt = file.receipt();
    if (receipt.signatures().getFirst().batch().isEmpty())
      return Optional.of(text(new ReceiptSigner.Single(receipt, leaf(file)), file.proof()));
    var payload = Digest.of(receipt.payload());
    try {
      var known = files.bundle(payload);
      if (known.isPresent()) return known;
    } catch (IOException e) {
      throw StoreProblems.of(e).thrown();
    }
    var mine = new CompletableFuture<Optional<Bytes>>();
    var other = underWay.putIfAbsent(payload, mine);
    if (other != null) return other.join();
    try {
      var made = made(file, payload, caller);
      mine.complete(made);
      return made;
    } finally {
      underWay.remove(payload);
      // Whoever waits for one that failed asks again.
      mine.complete(Optional.empty());
    }
  }

  private Optional<Bytes> made(ReceiptFile file, Digest payload, String caller) {
    try {
      var submission = submission(file, payload, caller);
      long index = awaited(ledger.append(submission.encode()), "commit of the export");
      var proof = awaited(ledger.proof(index, PATIENCE), "checkpoint over the export");
      if (proof.isEmpty()) return Optional.empty();
      var envelope = Dsse.parse(submission.envelope().unsafeArray());
      var single = new ReceiptSigner.Single(envelope, submission.leaf());
      var bundle = text(single, TlogProof.parse(proof.get().unsafeArray()));
      files.writeBundle(payload, bundle);
      return Optional.of(bundle);
    } catch (IOException e) {
      throw StoreProblems.of(e).thrown();
    }
  }

  /** As it was signed before: another signature would be another leaf. */
  private Submission.Single submission(ReceiptFile file, Digest payload, String caller)
      throws IOException {
    var before = files.submission(payload);
    if (before.isPresent() && Submission.parse(before.get()) instanceof Submission.Single single)
      return single;
    requireGood(file);
    var key =
        keys.get()
            .orElseThrow(
                () -> ReceiptLookup.unreachable("it has not registered this head's keys yet"));
    if (!quota.take(caller))
      throw Problem.of(
              ProblemType.EXPORT_QUOTA,
              "each export of a batched receipt costs a signature and a leaf; "
                  + caller
                  + " has had"
                  + " its share of this minute")
          .withHeader("Retry-After", "60")
          .thrown();
    var single = new ReceiptSigner(key.ed25519(), key.p256()).single(file.receipt().payload());
    var submission =
        new Submission.Single(
            single.leaf(),
            Bytes.wrap(single.envelope().toJson().canonical()),
            Bytes.wrap(file.results().toJson().canonical()));
    files.writeSubmission(payload, submission.encode());
    return submission;
  }

  /** This head signs nothing that it would not believe itself. */
  private void requireGood(ReceiptFile file) {
    var checks = ReceiptAudit.of(file, policy.get(), ReceiptAudit.Evidence.NONE);
    if (ReceiptAudit.isGood(checks)) return;
    var failed = checks.stream().filter(c -> c.state() == Check.State.FAILED).toList();
    throw Problem.of(
            ProblemType.INTERNAL,
            "the log gave a receipt that does not verify: "
                + failed.stream().map(c -> c.subject() + ": " + c.detail()).toList())
        .thrown();
  }

  private Bytes text(ReceiptSigner.Single single, TlogProof proof) {
    return Bytes.wrap(SigstoreBundle.of(single, proof, logKey(proof)).toJson().canonical());
  }

  /** Of a single receipt. */
  private static Bytes leaf(ReceiptFile file) {
    var signature = file.receipt().signatures().getFirst();
    return file.registry().items().stream()
        .map(item -> item.entry().entry())
        .filter(LogEntry.HeadRegister.class::isInstance)
        .map(LogEntry.HeadRegister.class::cast)
        .filter(head -> head.singles().keyId().equals(signature.keyId()))
        .findFirst()
        .map(head -> ReceiptVerifier.leaf(head, file.receipt().payload(), signature))
        .orElseThrow(
            () ->
                Problem.of(
                        ProblemType.INTERNAL,
                        "the receipt file has no registration of " + signature.keyId())
                    .thrown());
  }

  private VerifierKey logKey(TlogProof proof) {
    var origin = proof.checkpoint().origin();
    return policy.get().logs().stream()
        .map(WitnessPolicy.Log::key)
        .filter(key -> key.name().equals(origin))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(ProblemType.INTERNAL, "the policy does not know the log " + origin)
                    .thrown());
  }

  private static <T> T awaited(CompletionStage<T> stage, String what) {
    var slot = new CompletableFuture<T>();
    stage.whenComplete(
        (value, failure) -> {
          if (failure == null) slot.complete(value);
          else slot.completeExceptionally(failure);
        });
    try {
      return slot.get(PATIENCE.plusSeconds(2).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      throw ReceiptLookup.unreachable("no " + what + " within " + PATIENCE);
    } catch (ExecutionException e) {
      throw ReceiptLookup.unreachable(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw ReceiptLookup.unreachable("the head is going away");
    }
  }
}
