package dev.windlass.registrar;

import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.Ed25519PublicKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All Workers of the cluster, followed by one watch; a moment behind the API server. */
final class KnownWorkers implements AutoCloseable {
  private static final String IDENTITY = "identity";
  private static final String KEY = "key";
  private static final long SYNC_SECONDS = 60;

  private final SharedIndexInformer<Worker> informer;

  private KnownWorkers(SharedIndexInformer<Worker> informer) {
    this.informer = informer;
  }

  /**
   * Returns when it knows them all.
   *
   * @param changed called with each that appears or changes, and again with each every ten minutes
   */
  static KnownWorkers open(KubernetesClient client, Consumer<Worker> changed) throws IOException {
    var informer =
        client
            .resources(Worker.class)
            .inAnyNamespace()
            .runnableInformer(TimeUnit.MINUTES.toMillis(10));
    informer.removeNamespaceIndex();
    informer.addIndexers(
        Map.of(
            IDENTITY,
            by(WorkerStatus.Identity::spiffeId),
            KEY,
            by(WorkerStatus.Identity::ed25519)));
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Worker worker) {
            changed.accept(worker);
          }

          @Override
          public void onUpdate(Worker before, Worker worker) {
            changed.accept(worker);
          }

          @Override
          public void onDelete(Worker worker, boolean unknown) {}
        });
    var opened = new KnownWorkers(informer);
    try {
      informer.start().toCompletableFuture().get(SYNC_SECONDS, TimeUnit.SECONDS);
      return opened;
    } catch (ExecutionException e) {
      opened.close();
      throw new IOException("couldn't list Workers: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      opened.close();
      throw new IOException("couldn't list Workers within " + SYNC_SECONDS + " s", e);
    } catch (InterruptedException e) {
      opened.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Workers were listed", e);
    }
  }

  /** The name of its Worker, in the namespace of the identity. */
  Optional<String> nameOf(SpiffeId id) {
    return informer.getIndexer().byIndex(IDENTITY, id.toString()).stream()
        .filter(w -> w.getMetadata().getNamespace().equals(id.namespace()))
        .map(w -> w.getMetadata().getName())
        .findFirst();
  }

  Optional<SpiffeId> ownerOf(Ed25519PublicKey key) {
    var text = Base64.getEncoder().encodeToString(key.raw().toArray());
    return informer.getIndexer().byIndex(KEY, text).stream()
        .flatMap(w -> Attested.of(w.status()).stream())
        .map(Attested::id)
        .findFirst();
  }

  /** Where there are Workers. */
  Set<String> namespaces() {
    return informer.getStore().list().stream()
        .map(w -> w.getMetadata().getNamespace())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    informer.close();
  }

  private static Function<Worker, List<String>> by(
      Function<WorkerStatus.Identity, @Nullable String> what) {
    return worker ->
        Optional.ofNullable(worker.status().identity()).map(what).map(List::of).orElse(List.of());
  }
}
