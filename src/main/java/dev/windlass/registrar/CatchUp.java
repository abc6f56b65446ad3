package dev.windlass.registrar;

import dev.windlass.identity.Surroundings;
import dev.windlass.registrar.RegisteredKey.Entries;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Enters in the log what the registry has and the log has not: revocations, which count here at
 * once, and workers that joined when there was no log. While the log is away it asks again, after 1
 * s to 60 s.
 *
 * <p>What if we die here: after the log's answer and before the registry's line, the same octets
 * are entered again at the next start and have the same index.
 */
final class CatchUp implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CatchUp.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** One that the log refuses does not stop the others; after so many it is away. */
  private static final int MOST_FAILED = 3;

  private final EntryLog log;
  private final Registry registry;
  private final Surroundings around;

  /** Calls of {@link #wake} that were not served yet; who raises it from 0 works. */
  private final AtomicInteger due = new AtomicInteger();

  private volatile boolean closed;

  CatchUp(EntryLog log, Registry registry, Surroundings around) {
    this.log = log;
    this.registry = registry;
    this.around = around;
  }

  /** There may be something to do; returns at once. */
  void wake() {
    if (due.getAndIncrement() == 0) around.delays().after(Duration.ZERO, () -> work(1));
  }

  /** Begins nothing more. */
  @Override
  public void close() {
    closed = true;
  }

  private void work(int attempt) {
    if (closed) return;
    int seen = due.get();
    int failed = 0;
    for (var worker : missing()) {
      if (closed || failed == MOST_FAILED) break;
      try {
        enter(worker);
      } catch (IOException e) {
        failed++;
        LOG.log(
            Level.WARNING,
            "couldn't enter " + worker.id() + " in the log, will try again: " + e.getMessage());
      }
    }
    if (failed > 0) {
      var doubled = Duration.ofSeconds(1L << Math.min(attempt - 1, 6));
      var pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      around.delays().after(pause, () -> work(attempt + 1));
      return;
    }
    if (due.addAndGet(-seen) > 0) around.delays().after(Duration.ZERO, () -> work(1));
  }

  private List<RegisteredKey> missing() {
    var now = around.clock().instant();
    return registry.all().stream()
        .filter(worker -> EntryLog.isEntered(worker.id()))
        .filter(worker -> lacksRevocation(worker) || lacksRegistration(worker, now))
        .sorted(Comparator.comparing(RegisteredKey::registeredAt))
        .toList();
  }

  private void enter(RegisteredKey worker) throws IOException {
    if (lacksRevocation(worker)) {
      long index = log.await(log.append(EntryLog.revocation(worker)));
      registry.enter(worker.id(), new Entries(OptionalLong.empty(), OptionalLong.of(index)));
    } else {
      long index = log.await(log.append(EntryLog.registration(worker, worker.registeredAt())));
      registry.enter(worker.id(), new Entries(OptionalLong.of(index), OptionalLong.empty()));
    }
  }

  private static boolean lacksRevocation(RegisteredKey worker) {
    return worker.revokedAt() != null
        && worker.entries().register().isPresent()
        && worker.entries().revoke().isEmpty();
  }

  private static boolean lacksRegistration(RegisteredKey worker, Instant now) {
    return worker.revokedAt() == null
        && worker.entries().register().isEmpty()
        && worker.notAfter().isAfter(now);
  }
}
