package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.InvocationId;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.PreparedReceipt;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ReceiptChain;
import dev.windlass.receipt.ReceiptDraft;
import dev.windlass.receipt.ReceiptSigner;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.MerkleHash;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The book of a head's receipts: gives each its place in the chain, signs them, and sums up what it
 * wrote since the last epoch. A new pair of keys begins a new chain, at 1. For one thread.
 */
final class ReceiptBook {
  /** Octets of the largest batch; Kafka's default is a little more. */
  static final int BATCH_OCTETS = 880 << 10;

  /** What the head promises: so long after a run ended its receipt is in the log. */
  static final int MMD_SECONDS = 10;

  /**
   * All of a receipt but its place.
   *
   * @param run what it was made of
   * @param results canonical JSON of the result envelope
   */
  record Draft(PendingReceipt run, PreparedReceipt receipt, Bytes results) {
    InvocationId id() {
      return run.id();
    }

    /** What it adds to a batch, or a little less. */
    int mostOctets() {
      return Submission.Item.octets(receipt.mostOctets(), results.size());
    }
  }

  private final Supplier<Optional<HeadPorts.ReceiptKeys>> registered;
  private final InstantSource clock;
  private final Map<String, ExecutionPolicy> policies = new HashMap<>();
  private final MerkleHash hash = new MerkleHash();
  private Optional<HeadPorts.ReceiptKeys> keys = Optional.empty();
  private ReceiptChain chain = new ReceiptChain();
  private Frontier epoch = new Frontier();
  private long epochFirst = 1;

  /**
   * @param registered empty while there is no key to sign with
   */
  ReceiptBook(Supplier<Optional<HeadPorts.ReceiptKeys>> registered, InstantSource clock) {
    this.registered = registered;
    this.clock = clock;
  }

  /**
   * Whether there is a key to sign with; only then {@link #draft} and {@link #write} may be called.
   */
  boolean isReady() {
    if (keys.isEmpty()) keys = registered.get();
    return keys.isPresent();
  }

  Draft draft(PendingReceipt run) {
    var signature = ResultCheck.signature(run.signature()).orElseThrow();
    var envelope = new Dsse(Purpose.RESULT.payloadType(), run.octets(), List.of(signature));
    var results = Bytes.wrap(envelope.toJson().canonical());
    var statement = run.statement();
    var worker =
        new ReceiptDraft.Worker(
            run.worker().toString(),
            signature.keyId(),
            run.registration().zone(),
            run.registration().index());
    var receipt =
        new ReceiptDraft(
            new ReceiptDraft.Invocation(
                statement.invocation(),
                statement.nonce(),
                Optional.empty(),
                Instant.ofEpochMilli(run.requestedMillis()),
                Instant.ofEpochMilli(run.finishedMillis())),
            new ReceiptDraft.Function(
                run.function() + "@" + Publications.version(statement.manifest()),
                statement.module(),
                statement.manifest(),
                run.publishIndex()),
            new ReceiptDraft.Content(statement.input(), run.inputBytes()),
            statement.end(),
            new ReceiptDraft.Content(statement.output(), run.outputBytes()),
            run.stderr(),
            policies.computeIfAbsent(statement.profile(), ExecutionPolicy::single),
            new ReceiptDraft.Certificate(Digest.of(results), List.of(worker)),
            new ReceiptDraft.Head(keys.orElseThrow().head().toString(), MMD_SECONDS));
    return new Draft(run, receipt.prepare(), results);
  }

  /**
   * Gives the receipts their places and signs them, several by one signature.
   *
   * @param drafts in their order, at least one, within {@link #BATCH_OCTETS}
   * @return the submission
   */
  Bytes write(List<Draft> drafts) {
    long first = chain.nextSeq();
    var mine = keys.orElseThrow();
    var signer = new ReceiptSigner(mine.ed25519(), mine.p256());
    var payloads = new ArrayList<Bytes>(drafts.size());
    for (var draft : drafts) {
      payloads.add(chain.add(draft.receipt()));
      epoch.append(hash.leaf(chain.lastHash()), 0);
    }
    if (drafts.size() == 1) {
      var single = signer.single(payloads.getFirst());
      var envelope = Bytes.wrap(single.envelope().toJson().canonical());
      return new Submission.Single(single.leaf(), envelope, drafts.getFirst().results()).encode();
    }
    var items = new ArrayList<Submission.Item>(drafts.size());
    for (int i = 0; i < drafts.size(); i++)
      items.add(new Submission.Item(payloads.get(i), drafts.get(i).results()));
    var leaf = signer.batch(payloads, first).leaf().canonical();
    return new Submission.Batch(leaf, items).encode();
  }

  /** Whether receipts were written since the last epoch. */
  boolean hasEpoch() {
    return epoch.size() > 0;
  }

  /** Whether other keys are registered than those of this chain. */
  boolean isSuperseded() {
    return keys.isPresent() && registered.get().filter(now -> !isSame(now, keys.get())).isPresent();
  }

  /**
   * The {@code head.epoch} entry of what was written since the last one, as a submission; with it
   * the chain ends if other keys are registered by now.
   */
  Optional<Bytes> epoch() {
    Optional<Bytes> submission =
        hasEpoch() ? Optional.of(summary(keys.orElseThrow())) : Optional.empty();
    if (isSuperseded()) {
      keys = registered.get();
      chain = new ReceiptChain();
    }
    epoch = new Frontier();
    epochFirst = chain.nextSeq();
    return submission;
  }

  private Bytes summary(HeadPorts.ReceiptKeys mine) {
    var entry =
        new LogEntry.HeadEpoch(
            clock.instant(),
            mine.ed25519().publicKey().keyId(),
            epochFirst,
            chain.nextSeq() - 1,
            Digest.ofHash(epoch.root().toArray()));
    return new Submission.Plain(SignedEntry.sign(entry, mine.ed25519()).leaf()).encode();
  }

  private static boolean isSame(HeadPorts.ReceiptKeys one, HeadPorts.ReceiptKeys other) {
    return one == other
        || one.ed25519().publicKey().equals(other.ed25519().publicKey())
            && one.p256().publicKey().equals(other.p256().publicKey());
  }
}
