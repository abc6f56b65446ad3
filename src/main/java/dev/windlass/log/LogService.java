package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.identity.SpiffeId;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.store.Sequencer;
import dev.windlass.tlog.store.StoreException;
import dev.windlass.tlog.store.StoreSettings;
import dev.windlass.tlog.store.TreeHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * The log of one trust domain: who may enter what, the entries, the receipts behind them, and what
 * the world sees of it. Start with {@link #open}; for any thread after that.
 *
 * <p>Nothing here blocks its caller but {@link #open}, {@link #read} and {@link #close}.
 */
public final class LogService implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogService.class);
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final long DRAIN_MILLIS = 10_000;

  private final LogConfig config;
  private final LogParts parts;
  private final Sequencing sequencing;
  private final WitnessRound round;
  private final Publisher publisher;
  private final ReceiptStore receipts;
  private final KeyRegistry keys;
  private final Entering entering;
  private final ReceiptFiles files;
  private final Intake intake;
  private final Waiters waiters;
  private final Tally tally = new Tally();

  /** What an earlier process kept is in the log. Written under this. */
  private volatile boolean resumed;

  /** Why nothing is taken any more. */
  private volatile Optional<String> stopped = Optional.empty();

  private LogService(LogConfig config, LogParts parts) throws IOException {
    this.config = config;
    this.parts = parts;
    this.intake = new Intake(config.intake());
    this.waiters = new Waiters(config.intake().waiters());
    this.sequencing = new Sequencing(this::openSequencer, this::recovered);
    try {
      long size = sequencing.committed().size();
      this.round =
          new WitnessRound(
              parts.policy(),
              parts.witnesses(),
              config.publishing().witnessTimeout(),
              parts.clock(),
              sequencing.published().map(n -> n.checkpoint().size()).orElse(size));
      this.publisher = new Publisher(shown(), round, config.publishing(), parts.clock());
      var genesis = Founding.found(config, parts, sequencing);
      publisher.first();
      this.receipts = ReceiptStore.open(config.receipts(), config.retention(), parts.clock());
      this.keys = KeyRegistry.open(config, genesis, sequencing, parts.clock());
      this.files = new ReceiptFiles(sequencing, keys, receipts);
      this.entering = new Entering(config, sequencing, keys, receipts, files);
    } catch (InterruptedException e) {
      sequencing.close();
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while the log was opened", e);
    } catch (IOException | RuntimeException e) {
      sequencing.close();
      throw e;
    }
  }

  /**
   * Opens the log, or makes it with its first entry. Every witness is asked what it has seen first.
   *
   * @throws LogException when it must not run: an old copy of itself, another log, no founder
   * @throws StoreException.CannotOpen when what is stored does not let it
   * @throws IOException when the disk does not let it
   */
  public static LogService open(LogConfig config, LogParts parts) throws IOException {
    var log = new LogService(config, parts);
    try {
      if (log.stopped.isPresent()) throw new LogException(log.stopped.get());
      if (log.round.isConfirmed()) log.resume();
      log.publisher.start();
      LOG.infof(
          "event=log-open origin=%s size=%d published=%s",
          log.origin(), log.committed().size(), log.published().map(n -> n.checkpoint().size()));
      return log;
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** Once, as soon as a witness has confirmed that this log may go on. */
  private synchronized void resume() throws IOException {
    if (resumed) return;
    entering.resume();
    resumed = true;
  }

  public String origin() {
    return config.origin();
  }

  /** The key that checkpoints are signed with. */
  public String vkey() {
    return parts.key().verifier().toString();
  }

  public WitnessPolicy policy() {
    return parts.policy();
  }

  /**
   * Enters a submission. Completes when its leaf is committed or when it is not taken; fails only
   * by mistakes of our own.
   */
  public CompletionStage<Added> add(Bytes submission) {
    var refusal = later(submission);
    if (refusal.isPresent()) {
      tally.count(refusal.get());
      return CompletableFuture.completedFuture(refusal.get());
    }
    return onThread(
        () -> {
          try {
            var added = entering.enter(submission);
            if (added instanceof Added.Logged(_, var duplicate) && !duplicate) publisher.wake();
            tally.count(added);
            return added;
          } finally {
            intake.leave(submission.size());
          }
        });
  }

  /** Why not now; if empty, there is a place in the intake to be given back. */
  private Optional<Added> later(Bytes submission) {
    if (stopped.isPresent()) return Optional.of(new Added.Later(SOON, stopped.get()));
    if (submission.size() > LogConfig.Intake.MAX_SUBMISSION)
      return Optional.of(
          new Added.Refused(
              Refusal.TOO_LARGE,
              "a submission of %d octets, at most %d"
                  .formatted(submission.size(), LogConfig.Intake.MAX_SUBMISSION)));
    if (!resumed)
      return Optional.of(
          new Added.Later(
              SOON, "no witness has confirmed yet that this is not an old copy of the log"));
    if (!intake.enter(submission.size()))
      return Optional.of(
          new Added.Later(SOON, "the log is behind: " + intake.inFlight() + " submissions wait"));
    return Optional.empty();
  }

  /**
   * The receipt of an invocation. An id that is not there, not sequenced or not published yet is
   * waited for.
   *
   * @param wait at most; zero asks for what there is now
   * @return what there is then
   */
  public CompletionStage<Found> receipt(UUID id, Duration wait) {
    return waiting(
        wait,
        () -> {
          var found = files.find(id);
          return found instanceof Found.Pending && publisher.isAlarmed()
              ? files.unwitnessed(id)
              : found;
        },
        found -> found instanceof Found.Logged(_, var witnessed) && witnessed);
  }

  /**
   * The inclusion proof of a leaf under the published checkpoint.
   *
   * @param wait at most, until one covers it
   * @return the text of a tlog-proof without {@code extra}; empty if there is none by then
   */
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return waiting(wait, () -> proofNow(index), Optional::isPresent);
  }

  private Optional<Bytes> proofNow(long index) {
    var note = published();
    if (index < 0 || note.isEmpty() || note.get().checkpoint().size() <= index)
      return Optional.empty();
    long size = note.get().checkpoint().size();
    var path = TreeReader.unverified(sequencing.reader(), size).inclusion(index, size);
    var proof = new TlogProof(Optional.empty(), index, path, note.get());
    return Optional.of(Bytes.wrap(proof.encode()));
  }

  /** The index of the entry that registers this identity's newest certificate, if it is good. */
  public OptionalLong registration(SpiffeId id) {
    return keys.registration(id);
  }

  /** How far it is, and how far the world can see. */
  public Publication publication() {
    return publisher.publication();
  }

  /** Since the checkpoint that is shown was made. */
  Optional<Duration> checkpointAge() {
    return publication().publishedAt().map(at -> Duration.between(at, parts.clock().instant()));
  }

  public Counts counts() {
    return tally.counts(intake.inFlight(), waiters.size(), receipts.bytes());
  }

  /** Whether it takes entries. */
  public boolean isReady() {
    return stopped.isEmpty() && resumed && sequencing.isWorking() && !receipts.isBroken();
  }

  /** The published checkpoint with its cosignatures. */
  public Optional<Note> published() {
    return sequencing.published();
  }

  /** The newest committed tree, signed by the log alone. */
  public TreeHead committed() {
    return sequencing.committed();
  }

  /**
   * A resource as C2SP tlog-tiles names it; empty when there is none. Blocks.
   *
   * @throws IOException when the storage does not answer
   */
  public Optional<Bytes> read(LogPath path) throws IOException {
    try {
      return sequencing.reader().read(path).map(Bytes::wrap);
    } catch (UncheckedIOException e) {
      throw new IOException("couldn't read " + path, e);
    }
  }

  /** What was acknowledged is on the disk when this returns. */
  @Override
  public void close() throws IOException {
    stopped = Optional.of("the log is being closed");
    publisher.close();
    try {
      intake.awaitEmpty(DRAIN_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    try {
      keys.save();
    } finally {
      try {
        receipts.close();
      } finally {
        sequencing.close();
      }
    }
  }

  private Sequencer openSequencer() throws IOException {
    return Sequencer.open(
        StoreSettings.DEFAULT,
        parts.storage().open(),
        parts.key(),
        parts.clock(),
        () ->
            WitnessProbe.sizes(parts.key(), parts.witnesses(), config.publishing().witnessTimeout())
                .values()
                .stream()
                .mapToLong(size -> size)
                .max()
                .orElse(0));
  }

  private void recovered() {
    keys.catchUp();
    publisher.wake();
  }

  private Publisher.Log shown() {
    return new Publisher.Log() {
      @Override
      public TreeHead committed() {
        return sequencing.committed();
      }

      @Override
      public Optional<Note> published() {
        return sequencing.published();
      }

      @Override
      public void publish(Note cosigned) {
        sequencing.publish(cosigned);
        waiters.published();
      }

      @Override
      public void confirmed() {
        if (!resumed) resumeNow();
      }

      @Override
      public TreeReader tree(long size) {
        return TreeReader.unverified(sequencing.reader(), size);
      }

      @Override
      public void contradicted(Map<String, String> contradictions) {
        stop(contradictions);
      }
    };
  }

  private void resumeNow() {
    try {
      resume();
    } catch (IOException | RuntimeException e) {
      LOG.errorf("event=not-resumed why=%s", e.getMessage());
    }
  }

  private void stop(Map<String, String> contradictions) {
    var why =
        "this log is not the one its witnesses know, so it takes nothing more: "
            + contradictions
            + ". It was set back, or another one runs under its name."
            + "\n  restore a newer copy of its storage (a mirror has the tiles), or begin a new log"
            + " with a new name";
    stopped = Optional.of(why);
    LOG.errorf("event=log-stopped why=%s", why);
  }

  /** Looks, and looks again after each publication, until it is good or the time is over. */
  private <T> CompletionStage<T> waiting(Duration wait, Callable<T> look, Predicate<T> good) {
    return onThread(
        () -> {
          boolean may = wait.isPositive() && waiters.enter();
          try {
            var most =
                wait.compareTo(config.intake().longestWait()) < 0
                    ? wait
                    : config.intake().longestWait();
            long end = System.nanoTime() + most.toNanos();
            while (true) {
              var next = waiters.nextPublication();
              T now = look.call();
              var left = Duration.ofNanos(end - System.nanoTime());
              if (!may || good.test(now) || !left.isPositive()) return now;
              if (!Waiters.await(next, left)) return look.call();
            }
          } finally {
            if (may) waiters.leave();
          }
        });
  }

  private static <T> CompletionStage<T> onThread(Callable<T> work) {
    var done = new CompletableFuture<T>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(work.call());
          } catch (CompletionException e) {
            done.completeExceptionally(e.getCause() == null ? e : e.getCause());
          } catch (Exception | Error e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
