package dev.windlass.head;

import dev.windlass.function.FunctionName;
import dev.windlass.function.Route;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/**
 * Makes the catalogue hold what Function resources say: the version that the operator resolved,
 * once its artifacts are here. Until then the version before it is served. Each function stands for
 * itself: one that fails is tried again, later and later, and holds up no other.
 *
 * <p>It follows the state and not the events: what it missed, and what went away while this head
 * was not there, it finds when it begins.
 */
final class FunctionSync implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FunctionSync.class);

  /** Artifacts on their way at one time are in memory, or nearly. */
  private static final int AT_ONE_TIME = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of an end, for an artifact that is being written. */
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  /** The resources as the API server told them last. */
  interface Resources {
    Optional<Function> find(FunctionName name);

    Set<FunctionName> names();
  }

  /**
   * What is given to {@link FunctionSync}.
   *
   * @param logged whether a version needs an entry in the log
   */
  record Parts(
      Catalogue catalogue,
      FunctionRemoval removal,
      ArtifactFinder artifacts,
      Resources resources,
      boolean logged) {}

  private final Parts parts;
  private final RetryQueue<FunctionName> queue = new RetryQueue<>(System::nanoTime);
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile long begunNanos;
  private volatile boolean begun;
  private volatile boolean caughtUp;

  FunctionSync(Parts parts) {
    this.parts = parts;
  }

  /** The resources are complete: everything is looked at once. */
  void begin() {
    for (var entry : parts.catalogue().list()) queue.add(entry.name());
    for (var name : parts.resources().names()) queue.add(name);
    for (int i = 0; i < AT_ONE_TIME; i++)
      threads.add(Thread.ofVirtual().name("functions").start(this::work));
    begunNanos = System.nanoTime();
    begun = true;
  }

  /** Something about this function is different. Returns at once. */
  void changed(FunctionName name) {
    queue.add(name);
  }

  /**
   * Whether each function that there was at the beginning has been looked at, or there was time
   * enough: one whose source hangs keeps the others from nobody.
   */
  boolean isCaughtUp() {
    if (!caughtUp && begun)
      caughtUp = queue.isTried() || System.nanoTime() - begunNanos > PATIENCE.toNanos();
    return caughtUp;
  }

  int failing() {
    return queue.failing();
  }

  /** When it returns nothing is written any more, unless a source hangs. */
  @Override
  public void close() {
    queue.close();
    long end = System.nanoTime() + LONGEST_END.toNanos();
    try {
      for (var thread : threads) {
        var left = Duration.ofNanos(end - System.nanoTime());
        if (left.isNegative() || !thread.join(left)) thread.interrupt();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      for (var name = queue.take(); name.isPresent(); name = queue.take()) attempt(name.get());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(FunctionName name) {
    boolean done = false;
    try {
      reconcile(name);
      done = true;
    } catch (IOException | IllegalArgumentException | Problem.Thrown e) {
      LOG.warnf("function=%s event=not-served why=%s", name, e.getMessage());
    } catch (RuntimeException | Error e) { // the edge: no defect may end the others
      LOG.errorf(e, "function=%s event=not-served", name);
    } finally {
      if (done) queue.done(name);
      else queue.failed(name);
    }
  }

  private void reconcile(FunctionName name) throws IOException {
    switch (FunctionWanted.of(name, parts.resources().find(name), parts.logged())) {
      case FunctionWanted.Gone() -> {
        if (parts.removal().remove(name)) LOG.infof("function=%s event=removed", name);
      }
      case FunctionWanted.AsItIs(var why) ->
          LOG.debugf("function=%s event=waits why=%s", name, why);
      case FunctionWanted.Version wanted -> serve(name, wanted);
    }
  }

  private void serve(FunctionName name, FunctionWanted.Version wanted) throws IOException {
    var manifest = wanted.manifest();
    parts.artifacts().require(wanted.resource(), manifest.module());
    if (manifest.files().isPresent())
      parts.artifacts().require(wanted.resource(), manifest.files().get());
    var route = wanted.routed() ? manifest.route() : Route.NONE;
    boolean changed =
        parts.catalogue().publish(manifest, wanted.logIndex(), route, wanted.profile());
    if (changed)
      LOG.infof(
          "function=%s version=%s module=%s event=served",
          name, wanted.digest(), manifest.module());
  }
}
