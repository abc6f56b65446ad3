package dev.windlass.log;

import static java.nio.file.StandardOpenOption.READ;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Submissions by the ids of the invocations in them: what a receipt file is made from, kept for a
 * time. The log's leaves prove receipts; this store only holds what they commit to.
 *
 * <p>A submission is on the disk before its leaf is sequenced, and the leaf's index is noted after.
 * What if we die in between: {@link #unplaced} names those without an index when the store is
 * opened again, and their leaves are appended once more; the log's deduplication gives the index of
 * a leaf that it has. So the note of an index need not be forced to the disk.
 *
 * <p>Files {@code NNNNNNNN.receipts} ({@link Segment} of {@link KeptRecord}) and, once full, {@code
 * NNNNNNNN.index}. One thread writes and forces for all that wait; any thread reads.
 */
final class ReceiptStore implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ReceiptStore.class);
  private static final int MAX_QUEUE = 16_384;
  private static final int BATCH_OCTETS = 16 << 20;
  private static final long SWEEP_SECONDS = 60;

  /** Where a submission lies. */
  record Slot(int segment, long offset) {}

  /**
   * One receipt of a submission.
   *
   * @param item its position in the submission
   * @param index of the leaf in the log; absent while it is not sequenced
   */
  record Kept(Slot slot, int item, OptionalLong index) {}

  private sealed interface Write {
    record Put(KeptRecord.Data data, CompletableFuture<Slot> done) implements Write {}

    record Place(KeptRecord.Placed at) implements Write {}

    record Stop() implements Write {}
  }

  private final Path directory;
  private final LogConfig.Retention bounds;
  private final InstantSource clock;
  private final LinkedBlockingQueue<Write> queue = new LinkedBlockingQueue<>(MAX_QUEUE);
  private final Thread writer;

  /** Oldest first, the last one grows. Guarded by this. */
  private final List<KeptSegment> segments = new ArrayList<>();

  private volatile boolean broken;

  private ReceiptStore(Path directory, LogConfig.Retention bounds, InstantSource clock) {
    this.directory = directory;
    this.bounds = bounds;
    this.clock = clock;
    this.writer = Thread.ofPlatform().name("receipts").daemon().unstarted(this::write);
  }

  /**
   * Opens or makes the store of a directory.
   *
   * @throws IOException when it cannot be read or written
   */
  static ReceiptStore open(Path directory, LogConfig.Retention bounds, InstantSource clock)
      throws IOException {
    Files.createDirectories(directory);
    var store = new ReceiptStore(directory, bounds, clock);
    store.load();
    store.writer.start();
    return store;
  }

  /**
   * Stores a submission; completes when it is on the disk. Fails when the disk refuses, and then
   * nothing was stored.
   */
  CompletionStage<Slot> put(List<UUID> ids, Bytes submission) {
    var done = new CompletableFuture<Slot>();
    if (broken) {
      done.completeExceptionally(unknownState());
    } else if (!queue.offer(
        new Write.Put(new KeptRecord.Data(clock.millis(), ids, submission), done))) {
      done.completeExceptionally(
          new IOException(MAX_QUEUE + " writes wait for the disk of " + directory));
    }
    return done;
  }

  /** Notes the index of a submission's leaf. */
  void place(Slot slot, long index) {
    synchronized (this) {
      segment(slot.segment()).ifPresent(s -> s.place(slot.offset(), index));
    }
    // A note that finds no room is made again by the recovery.
    queue.offer(new Write.Place(new KeptRecord.Placed(slot.segment(), slot.offset(), index)));
  }

  /** Submissions whose leaves may or may not be in the log, oldest first. */
  synchronized List<Slot> unplaced() {
    return segments.stream()
        .flatMap(s -> s.unplaced().stream().map(offset -> new Slot(s.file.number(), offset)))
        .toList();
  }

  /**
   * @throws IOException when the disk cannot be read
   */
  Optional<Kept> find(UUID id) throws IOException {
    synchronized (this) {
      for (var segment : segments.reversed()) {
        var at = segment.find(id);
        if (at.isPresent())
          return at.map(
              p -> new Kept(new Slot(segment.file.number(), p.offset()), p.item(), p.index()));
      }
      return Optional.empty();
    }
  }

  /**
   * The submission at a slot; empty when it was dropped meanwhile.
   *
   * @throws IOException when the record is damaged
   */
  Optional<Bytes> read(Slot slot) throws IOException {
    Optional<KeptSegment> found;
    synchronized (this) {
      found = segment(slot.segment());
    }
    if (found.isEmpty()) return Optional.empty();
    try {
      var octets = found.get().file.read(slot.offset(), KeptRecord.MAX_OCTETS);
      return switch (KeptRecord.parse(octets)) {
        case KeptRecord.Data data -> Optional.of(data.submission());
        case KeptRecord.Placed _ ->
            throw new IOException(found.get().file.path() + ": no submission at " + slot.offset());
      };
    } catch (ClosedChannelException _) {
      return Optional.empty();
    }
  }

  synchronized long bytes() {
    return segments.stream().mapToLong(s -> s.file.size()).sum();
  }

  int queued() {
    return queue.size();
  }

  boolean isBroken() {
    return broken;
  }

  /** What was put is on the disk when this returns. */
  @Override
  public void close() throws IOException {
    try {
      queue.put(new Write.Stop());
      writer.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      for (var segment : segments) segment.close();
    }
  }

  private void load() throws IOException {
    var found = StoredSegments.load(directory);
    segments.addAll(found.segments());
    boolean room =
        !segments.isEmpty()
            && found.isWhole()
            && !segments.getLast().isIndexed()
            && segments.getLast().file.size() < bounds.segmentBytes();
    if (!room) grow();
  }

  private void grow() throws IOException {
    int number = segments.isEmpty() ? 1 : segments.getLast().file.number() + 1;
    var fresh = Segment.create(StoredSegments.file(directory, number), number);
    syncDirectory();
    synchronized (this) {
      segments.add(new KeptSegment(fresh));
    }
  }

  /** The writer's life. */
  private void write() {
    var batch = new ArrayList<Write>();
    boolean stop = false;
    while (!stop) {
      batch.clear();
      try {
        var first = queue.poll(SWEEP_SECONDS, TimeUnit.SECONDS);
        if (first != null) stop = fill(batch, first);
      } catch (InterruptedException _) {
        return;
      }
      if (!batch.isEmpty()) commit(batch);
      tend();
    }
  }

  /** Takes what waits, up to the bound; true when the store is to stop. */
  private boolean fill(List<Write> batch, Write first) {
    long octets = 0;
    for (var next = first; next != null; next = octets < BATCH_OCTETS ? queue.poll() : null) {
      if (next instanceof Write.Stop) return true;
      batch.add(next);
      if (next instanceof Write.Put put) octets += put.data().submission().size();
    }
    return false;
  }

  private void commit(List<Write> batch) {
    var active = last();
    long good = active.file.size();
    var written = new ArrayList<Runnable>();
    try {
      boolean force = false;
      for (var write : batch) {
        switch (write) {
          case Write.Put put -> {
            long at = active.file.append(put.data().encode());
            written.add(() -> stored(active, at, put));
            force = true;
          }
          case Write.Place place -> active.file.append(place.at().encode());
          case Write.Stop _ -> throw new AssertionError("a stop is no write");
        }
      }
      if (force) active.file.force();
    } catch (IOException e) {
      fail(active, good, batch, e);
      return;
    }
    written.forEach(Runnable::run);
  }

  private void stored(KeptSegment active, long at, Write.Put put) {
    synchronized (this) {
      active.add(at, put.data());
    }
    put.done().complete(new Slot(active.file.number(), at));
  }

  private void fail(KeptSegment active, long good, List<Write> batch, IOException why) {
    LOG.errorf("event=receipts-not-written directory=%s why=%s", directory, why.getMessage());
    try {
      active.file.cut(good);
    } catch (IOException e) {
      broken = true;
      LOG.errorf("event=receipts-broken directory=%s why=%s", directory, e.getMessage());
    }
    for (var write : batch)
      if (write instanceof Write.Put put)
        put.done().completeExceptionally(new IOException("couldn't keep a submission", why));
  }

  /** Begins a new segment when the last is full, indexes full ones, drops old ones. */
  private void tend() {
    if (broken) return;
    try {
      if (last().file.size() >= bounds.segmentBytes()) grow();
      for (var segment : full()) index(segment);
      sweep();
    } catch (IOException e) {
      LOG.errorf("event=receipts-not-tended directory=%s why=%s", directory, e.getMessage());
    }
  }

  private synchronized List<KeptSegment> full() {
    return segments.subList(0, segments.size() - 1).stream()
        .filter(s -> !s.isIndexed() && s.isPlaced())
        .toList();
  }

  private void index(KeptSegment segment) throws IOException {
    List<SegmentIndex.Entry> entries;
    synchronized (this) {
      entries = segment.entries();
    }
    segment.file.force();
    var written =
        SegmentIndex.write(StoredSegments.indexOf(segment.file.path()), entries, segment.newest());
    syncDirectory();
    synchronized (this) {
      segment.indexed(written);
    }
  }

  private void sweep() throws IOException {
    long oldest = clock.millis() - bounds.age().toMillis();
    while (true) {
      KeptSegment first;
      boolean early;
      synchronized (this) {
        first = segments.getFirst();
        early = first.newest() >= oldest;
        if (segments.size() == 1 || !first.isIndexed()) return;
        if (early && bytes() <= bounds.bytes()) return;
        segments.removeFirst();
      }
      LOG.logf(
          early ? Logger.Level.WARN : Logger.Level.INFO,
          "event=receipts-dropped file=%s early=%s",
          first.file.path(),
          early);
      first.delete();
    }
  }

  private synchronized KeptSegment last() {
    return segments.getLast();
  }

  private Optional<KeptSegment> segment(int number) {
    return segments.stream().filter(s -> s.file.number() == number).findFirst();
  }

  private IOException unknownState() {
    return new IOException(
        directory + " is in an unknown state since a failed write; restart the log");
  }

  private void syncDirectory() throws IOException {
    try (var channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }
}
