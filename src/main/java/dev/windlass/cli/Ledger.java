package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.BatchLeaf;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry.FunctionPublish;
import dev.windlass.receipt.LogEntry.Genesis;
import dev.windlass.receipt.LogEntry.HeadEpoch;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.LogEntry.HeadRevoke;
import dev.windlass.receipt.LogEntry.WorkerRegister;
import dev.windlass.receipt.LogEntry.WorkerRevoke;
import dev.windlass.receipt.SignedEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All entries of a log folded into what they say: keys, functions, receipts by head; and what is
 * wrong with them. A pure function of the log's prefix, so that everybody who reads it comes to the
 * same. Leaves come in their order.
 */
final class Ledger {
  static final int MOST_FINDINGS = 1_000;
  private static final int MOST_NAMES = 1_000_000;

  enum Kind {
    /** An entry that no honest log holds. */
    INVALID,
    /** A head signed one place of its chain twice. */
    EQUIVOCATION,
    /** A head signed places of its chain that the log does not have in time. */
    OMISSION
  }

  /**
   * @param index of the leaf that shows it
   */
  record Finding(Kind kind, long index, String text) {
    @Override
    public String toString() {
      return kind + " at leaf " + index + ": " + text;
    }
  }

  private final String origin;
  private final Map<String, LedgerHead> heads = new LinkedHashMap<>();
  private final Map<String, LedgerHead> bySingles = new LinkedHashMap<>();
  private final TreeMap<Long, Bytes> registry = new TreeMap<>();
  private final Set<String> workers = new HashSet<>();
  private final Set<String> functions = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();
  private Optional<Genesis> genesis = Optional.empty();
  long size;
  long workersRegistered;
  long workersRevoked;
  long published;
  long strange;
  private long wrong;

  Ledger(String origin) {
    this.origin = origin;
  }

  /**
   * @param seen when the leaf was known to be in the log; for old leaves the beginning of time
   */
  void leaf(long index, Bytes leaf, Instant seen) {
    if (index != size) throw new AssertionError("leaf " + index + " after " + size + " leaves");
    size++;
    switch (LedgerLeaf.parse(leaf)) {
      case LedgerLeaf.Entry(var signed) -> entry(index, signed, leaf, seen);
      case LedgerLeaf.Batch(var batch) -> batch(index, batch);
      case LedgerLeaf.Single(var body) -> {
        var head = bySingles.get(body.key().keyId());
        if (head != null) head.single();
        else invalid(index, "a receipt signed by " + body.key() + ", which no head registered");
      }
      case LedgerLeaf.Strange(var why) -> {
        strange++;
        invalid(index, why);
      }
    }
    if (index == 0 && genesis.isEmpty()) invalid(0, "leaf 0 is no log.genesis");
  }

  private void batch(long index, BatchLeaf batch) {
    var head = heads.get(batch.keyId());
    if (head == null) {
      invalid(index, "receipts signed by " + batch.keyId() + ", which no head registered");
    } else if (!batch.isSignedBy(head.register.batches())) {
      invalid(index, "the signature of a batch is not of " + batch.keyId());
    } else {
      head.batch(batch.statement().firstSeq().orElseThrow(), batch.statement().size())
          .ifPresent(
              seq ->
                  find(
                      Kind.EQUIVOCATION,
                      index,
                      head.id() + " signed seq " + seq + " in two batches"));
    }
  }

  private void entry(long index, SignedEntry signed, Bytes leaf, Instant seen) {
    switch (signed.entry()) {
      case Genesis g -> {
        if (index != 0 || !g.origin().equals(origin) || !signed.isSignedBy(g.operator())) {
          invalid(index, "a log.genesis of " + g.origin() + ", expected at leaf 0, of " + origin);
        } else {
          genesis = Optional.of(g);
          registry.put(index, leaf);
        }
      }
      case WorkerRegister w -> {
        if (byRegistrar(index, signed)) {
          workersRegistered++;
          if (workers.size() < MOST_NAMES) workers.add(w.key().keyId());
        }
      }
      case WorkerRevoke w -> {
        if (byRegistrar(index, signed)) {
          workersRevoked++;
          workers.remove(w.keyId());
        }
      }
      case HeadRegister h -> {
        if (byRegistrar(index, signed)) enter(index, h, leaf);
      }
      case HeadRevoke h -> {
        if (byRegistrar(index, signed)) {
          registry.put(index, leaf);
          var head = heads.get(h.keyId());
          if (head != null) head.revoke();
        }
      }
      case FunctionPublish f -> {
        if (signedBy(index, signed, genesis.map(Genesis::operator))) {
          published++;
          if (functions.size() < MOST_NAMES) functions.add(f.name().toString());
        }
      }
      case HeadEpoch e -> epoch(index, signed, e, seen);
    }
  }

  /** A renewal enters the same keys again, and says nothing new here. */
  private void enter(long index, HeadRegister register, Bytes leaf) {
    var batches = register.batches().keyId();
    var singles = register.singles().keyId();
    if (heads.containsKey(batches) && bySingles.containsKey(singles)) return;
    registry.put(index, leaf);
    var head = heads.computeIfAbsent(batches, _ -> new LedgerHead(index, register));
    bySingles.putIfAbsent(singles, head);
  }

  private void epoch(long index, SignedEntry signed, HeadEpoch epoch, Instant seen) {
    var head = heads.get(epoch.keyId());
    if (head == null)
      invalid(index, "a head.epoch of " + epoch.keyId() + ", which no head registered");
    else if (signedBy(index, signed, Optional.of(head.register.batches())))
      head.epoch(index, epoch, seen);
  }

  private boolean byRegistrar(long index, SignedEntry signed) {
    return signedBy(index, signed, genesis.map(Genesis::registrar));
  }

  private boolean signedBy(long index, SignedEntry signed, Optional<Ed25519PublicKey> key) {
    if (key.isPresent() && signed.isSignedBy(key.get())) return true;
    invalid(
        index,
        "a %s signed by %s, expected %s"
            .formatted(
                signed.entry().type(),
                signed.keyId(),
                key.map(Ed25519PublicKey::keyId).orElse("a key of the genesis entry")));
    return false;
  }

  private void invalid(long index, String text) {
    find(Kind.INVALID, index, text);
  }

  private void find(Kind kind, long index, String text) {
    wrong++;
    if (findings.size() < MOST_FINDINGS) findings.add(new Finding(kind, index, text));
  }

  /** Epochs whose receipts are not all in the log although they are due; once for each head. */
  List<Finding> omissions(Instant now) {
    var omissions = new ArrayList<Finding>();
    for (var head : heads.values()) {
      var broken = head.broken(now);
      if (broken.isEmpty()) continue;
      var first = broken.getFirst();
      omissions.add(
          new Finding(
              Kind.OMISSION,
              first.index(),
              "%s signed that it made receipts up to seq %d; at %s %d of them were in no leaf (of seq %s)"
                  .formatted(
                      head.id(),
                      first.lastSeq(),
                      now,
                      head.missing(first.lastSeq()),
                      head.holes(first.lastSeq()))));
    }
    return omissions;
  }

  /** The first ones; {@link #wrong} counts all. */
  List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  long wrong() {
    return wrong;
  }

  /** Takes note that somebody was told. */
  void forgetFindings() {
    findings.clear();
    wrong = 0;
  }

  Optional<Genesis> genesis() {
    return genesis;
  }

  Collection<LedgerHead> heads() {
    return Collections.unmodifiableCollection(heads.values());
  }

  /** Of either of its keys. */
  Optional<LedgerHead> head(String keyId) {
    return Optional.ofNullable(heads.get(keyId))
        .or(() -> Optional.ofNullable(bySingles.get(keyId)));
  }

  int goodWorkers() {
    return workers.size();
  }

  int functionNames() {
    return functions.size();
  }

  /** The leaves that say whose keys count, by index: what a state file must keep. */
  Map<Long, Bytes> registry() {
    return Collections.unmodifiableMap(registry);
  }

  /** Takes over the registry of a state file of ours; the numbers come after it. */
  void restore(long index, Bytes leaf) {
    if (LedgerLeaf.parse(leaf) instanceof LedgerLeaf.Entry(var signed))
      entry(index, signed, leaf, Instant.MIN);
  }
}
