package dev.windlass.tlog.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Entries that wait for the next commit, bounded by count and octets. Guarded by its owner's lock.
 */
final class WaitingEntries {
  private final StoreSettings settings;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long bytes;

  /** An entry, and who waits for it. */
  record Waiting(Leaf leaf, CompletableFuture<Appended> appended) {}

  WaitingEntries(StoreSettings settings) {
    this.settings = settings;
  }

  boolean hasRoomFor(Leaf leaf) {
    return queue.size() < settings.queueMost()
        && bytes + leaf.entry().length <= settings.queueBytesMost();
  }

  void add(Waiting waiting) {
    queue.add(waiting);
    bytes += waiting.leaf().entry().length;
  }

  /** The oldest, as many as one commit takes. */
  List<Waiting> takeBatch() {
    return take(settings.batchMost());
  }

  List<Waiting> takeAll() {
    return take(queue.size());
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  long bytes() {
    return bytes;
  }

  private List<Waiting> take(int most) {
    var taken = new ArrayList<Waiting>(Math.min(most, queue.size()));
    while (taken.size() < most && !queue.isEmpty()) {
      var waiting = queue.remove();
      bytes -= waiting.leaf().entry().length;
      taken.add(waiting);
    }
    return taken;
  }
}
