package dev.windlass.tlog.store;

import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.store.StoreException.Broken;
import dev.windlass.tlog.store.WaitingEntries.Waiting;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One log that grows. Any thread appends and publishes; one thread of its own writes.
 *
 * <p>An entry that comes while nothing is written is committed at once; those that come meanwhile
 * are committed together, so that a batch is as large as the storage is slow. Nothing waits for a
 * timer.
 *
 * <p>After a {@link Broken} nothing more is taken: close this one and open another, which finds out
 * what was committed. Appending the same entry again then is safe, it is found by its hash.
 */
public final class Sequencer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sequencer.class.getName());

  /** Without work for so long, tiles are made durable and staged entries removed. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  private final StoreSettings settings;
  private final Storage storage;
  private final Committer committer;
  private final LogReader reader;
  private final Thread owner;

  /** Guards everything below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final WaitingEntries waiting;
  private final ArrayDeque<Publication> publications = new ArrayDeque<>();
  private boolean closing;
  private @Nullable Broken broken;
  private long batchNanos = TimeUnit.MILLISECONDS.toNanos(10);

  /** A checkpoint to publish, and who waits for it. */
  private record Publication(Note note, CompletableFuture<Void> done) {}

  private Sequencer(StoreSettings settings, Storage storage, SigningKey key, Committer committer) {
    this.settings = settings;
    this.storage = storage;
    this.committer = committer;
    this.reader = new LogReader(storage.backend(), committer::tree);
    this.waiting = new WaitingEntries(settings);
    this.owner = Thread.ofPlatform().name("sequencer of " + key.name()).unstarted(this::run);
  }

  /**
   * Begins a log, or goes on with one from whatever it was left in.
   *
   * @param storage whose lock this sequencer now owns and closes
   * @param key whose name is the log's origin
   * @param witnessed the largest size of this log that any witness knows, or 0; asked once. A log
   *     that is shorter was set back and is not opened
   * @throws StoreException.CannotOpen with what differs and what to do; the lock is closed
   */
  public static Sequencer open(
      StoreSettings settings,
      Storage storage,
      SigningKey key,
      InstantSource clock,
      LongSupplier witnessed) {
    try {
      var start = new Recovery(settings, storage, key, clock).run(witnessed, new SecureRandom());
      var committer = new Committer(settings, storage, key, clock, start);
      var sequencer = new Sequencer(settings, storage, key, committer);
      sequencer.owner.start();
      LOG.log(
          System.Logger.Level.INFO,
          "log open origin={0} size={1} published={2}",
          key.name(),
          Long.toString(committer.head().size()),
          committer.published().map(n -> Long.toString(n.checkpoint().size())).orElse("none"));
      return sequencer;
    } catch (RuntimeException e) {
      try {
        storage.lock().close();
      } catch (IOException close) {
        e.addSuppressed(close);
      }
      throw e;
    }
  }

  /**
   * Completes once the entry is committed and can be read; fails with a {@link StoreException}
   * whose case says what that means. What depends on it holds up the answers of the same commit,
   * never the log.
   *
   * @param entry at most 65,535 octets, perhaps none; not copied, so nobody may change it
   */
  public CompletionStage<Appended> append(byte[] entry) {
    var appended = new CompletableFuture<Appended>();
    refusal(entry, appended).ifPresent(appended::completeExceptionally);
    return appended;
  }

  private Optional<StoreException> refusal(byte[] entry, CompletableFuture<Appended> appended) {
    if (entry.length > EntryBundle.MAX_ENTRY)
      return Optional.of(new StoreException.EntryTooLarge(entry.length, EntryBundle.MAX_ENTRY));
    var leaf = new Leaf(entry, new MerkleHash().leafHash(entry));
    lock.lock();
    try {
      if (broken != null) return Optional.of(broken);
      if (closing) return Optional.of(new StoreException.Closed());
      if (!waiting.hasRoomFor(leaf))
        return Optional.of(new StoreException.Full(waiting.size(), waiting.bytes(), retryAfter()));
      waiting.add(new Waiting(leaf, appended));
      changed.signal();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** The tree as it was last committed; a checkpoint of it may be shown to witnesses. */
  public TreeHead committed() {
    return committer.head();
  }

  /** The last published checkpoint with all its signatures. */
  public Optional<Note> published() {
    return committer.published();
  }

  /**
   * Writes this checkpoint of a committed tree where everybody reads it, once all the tiles it
   * needs are durable. Blocks. The same size may be published again, with newer cosignatures.
   *
   * @param cosigned with the log's own signature; whether it has enough others is not asked here
   * @throws StoreException.NotPublishable when it is not of this log, not committed, or goes back
   */
  public void publish(Note cosigned) {
    var done = new CompletableFuture<Void>();
    lock.lock();
    try {
      if (broken != null) throw broken;
      if (closing) throw new StoreException.Closed();
      publications.add(new Publication(cosigned, done));
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof StoreException known ? known : e;
    }
  }

  /** Tiles and entries of the committed tree; goes on after {@link #close} as the backend does. */
  public LogReader reader() {
    return reader;
  }

  /** Why nothing more is taken, if so. */
  public Optional<Broken> broken() {
    lock.lock();
    try {
      return Optional.ofNullable(broken);
    } finally {
      lock.unlock();
    }
  }

  /** Commits what waits, makes the tiles durable and lets another sequencer in. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (owner.isAlive()) {
      try {
        owner.join();
      } catch (InterruptedException _) {
        interrupted = true; // the lock must not be given back while somebody writes
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
    storage.lock().close();
  }

  /** What the owner's thread does, piece by piece. */
  private sealed interface Work {
    record Commit(List<Waiting> batch) implements Work {}

    record Publish(Publication publication) implements Work {}

    record Settle() implements Work {}

    record End() implements Work {}
  }

  private void run() {
    try {
      while (true) {
        switch (next()) {
          case Work.Commit(var batch) -> commit(batch);
          case Work.Publish(var publication) -> publish(publication);
          case Work.Settle() -> committer.settle();
          case Work.End() -> {
            committer.settle();
            return;
          }
        }
        if (committer.isSettlingDue()) committer.settle();
      }
    } catch (Broken e) {
      end(e);
    } catch (RuntimeException | Error e) {
      end(new Broken("the sequencer met a mistake of its own: " + e, e));
    }
  }

  private Work next() {
    lock.lock();
    try {
      while (true) {
        if (!publications.isEmpty()) return new Work.Publish(publications.remove());
        if (!waiting.isEmpty()) return new Work.Commit(waiting.takeBatch());
        if (closing) return new Work.End();
        boolean idle = !await();
        if (idle && waiting.isEmpty() && publications.isEmpty() && !committer.isSettled())
          return new Work.Settle();
      }
    } finally {
      lock.unlock();
    }
  }

  /** False when nothing happened for a while. */
  private boolean await() {
    try {
      return changed.await(IDLE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the sequencer", e);
    }
  }

  private void commit(List<Waiting> batch) {
    long began = System.nanoTime();
    try {
      var places = committer.commit(batch.stream().map(Waiting::leaf).toList());
      tell(
          () -> {
            for (int i = 0; i < batch.size(); i++) batch.get(i).appended().complete(places.get(i));
          });
    } catch (StoreException.BatchFailed e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "batch failed entries={0} reason={1}",
          batch.size(),
          e.getMessage());
      fail(batch, e);
    } catch (RuntimeException | Error e) {
      fail(batch, e instanceof Broken b ? b : new Broken("a mistake of our own: " + e, e));
      throw e;
    }
    long nanos = System.nanoTime() - began;
    lock.lock();
    try {
      batchNanos += (nanos - batchNanos) / 8;
    } finally {
      lock.unlock();
    }
  }

  private void publish(Publication publication) {
    try {
      committer.publish(publication.note());
      tell(() -> publication.done().complete(null));
    } catch (StoreException.NotPublishable e) {
      tell(() -> publication.done().completeExceptionally(e));
    } catch (RuntimeException e) {
      tell(() -> publication.done().completeExceptionally(e));
      throw e;
    }
  }

  private void fail(List<Waiting> batch, StoreException why) {
    tell(() -> batch.forEach(each -> each.appended().completeExceptionally(why)));
  }

  /** Who waits may do anything then, but not on the thread that writes. */
  private static void tell(Runnable completions) {
    Thread.startVirtualThread(completions);
  }

  private void end(Broken why) {
    LOG.log(
        System.Logger.Level.ERROR,
        "log broken reason={0} cause={1}",
        why.getMessage(),
        String.valueOf(why.getCause()));
    List<Waiting> left;
    List<Publication> unpublished;
    lock.lock();
    try {
      broken = why;
      left = waiting.takeAll();
      unpublished = new ArrayList<>(publications);
      publications.clear();
    } finally {
      lock.unlock();
    }
    fail(left, why);
    tell(() -> unpublished.forEach(each -> each.done().completeExceptionally(why)));
  }

  /** Under the lock: about as long as it takes to commit what waits. */
  private Duration retryAfter() {
    long batches = 1 + waiting.size() / settings.batchMost();
    var expected = Duration.ofNanos(Math.min(batches * batchNanos, LONGEST_RETRY.toNanos()));
    return Duration.ofSeconds(1 + expected.toSeconds());
  }
}
