package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Functions in the log: a version's {@code function.publish} entry is there before the version is
 * current, and every receipt names its index.
 */
final class Publications implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Publications.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Ledger ledger;
  private final Supplier<Ed25519Key> publisher;
  private final Duration patience;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param patience how long one waits for the log's commit
   */
  Publications(
      Ledger ledger, Supplier<Ed25519Key> publisher, Duration patience, InstantSource clock) {
    this.ledger = ledger;
    this.publisher = publisher;
    this.patience = patience;
    this.clock = clock;
  }

  /** For a request to a version that is current and not in the log yet. */
  static Problem notYet(Manifest manifest) {
    return Problem.of(
            ProblemType.LOG_UNREACHABLE,
            "this version of "
                + manifest.name()
                + " was deployed without a log and has no entry in it yet; the head goes on trying")
        .withHeader("Retry-After", "2");
  }

  /**
   * Blocks until the log has committed the entry.
   *
   * @return its index
   * @throws Problem.Thrown log-unreachable; the entry may be in the log all the same
   */
  long publish(Manifest manifest, Digest version) {
    try {
      return ledger
          .append(entry(manifest, version))
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      throw ReceiptLookup.unreachable("no commit of function.publish within " + patience);
    } catch (ExecutionException e) {
      throw ReceiptLookup.unreachable(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw ReceiptLookup.unreachable("the head is going away");
    }
  }

  /** Enters the current versions that were deployed without a log, until all are in. */
  void catchUp(Catalogue catalogue) {
    Thread.ofVirtual()
        .name("publish")
        .start(
            () -> {
              while (!entered(catalogue) && !isClosedAfter(PAUSE)) {}
            });
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private boolean entered(Catalogue catalogue) {
    for (var entry : catalogue.list()) {
      var version = entry.current();
      if (version.publishIndex().isPresent()) continue;
      if (closed.getCount() == 0) return true;
      try {
        var manifest = catalogue.load(entry.name(), version.manifest()).manifest();
        long index = publish(manifest, version.manifest());
        catalogue.published(entry.name(), version.manifest(), index);
        LOG.infof(
            "function=%s version=%s event=published index=%d",
            entry.name(), version.manifest(), index);
      } catch (Problem.Thrown unreachable) {
        LOG.warnf("function=%s event=not-published why=%s", entry.name(), unreachable.getMessage());
        return false;
      } catch (IOException | UncheckedIOException e) {
        LOG.errorf("function=%s event=not-published why=%s", entry.name(), e.getMessage());
      }
    }
    return true;
  }

  private boolean isClosedAfter(Duration pause) {
    try {
      return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** How the log names a version, behind the {@code @}. */
  static String version(Digest manifest) {
    return manifest.toString();
  }

  private Bytes entry(Manifest manifest, Digest version) {
    var entry =
        new LogEntry.FunctionPublish(
            clock.instant(),
            manifest.name(),
            version(version),
            manifest.module(),
            version,
            ExecutionPolicy.single(manifest.determinism().profile()));
    return new Submission.Plain(SignedEntry.sign(entry, publisher.get()).leaf()).encode();
  }
}
