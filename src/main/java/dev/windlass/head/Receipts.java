package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.InvocationId;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Receipts from the end of a run until the log has acknowledged them. A request reserves a place
 * before it runs and hands its receipt over when its result is verified, which costs it next to
 * nothing; one thread of its own gives them their order, signs them and sends them.
 *
 * <p>While few come each is signed directly and sent at once. In a crowd they wait for the next
 * batch. While the log does not answer they wait unsigned, and when the places are used up new
 * requests are refused: what ran has a receipt.
 *
 * <p>Nothing here is durable. A head that is killed loses the receipts that were not acknowledged;
 * their signatures were given to nobody.
 */
final class Receipts implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Receipts.class);

  /** More than that at once are a crowd, whatever the rate. */
  private static final double BURST_SECONDS = 0.1;

  private static final long LAST_TICK_NANOS = 10_000_000;

  static final Problem BEHIND =
      Problem.of(
              ProblemType.LOG_BEHIND,
              "the log has not acknowledged the receipts of earlier requests, and this head holds as"
                  + " many as it may")
          .withHeader("Retry-After", "1");

  private final HeadConfig.Receipts bounds;
  private final ReceiptBook book;
  private final Outbox outbox;
  private final HeadMetrics metrics;
  private final Pace pace;
  private final Duration atTheEnd;
  private final ConcurrentLinkedQueue<PendingReceipt> queue = new ConcurrentLinkedQueue<>();

  /** Out of the queue and not in the outbox yet; entered before the one, left after the other. */
  private final Set<InvocationId> inHand = ConcurrentHashMap.newKeySet();

  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong queuedBytes = new AtomicLong();

  /** Places taken: by runs, in the queue, in the outbox. */
  private final AtomicInteger taken = new AtomicInteger();

  private final Thread owner;

  /** The owner waits for the next receipt, and for nothing less. */
  private volatile boolean idle;

  private volatile boolean closing;

  // The owner's own.
  private long lastBatchNanos;
  private long epochEndsNanos;
  private long closingNanos;

  /** Receipts wait for time or for outcomes: more of them change nothing. */
  private boolean throttled;

  /** Did not fit into the last batch. */
  private volatile ReceiptBook.@Nullable Draft carried;

  /**
   * @param atTheEnd how long {@link #close} waits for acknowledgements
   */
  Receipts(
      Ledger ledger,
      ReceiptBook book,
      HeadConfig.Receipts bounds,
      Duration atTheEnd,
      HeadMetrics metrics,
      RandomGenerator chance) {
    this.bounds = bounds;
    this.book = book;
    this.metrics = metrics;
    this.pace = new Pace(bounds.crowd());
    this.atTheEnd = atTheEnd;
    this.owner = Thread.ofPlatform().daemon().name("receipts").unstarted(this::work);
    this.outbox =
        new Outbox(
            ledger,
            bounds.underWay(),
            bounds.acknowledge(),
            chance,
            new Outcomes(),
            () -> LockSupport.unpark(owner));
    long now = System.nanoTime();
    this.lastBatchNanos = now - bounds.batchEvery().toNanos();
    this.epochEndsNanos = now + bounds.epoch().toNanos();
    owner.start();
  }

  /** No more requests should be taken. */
  boolean isBehind() {
    return taken.get() >= bounds.outstanding() || bytes() >= bounds.outstandingBytes();
  }

  /**
   * A place for the receipt of one run: given back by {@link #release} or filled by {@link #add}.
   */
  boolean reserve() {
    if (bytes() >= bounds.outstandingBytes()) return false;
    if (taken.incrementAndGet() <= bounds.outstanding()) return true;
    taken.decrementAndGet();
    return false;
  }

  /** Nothing ran. */
  void release() {
    taken.decrementAndGet();
  }

  /** The receipt of the run that {@link #reserve} was for. Never waits. */
  void add(PendingReceipt receipt) {
    queuedBytes.addAndGet(receipt.bytes());
    queued.incrementAndGet();
    queue.add(receipt);
    if (idle) LockSupport.unpark(owner);
  }

  /** Whether a receipt waits for its signature or its acknowledgement. Slow. */
  boolean holds(InvocationId id) {
    // in the order in which they move on, so that none is missed on its way
    return queue.stream().anyMatch(receipt -> receipt.id().equals(id))
        || inHand.contains(id)
        || outbox.holds(id);
  }

  /** Receipts that the log has not acknowledged, and runs that will have one. */
  int pending() {
    return taken.get();
  }

  long bytes() {
    return queuedBytes.get() + outbox.bytes();
  }

  /** Of the oldest receipt that the log has not acknowledged; zero when there is none. */
  Duration age(long nowMillis) {
    var oldest = outbox.oldest();
    var waits = queue.peek();
    if (oldest.isEmpty() && waits != null) oldest = Optional.of(waits.id());
    return oldest
        .map(id -> Duration.ofMillis(Math.max(0, nowMillis - id.unixMillis())))
        .orElse(Duration.ZERO);
  }

  /**
   * Signs and sends what is left, with the last epoch, and waits for the acknowledgements. Blocks;
   * what is not acknowledged in time is lost and counted.
   */
  @Override
  public void close() {
    boolean again = closing;
    closing = true;
    LockSupport.unpark(owner);
    try {
      owner.join(atTheEnd.plusSeconds(1));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (!again && (!outbox.isEmpty() || queued.get() > 0))
      LOG.errorf("event=receipts-lost pending=%d why=the log did not acknowledge them", pending());
  }

  private void work() {
    while (true) {
      long next;
      try {
        next = turn(System.nanoTime());
      } catch (RuntimeException | AssertionError e) {
        LOG.error("event=failed", e);
        next = bounds.batchEvery().toNanos();
      }
      if (closing && isOver(System.nanoTime())) return;
      if (closing) next = Math.min(next, LAST_TICK_NANOS);
      if (!throttled) {
        idle = true; // before the queue is looked at: what comes after wakes us
        if (waiting() > 0) next = 0;
      }
      if (next > 0) LockSupport.parkNanos(this, next);
      idle = false;
    }
  }

  private boolean isOver(long nanos) {
    if (closingNanos == 0) closingNanos = nanos;
    if (nanos - closingNanos >= atTheEnd.toNanos()) return true;
    return waiting() == 0 && !book.hasEpoch() && outbox.isEmpty();
  }

  /**
   * Does what is due.
   *
   * @return nanoseconds until something is due again, if nothing wakes us before
   */
  private long turn(long nanos) {
    long next = outbox.turn(nanos);
    throttled = false;
    if (waiting() > 0) next = Math.min(next, write(nanos));
    boolean last = closing && waiting() == 0;
    if (last || nanos - epochEndsNanos >= 0 || book.isSuperseded()) epoch(nanos);
    next = Math.min(next, outbox.turn(nanos));
    return Math.min(next, epochEndsNanos - nanos);
  }

  /** Signs what may be signed now; {@link #throttled} if something has to wait. */
  private long write(long nanos) {
    if (!book.isReady()) {
      throttled = true;
      return bounds.batchEvery().toNanos();
    }
    if (!outbox.hasRoom()) {
      throttled = true;
      return Long.MAX_VALUE; // an outcome wakes us, or the end of the pause
    }
    if (book.isSuperseded()) epoch(nanos);
    return isCrowd(nanos) ? batch(nanos) : singles(nanos);
  }

  private void epoch(long nanos) {
    book.epoch().ifPresent(entry -> outbox.add(entry, List.of()));
    var between = carried;
    if (between != null) carried = book.draft(between.run()); // in the name of the keys of now
    epochEndsNanos = nanos + bounds.epoch().toNanos();
  }

  private boolean isCrowd(long nanos) {
    return queued.get() > bounds.crowd() * BURST_SECONDS || pace.isCrowded(nanos);
  }

  /** Each signed for itself, until a crowd has come, or other keys. */
  private long singles(long nanos) {
    while (outbox.hasRoom() && !isCrowd(nanos) && !book.isSuperseded()) {
      var next = next();
      if (next == null) break;
      send(List.of(next), nanos);
      pace.add(1, nanos);
    }
    return Long.MAX_VALUE;
  }

  /** All that wait and fit into one submission, under one signature. */
  private long batch(long nanos) {
    long wait = lastBatchNanos + bounds.batchEvery().toNanos() - nanos;
    if (wait > 0) {
      throttled = true;
      return wait;
    }
    lastBatchNanos = nanos;
    var batch = new ArrayList<ReceiptBook.Draft>();
    int room = ReceiptBook.BATCH_OCTETS - Submission.BATCH_OVERHEAD;
    for (var next = next(); next != null; next = next()) {
      room -= next.mostOctets();
      boolean full = room < 0 || batch.size() == Purpose.RECEIPT.maxBatch();
      if (full && !batch.isEmpty()) {
        carried = next;
        break;
      }
      batch.add(next);
    }
    pace.add(batch.size(), nanos);
    if (!batch.isEmpty()) send(batch, nanos);
    return Long.MAX_VALUE;
  }

  /** The oldest that is not sent; null when there is none. */
  private ReceiptBook.@Nullable Draft next() {
    var first = carried;
    carried = null;
    if (first != null) return first;
    for (var run = queue.peek(); run != null; run = queue.peek()) {
      inHand.add(run.id());
      queue.remove();
      queued.decrementAndGet();
      queuedBytes.addAndGet(-run.bytes());
      try {
        return book.draft(run);
      } catch (RuntimeException e) {
        lost(List.of(run.id()), e);
      }
    }
    return null;
  }

  private void send(List<ReceiptBook.Draft> drafts, long nanos) {
    var ids = drafts.stream().map(ReceiptBook.Draft::id).toList();
    try {
      outbox.add(book.write(drafts), ids);
      ids.forEach(inHand::remove);
      metrics.receiptsSigned(ids.size());
    } catch (RuntimeException e) {
      lost(ids, e);
    }
    outbox.turn(nanos);
  }

  /** A fault of ours: the requests were answered, and the others go on. */
  private void lost(List<InvocationId> ids, RuntimeException why) {
    LOG.errorf(why, "event=receipts-lost first=%s count=%d", ids.getFirst(), ids.size());
    ids.forEach(inHand::remove);
    taken.addAndGet(-ids.size());
  }

  private int waiting() {
    return queued.get() + (carried == null ? 0 : 1);
  }

  private final class Outcomes implements Outbox.Listener {
    private boolean failing;

    @Override
    public void acknowledged(List<InvocationId> receipts, Bytes submission) {
      taken.addAndGet(-receipts.size());
      if (failing) LOG.infof("event=log-answers-again pending=%d", pending());
      failing = false;
    }

    @Override
    public void failed(String why) {
      metrics.sendFailed();
      if (!failing) LOG.warnf("event=log-does-not-answer pending=%d why=%s", pending(), why);
      failing = true;
    }
  }
}
