package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Submission;
import dev.windlass.tlog.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/**
 * A submission's way into the log, straight on the caller's thread: judge, keep what is behind it
 * on the disk, commit its leaf, note the index.
 *
 * <p>What if we die here: before the leaf is staged nobody was answered, and the sender sends
 * again; what was kept then is found by {@link #resume} and its leaf is committed, with or without
 * the sender. After the commit only the note of the index is missing, which {@code resume} makes by
 * appending the leaf again: the log knows it.
 */
final class Entering {
  private static final Logger LOG = Logger.getLogger(Entering.class);
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Sequencing log;
  private final KeyRegistry keys;
  private final ReceiptStore receipts;
  private final ReceiptFiles files;
  private final Admission admission;

  Entering(
      LogConfig config,
      Sequencing log,
      KeyRegistry keys,
      ReceiptStore receipts,
      ReceiptFiles files) {
    this.log = log;
    this.keys = keys;
    this.receipts = receipts;
    this.files = files;
    this.admission = new Admission(config, keys, files::payload);
  }

  /** Blocks. */
  Added enter(Bytes submission) {
    try {
      return switch (admission.judge(submission)) {
        case Judgement.Entry entry -> enter(entry);
        case Judgement.Export export -> append(export.leaf());
        case Judgement.Receipts found -> enter(found, submission);
      };
    } catch (Judgement.Refused e) {
      return e.refusal();
    } catch (IOException e) {
      return new Added.Later(SOON, String.valueOf(e.getMessage()));
    }
  }

  /** Commits the leaves of what an earlier process kept and did not see committed. */
  void resume() throws IOException {
    int resumed = 0;
    for (var slot : receipts.unplaced()) {
      var kept = receipts.read(slot);
      if (kept.isEmpty()) continue;
      switch (append(Submission.parse(kept.get()).leaf())) {
        case Added.Logged logged -> receipts.place(slot, logged.index());
        case Added.Refused refused -> throw new LogException("a kept submission: " + refused);
        case Added.Later later -> throw new LogException("couldn't resume: " + later.why());
      }
      resumed++;
    }
    if (resumed > 0) LOG.infof("event=resumed submissions=%d", resumed);
  }

  private Added enter(Judgement.Entry entry) {
    keys.begin();
    try {
      var added = append(entry.leaf());
      switch (added) {
        case Added.Logged logged -> keys.entered(logged.index(), entry.entry());
        case Added.Later _ -> keys.lost();
        case Added.Refused _ -> {}
      }
      return added;
    } finally {
      keys.end();
    }
  }

  private Added enter(Judgement.Receipts found, Bytes submission) throws IOException {
    var slot = kept(found);
    if (slot.isPresent() && slot.get().index().isPresent())
      return new Added.Logged(slot.get().index().getAsLong(), true);
    var at = slot.isPresent() ? slot.get().slot() : keep(found, submission);
    var added = append(found.leaf());
    if (added instanceof Added.Logged logged) receipts.place(at, logged.index());
    return added;
  }

  /** What is kept of this very leaf: it came before, and perhaps its sender heard nothing. */
  private Optional<ReceiptStore.Kept> kept(Judgement.Receipts found) throws IOException {
    UUID first = found.ids().getFirst();
    var before = receipts.find(first);
    if (before.isEmpty() || before.get().item() != 0) return Optional.empty();
    return files.leaf(before.get().slot()).equals(Optional.of(found.leaf()))
        ? before
        : Optional.empty();
  }

  private ReceiptStore.Slot keep(Judgement.Receipts found, Bytes submission) throws IOException {
    try {
      return receipts.put(found.ids(), submission).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IOException(
          "couldn't keep what is behind a receipt: " + e.getCause().getMessage(), e);
    }
  }

  private Added append(Bytes leaf) {
    try {
      var appended = log.append(leaf.unsafeArray()).toCompletableFuture().join();
      return new Added.Logged(appended.index(), appended.duplicate());
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof StoreException why)) throw e;
      return switch (why) {
        case StoreException.Full full ->
            new Added.Later(full.retryAfter(), String.valueOf(full.getMessage()));
        case StoreException.EntryTooLarge large ->
            new Added.Refused(Refusal.TOO_LARGE, String.valueOf(large.getMessage()));
        case StoreException.BatchFailed _,
            StoreException.Broken _,
            StoreException.Closed _,
            StoreException.CannotOpen _,
            StoreException.NotPublishable _ ->
            new Added.Later(SOON, String.valueOf(why.getMessage()));
      };
    }
  }
}
