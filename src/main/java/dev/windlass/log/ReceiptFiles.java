package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.RegistryProof;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TreeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Receipt files, made when they are asked for from what is kept and what the log has. For any
 * thread; blocks on the disk.
 */
final class ReceiptFiles {
  private static final Logger LOG = Logger.getLogger(ReceiptFiles.class);

  /** Submissions that were asked for last: at most 1 MiB and a tree each. */
  private static final int OPENED = 16;

  private static final int ENTRIES = 1_024;

  private final Sequencing log;
  private final KeyRegistry keys;
  private final ReceiptStore receipts;

  /** Both guarded by themselves. */
  private final Map<ReceiptStore.Slot, OpenedReceipts> opened = lru(OPENED);

  private final Map<Long, SignedEntry> entries = lru(ENTRIES);

  ReceiptFiles(Sequencing log, KeyRegistry keys, ReceiptStore receipts) {
    this.log = log;
    this.keys = keys;
    this.receipts = receipts;
  }

  /** The receipt of an invocation under the checkpoint that is shown. */
  Found find(UUID id) throws IOException {
    var kept = receipts.find(id);
    if (kept.isEmpty()) return new Found.Unknown();
    var shown = log.published();
    return shown.isEmpty() ? new Found.Pending() : under(kept.get(), shown.get(), true);
  }

  /** The same under a checkpoint that only the log has signed. */
  Found unwitnessed(UUID id) throws IOException {
    var kept = receipts.find(id);
    return kept.isEmpty() ? new Found.Unknown() : under(kept.get(), log.committed().note(), false);
  }

  /** The receipt itself, as it was signed. */
  Optional<Bytes> payload(UUID id) throws IOException {
    var kept = receipts.find(id);
    if (kept.isEmpty()) return Optional.empty();
    return open(kept.get().slot()).map(o -> o.payload(kept.get().item()));
  }

  Optional<Bytes> leaf(ReceiptStore.Slot slot) throws IOException {
    return open(slot).map(OpenedReceipts::leaf);
  }

  private Found under(ReceiptStore.Kept kept, Note checkpoint, boolean witnessed)
      throws IOException {
    long size = checkpoint.checkpoint().size();
    if (kept.index().isEmpty() || kept.index().getAsLong() >= size) return new Found.Pending();
    var submission = open(kept.slot());
    if (submission.isEmpty()) return new Found.Unknown();
    var item = submission.get().item(kept.item());
    long index = kept.index().getAsLong();
    var tree = TreeReader.unverified(log.reader(), size);
    var file =
        new ReceiptFile(
            item.envelope(),
            item.results(),
            registry(item, index, tree),
            index,
            tree.inclusion(index, size),
            checkpoint);
    return new Found.Logged(file.encode(), witnessed);
  }

  /** The first entry of the log, and the registrations of the head and of each worker. */
  private RegistryProof registry(OpenedReceipts.Item item, long leaf, TreeReader tree) {
    var receipt = ReceiptStatement.parse(item.envelope().payload());
    var indexes = new TreeSet<Long>();
    indexes.add(0L);
    keys.head(item.envelope().signatures().getFirst().keyId())
        .flatMap(head -> head.holder().at(receipt.draft().invocation().finishedAt(), leaf))
        .ifPresent(registration -> indexes.add(registration.index()));
    for (var worker : receipt.draft().certificate().workers()) indexes.add(worker.registerIndex());
    var items = new ArrayList<RegistryProof.Item>();
    for (long index : indexes) {
      if (index >= tree.size() || items.size() == RegistryProof.MAX_ITEMS) continue;
      entry(index)
          .ifPresent(
              entry ->
                  items.add(
                      new RegistryProof.Item(index, entry, tree.inclusion(index, tree.size()))));
    }
    return new RegistryProof(items);
  }

  /** Empty when the leaf is no entry about keys: a receipt may name any index. */
  private Optional<SignedEntry> entry(long index) {
    synchronized (entries) {
      var known = entries.get(index);
      if (known != null) return Optional.of(known);
    }
    try {
      var entry = SignedEntry.parse(Bytes.wrap(log.reader().entry(index)));
      boolean ofKeys =
          switch (entry.entry()) {
            case LogEntry.Genesis _, LogEntry.HeadRegister _, LogEntry.WorkerRegister _ -> true;
            case LogEntry.WorkerRevoke _,
                LogEntry.HeadRevoke _,
                LogEntry.FunctionPublish _,
                LogEntry.HeadEpoch _ ->
                false;
          };
      if (!ofKeys) return Optional.empty();
      synchronized (entries) {
        entries.put(index, entry);
      }
      return Optional.of(entry);
    } catch (IllegalArgumentException | TlogException _) {
      return Optional.empty();
    }
  }

  private Optional<OpenedReceipts> open(ReceiptStore.Slot slot) throws IOException {
    synchronized (opened) {
      var known = opened.get(slot);
      if (known != null) return Optional.of(known);
    }
    var octets = receipts.read(slot);
    if (octets.isEmpty()) return Optional.empty();
    try {
      var fresh = new OpenedReceipts(octets.get());
      synchronized (opened) {
        opened.put(slot, fresh);
      }
      return Optional.of(fresh);
    } catch (IllegalArgumentException e) {
      LOG.errorf("event=kept-receipts-damaged slot=%s why=%s", slot, e.getMessage());
      throw new IOException("what is kept at " + slot + " is damaged", e);
    }
  }

  private static <K, V> Map<K, V> lru(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }
}
