package dev.windlass.log;

import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.store.Appended;
import dev.windlass.tlog.store.LogReader;
import dev.windlass.tlog.store.Sequencer;
import dev.windlass.tlog.store.StoreException;
import dev.windlass.tlog.store.TreeHead;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The sequencer, and another one after it when nobody knows any more what the first one wrote:
 * recovery is opening, and this is the only place that does it. For any thread.
 */
final class Sequencing implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Sequencing.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Opens one; {@code IOException} when the storage cannot be had. */
  interface Opener {
    Sequencer open() throws IOException;
  }

  private final Opener opener;
  private final Runnable reopened;
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced under the lock. */
  private volatile Sequencer current;

  private boolean opening;
  private volatile boolean closed;

  /**
   * Opens the first one; throws what the opener throws.
   *
   * @param reopened called on some thread after each later opening
   */
  Sequencing(Opener opener, Runnable reopened) throws IOException {
    this.opener = opener;
    this.reopened = reopened;
    this.current = opener.open();
  }

  CompletionStage<Appended> append(byte[] leaf) {
    var used = current;
    return used.append(leaf)
        .whenComplete(
            (_, failure) -> {
              if (isBroken(failure)) replace(used);
            });
  }

  void publish(Note note) {
    var used = current;
    try {
      used.publish(note);
    } catch (StoreException.Broken e) {
      replace(used);
      throw e;
    }
  }

  TreeHead committed() {
    return current.committed();
  }

  Optional<Note> published() {
    return current.published();
  }

  LogReader reader() {
    return current.reader();
  }

  /** The root that the tree had at this size. */
  Hash rootOf(long size) {
    return TreeReader.unverified(reader(), committed().size()).root(size);
  }

  /** Whether a sequencer works; if not, one is being opened. */
  boolean isWorking() {
    lock.lock();
    try {
      return !opening;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      current.close();
    } finally {
      lock.unlock();
    }
  }

  static boolean isBroken(Throwable failure) {
    return failure instanceof StoreException.Broken
        || failure != null && failure.getCause() instanceof StoreException.Broken;
  }

  private void replace(Sequencer broken) {
    lock.lock();
    try {
      if (opening || closed || current != broken) return;
      opening = true;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("recovery").start(() -> open(broken));
  }

  private void open(Sequencer broken) {
    LOG.errorf("event=log-broken action=recover");
    try {
      broken.close();
    } catch (IOException e) {
      LOG.warnf("event=lock-not-closed why=%s", e.getMessage());
    }
    for (long pause = 100; !closed; pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis())) {
      try {
        var fresh = opener.open();
        lock.lock();
        try {
          current = fresh;
          opening = false;
          if (closed) fresh.close();
        } finally {
          lock.unlock();
        }
        LOG.infof("event=log-recovered size=%d", fresh.committed().size());
        if (!closed) reopened.run();
        return;
      } catch (IOException | RuntimeException e) {
        LOG.errorf("event=log-not-recovered pause=%dms why=%s", pause, e.getMessage());
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException _) {
        return;
      }
    }
  }
}
