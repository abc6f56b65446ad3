package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.LogEntry.Genesis;
import dev.windlass.receipt.LogEntry.HeadRevoke;
import dev.windlass.receipt.LogEntry.WorkerRevoke;
import dev.windlass.receipt.ReceiptAudit.Revocation;
import dev.windlass.receipt.ReceiptAudit.Scan;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Consistency;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.WitnessPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Finds the revocations that a log took before a receipt, in a copy of the log. */
final class RevocationSearch {
  private RevocationSearch() {}

  /**
   * @param in the receipt's checkpoint, which the copy must extend
   * @param leaf of the receipt: what comes later does not matter
   * @param progress gets the number of leaves read
   * @throws CommandFailure when the copy is not believed, is older than the receipt, or of another
   *     history
   */
  static Scan before(
      long leaf, Checkpoint in, LogFiles files, WitnessPolicy policy, LongConsumer progress) {
    var head = LogHead.read(files, policy).accepted(files).checkpoint();
    if (head.size() < in.size())
      throw new CommandFailure(
          Exit.UNVERIFIED,
          files + " has " + head.size() + " entries, the receipt's checkpoint " + in.size(),
          "it is an older copy");
    var tree = new LogTree(files, head);
    if (!isExtended(in, head, tree))
      throw new CommandFailure(
          Exit.UNVERIFIED,
          files + " does not extend the receipt's checkpoint: they are two histories",
          "root " + in.root().base64() + " of size " + in.size(),
          "keep both: `windlass log monitor` makes a proof of it");
    return search(Math.min(leaf, in.size()), tree, progress);
  }

  private static boolean isExtended(Checkpoint in, Checkpoint head, LogTree tree) {
    var proof = in.size() == head.size() ? List.<Hash>of() : tree.consistency(in.size());
    return Consistency.check(
        new MerkleHash(), in.size(), in.root(), head.size(), head.root(), proof);
  }

  private static Scan search(long leaves, LogTree tree, LongConsumer progress) {
    var found = new ArrayList<Revocation>();
    Optional<Genesis> genesis = Optional.empty();
    long at = 0;
    while (at < leaves) {
      var bundle = tree.bundle(at >> 8);
      for (int i = 0; i < bundle.size() && at < leaves; i++, at++) {
        if (!(LedgerLeaf.parse(Bytes.wrap(bundle.entry(i))) instanceof LedgerLeaf.Entry(var entry)))
          continue;
        if (at == 0 && entry.entry() instanceof Genesis first) genesis = Optional.of(first);
        found.addAll(revocation(at, entry, genesis));
      }
      progress.accept(at);
    }
    return new Scan(at, found);
  }

  /** Only the registrar's word counts. */
  private static List<Revocation> revocation(
      long index, SignedEntry entry, Optional<Genesis> genesis) {
    if (genesis.isEmpty() || !entry.isSignedBy(genesis.get().registrar())) return List.of();
    return switch (entry.entry()) {
      case WorkerRevoke revoked -> List.of(new Revocation(index, revoked.keyId()));
      case HeadRevoke revoked -> List.of(new Revocation(index, revoked.keyId()));
      default -> List.of();
    };
  }
}
