package dev.windlass.registrar;

import dev.windlass.identity.Surroundings;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.receipt.LogEntry;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Enters in the log that a worker's key counts no more, and then lets its Worker go. Heads do not
 * wait for it: they drop a worker when its Worker is deleted or {@code revokedAt} is set.
 *
 * <p>What if we die here: before the finalizer is gone, the same octets are entered again and have
 * the same index.
 */
final class Revocations implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Revocations.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final String DELETED = "its worker was deleted";
  private static final String REVOKED = "revoked by the operator";

  private final KubernetesClient client;
  private final Optional<EntryLog> log;
  private final ClusterRegistrarSettings.Times times;
  private final Surroundings around;

  /** Names that somebody works at; true: it has changed since. */
  private final Map<String, Boolean> active = new ConcurrentHashMap<>();

  /** Key ids of workers that still exist whose revocation is in the log. */
  private final Set<String> entered = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  /**
   * @param log absent where there is none: a Worker goes at once
   */
  Revocations(
      KubernetesClient client,
      Optional<EntryLog> log,
      ClusterRegistrarSettings.Times times,
      Surroundings around) {
    this.client = client;
    this.log = log;
    this.times = times;
    this.around = around;
  }

  /** Looks at it soon; returns at once. */
  void changed(Worker worker) {
    if (closed || !concerns(worker)) return;
    var name = worker.getMetadata().getNamespace() + "/" + worker.getMetadata().getName();
    boolean idle = active.putIfAbsent(name, false) == null;
    if (idle) around.delays().after(Duration.ZERO, () -> work(name, 1));
    else active.computeIfPresent(name, (_, _) -> true);
  }

  /** Begins nothing more. */
  @Override
  public void close() {
    closed = true;
  }

  private void work(String name, int attempt) {
    if (closed) return;
    try {
      var parts = name.split("/", 2);
      var worker = client.resources(Worker.class).inNamespace(parts[0]).withName(parts[1]).get();
      var again = worker == null ? Optional.<Duration>empty() : reconcile(worker);
      if (again.isPresent()) around.delays().after(again.get(), () -> work(name, 1));
      else if (active.computeIfPresent(name, (_, dirty) -> dirty ? false : null) != null)
        around.delays().after(Duration.ZERO, () -> work(name, 1));
    } catch (IOException | KubernetesClientException e) {
      LOG.log(
          Level.WARNING, "couldn't end the Worker " + name + ", will try again: " + e.getMessage());
      around.delays().after(pause(attempt), () -> work(name, attempt + 1));
    }
  }

  /**
   * One step, of a Worker just read. It may be called by anybody, and for any Worker.
   *
   * @return when to come again; empty: there is nothing more to do
   * @throws IOException if the log cannot be reached or refuses
   */
  Optional<Duration> reconcile(Worker worker) throws IOException {
    var identity = Attested.of(worker.status()).orElse(null);
    var deletedAt = worker.getMetadata().getDeletionTimestamp();
    if (deletedAt == null) {
      if (identity != null && identity.revokedAt() != null && entered.add(identity.key().keyId())) {
        try {
          enter(identity, identity.revokedAt(), REVOKED);
        } catch (IOException e) {
          entered.remove(identity.key().keyId());
          throw e;
        }
      }
      return Optional.empty();
    }
    if (!worker.getMetadata().getFinalizers().contains(ApiNames.REVOKE_FINALIZER))
      return Optional.empty();
    return end(worker, identity, Instant.parse(deletedAt));
  }

  private Optional<Duration> end(Worker worker, @Nullable Attested identity, Instant deletedAt)
      throws IOException {
    var age = Duration.between(deletedAt, around.clock().instant());
    if (identity == null || identity.index().isEmpty() || log.isEmpty()) {
      release(worker);
    } else if (age.compareTo(times.longestRevocation()) >= 0) {
      goWithout(worker, identity);
    } else if (identity.revokedAt() == null && age.compareTo(times.settle()) < 0) {
      return Optional.of(times.settle().minus(age));
    } else {
      boolean revoked = identity.revokedAt() != null;
      try {
        enter(identity, revoked ? identity.revokedAt() : deletedAt, revoked ? REVOKED : DELETED);
      } catch (IOException e) {
        if (!isEnding(worker)) throw e;
        goWithout(worker, identity); // one try: a log that is away does not hold up a namespace
        return Optional.empty();
      }
      release(worker);
      entered.remove(identity.key().keyId());
    }
    return Optional.empty();
  }

  private void goWithout(Worker worker, Attested identity) {
    tell(worker, "the log does not have the revocation of " + identity.id());
    release(worker);
  }

  private void enter(Attested identity, Instant at, String reason) throws IOException {
    if (log.isEmpty() || identity.index().isEmpty()) return;
    var entry =
        new LogEntry.WorkerRevoke(at, identity.id().toString(), identity.key().keyId(), reason);
    long index = log.get().await(log.get().append(entry));
    LOG.log(Level.INFO, "revoked id={0} logIndex={1,number,#}", identity.id(), index);
  }

  private void release(Worker worker) {
    client
        .resource(worker)
        .edit(
            w -> {
              var left = new ArrayList<>(w.getMetadata().getFinalizers());
              left.remove(ApiNames.REVOKE_FINALIZER);
              w.getMetadata().setFinalizers(left);
              return w;
            });
  }

  private boolean isEnding(Worker worker) {
    var namespace = client.namespaces().withName(worker.getMetadata().getNamespace()).get();
    return namespace == null || namespace.getMetadata().getDeletionTimestamp() != null;
  }

  private void tell(Worker worker, String message) {
    var meta = worker.getMetadata();
    LOG.log(Level.WARNING, "{0}/{1}: {2}", meta.getNamespace(), meta.getName(), message);
    var now = around.clock().instant().toString();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withNamespace(meta.getNamespace())
            .withGenerateName(meta.getName() + ".")
            .endMetadata()
            .withNewInvolvedObject()
            .withApiVersion(ApiNames.GROUP + "/" + ApiNames.VERSION)
            .withKind("Worker")
            .withNamespace(meta.getNamespace())
            .withName(meta.getName())
            .withUid(meta.getUid())
            .endInvolvedObject()
            .withType("Warning")
            .withReason("RevocationNotLogged")
            .withMessage(message)
            .withFirstTimestamp(now)
            .withLastTimestamp(now)
            .withCount(1)
            .withNewSource()
            .withComponent(ApiNames.REGISTRAR_MANAGER)
            .endSource()
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      // a namespace that is ending takes no events
      LOG.log(Level.DEBUG, "no event: " + e.getMessage());
    }
  }

  private boolean concerns(Worker worker) {
    var meta = worker.getMetadata();
    if (meta.getDeletionTimestamp() != null)
      return meta.getFinalizers().contains(ApiNames.REVOKE_FINALIZER);
    var identity = worker.status().identity();
    return identity != null && identity.revokedAt() != null;
  }

  private static Duration pause(int attempt) {
    var doubled = Duration.ofSeconds(1L << Math.min(attempt - 1, 6));
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
