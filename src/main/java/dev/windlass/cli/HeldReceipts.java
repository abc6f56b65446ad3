package dev.windlass.cli;

import dev.windlass.cli.Monitor.Alarm;
import dev.windlass.cli.MonitorState.Seen;
import dev.windlass.function.Bytes;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Misbehaviour;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.ReceiptVerifier;
import dev.windlass.receipt.RegistryProof;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Verdict;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Receipts that somebody was given and holds against the log: each must be a leaf in the time its
 * head promised, no two of one key may have one place, no two results of one worker one invocation.
 */
final class HeldReceipts {
  /**
   * @param results of a receipt file; absent for a bare envelope
   */
  private record Held(String name, Dsse envelope, Optional<Dsse> results) {}

  private final List<Held> held = new ArrayList<>();

  /** A receipt file, or the DSSE envelope of a receipt. */
  void add(Path file) {
    var octets = ModuleFile.bytes(file).unsafeArray();
    var name = file.toString();
    try {
      if (octets.length > 0 && octets[0] == '{') {
        held.add(new Held(name, Dsse.parse(octets), Optional.empty()));
      } else {
        var receipt = ReceiptFile.parse(octets);
        held.add(new Held(name, receipt.receipt(), Optional.of(receipt.results())));
      }
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Exit.LOCAL, name + " is no receipt: " + e.getMessage());
    }
  }

  /** What they show of this tree; a receipt that is not due yet shows nothing. */
  List<Alarm> hold(MonitorState state, LogHead head, LogTree tree, Instant at) {
    var alarms = new ArrayList<Alarm>();
    var places = new HashMap<String, Dsse>();
    var results = new HashMap<String, Dsse>();
    for (var receipt : held) {
      try {
        one(receipt, places, state, head, tree, at).ifPresent(alarms::add);
        receipt.results().ifPresent(r -> doubles(r, receipt, results, state, head, tree, alarms));
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(Exit.LOCAL, receipt.name() + ": " + e.getMessage());
      }
    }
    return alarms;
  }

  private Optional<Alarm> one(
      Held receipt,
      Map<String, Dsse> places,
      MonitorState state,
      LogHead head,
      LogTree tree,
      Instant at) {
    var envelope = receipt.envelope();
    if (envelope.signatures().size() != 1)
      throw new JsonException("has " + envelope.signatures().size() + " signatures, expected 1");
    var signature = envelope.signatures().getFirst();
    var statement = ReceiptStatement.parse(envelope.payload());
    var by = state.ledger.head(signature.keyId());
    if (by.isEmpty())
      throw new JsonException("is signed by " + signature.keyId() + ", which no head registered");
    var register = by.get().register;
    if (new ReceiptVerifier(1).verify(register, envelope.payload(), signature)
        instanceof Verdict.Refused(_, String why))
      throw new JsonException("its signature does not count: " + why);
    var registry = registry(state, tree, by.get());
    var place = register.batches().keyId() + " " + statement.seq();
    var other = places.putIfAbsent(place, envelope);
    if (other != null && !other.payload().equals(envelope.payload()))
      return Optional.of(
          proven(
              "equivocation",
              receipt.name(),
              new Misbehaviour.Equivocation(other, envelope, registry, head.note()),
              state));
    var leaf = ReceiptVerifier.leaf(register, envelope.payload(), signature);
    return omission(receipt, statement, leaf, registry, state, head, tree, at);
  }

  private Optional<Alarm> omission(
      Held receipt,
      ReceiptStatement statement,
      Bytes leaf,
      RegistryProof registry,
      MonitorState state,
      LogHead head,
      LogTree tree,
      Instant at) {
    var made = statement.draft().invocation().finishedAt();
    var promise = statement.draft().head().mmdSeconds();
    if (at.isBefore(made.plusSeconds(promise).plus(Omission.CLOCK_SKEW))) return Optional.empty();
    var before = state.before(made.minus(Omission.CLOCK_SKEW));
    long from = before.map(Seen::size).orElse(0L);
    if (tree.size() - from > Omission.MAX_LEAVES)
      throw new CommandFailure(
          Exit.LOCAL,
          receipt.name()
              + " was made before this monitor began, or too long ago: "
              + (tree.size() - from)
              + " leaves came since",
          "`windlass verify` says whether it is in the log");
    var hash = new MerkleHash().leafHash(leaf.unsafeArray());
    var leaves = new ArrayList<Hash>((int) (tree.size() - from));
    for (long i = from; i < tree.size(); i++) leaves.add(tree.leafHash(i));
    if (leaves.contains(hash)) return Optional.empty();
    var proof =
        new Omission(
            receipt.envelope(),
            registry,
            before.map(Seen::note),
            before.map(Seen::subtrees).orElse(List.of()),
            leaves,
            head.note());
    return Optional.of(proven("omission", receipt.name(), proof, state));
  }

  private void doubles(
      Dsse results,
      Held receipt,
      Map<String, Dsse> known,
      MonitorState state,
      LogHead head,
      LogTree tree,
      List<Alarm> alarms) {
    var statement = ResultStatement.parse(results.payload());
    for (var signature : results.signatures()) {
      var name = signature.keyId() + " " + statement.invocation() + " " + statement.nonce();
      var other = known.putIfAbsent(name, results);
      if (other == null || other.payload().equals(results.payload())) continue;
      var worker =
          ReceiptStatement.parse(receipt.envelope().payload())
              .draft()
              .certificate()
              .workers()
              .stream()
              .filter(w -> w.keyId().equals(signature.keyId()))
              .findFirst();
      if (worker.isEmpty()) continue;
      var items = List.of(item(tree, 0), item(tree, worker.get().registerIndex()));
      var proof =
          new Misbehaviour.DoubleResult(other, results, new RegistryProof(items), head.note());
      alarms.add(proven("double-result", receipt.name(), proof, state));
    }
  }

  /** Only what anybody can verify from the file alone is called a proof. */
  private static Alarm proven(String kind, String name, Misbehaviour proof, MonitorState state) {
    return switch (proof.verify(state.policy)) {
      case Misbehaviour.Judgement.Proven p ->
          new Alarm(
              kind, name + ": " + p.accused() + " " + p.what(), Optional.of(proof), List.of());
      case Misbehaviour.Judgement.Unproven u ->
          new Alarm(
              kind, name + ": suspected, not proven: " + u.why(), Optional.empty(), List.of());
    };
  }

  private static RegistryProof registry(MonitorState state, LogTree tree, LedgerHead head) {
    return new RegistryProof(List.of(item(tree, 0), item(tree, head.index)));
  }

  private static RegistryProof.Item item(LogTree tree, long index) {
    var entry = SignedEntry.parse(Bytes.wrap(tree.entry(index)));
    return new RegistryProof.Item(index, entry, tree.inclusion(index));
  }
}
