package dev.windlass.head;

import dev.windlass.function.FunctionName;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows Functions, Workers and WorkerPools of all namespaces. While the API server is away what
 * was heard last stays, and the client goes on trying; a resource is gone only when the server says
 * so.
 */
final class ClusterWatch implements FunctionSync.Resources, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClusterWatch.class);

  /** Of one list call: what a page of resources takes in memory stays small. */
  private static final long PAGE = 200;

  private final WorkerRegister register;
  private final SharedIndexInformer<Function> functions;
  private final SharedIndexInformer<Worker> workers;
  private final SharedIndexInformer<WorkerPool> pools;
  private volatile Consumer<FunctionName> onFunction = _ -> {};
  private volatile boolean synced;

  ClusterWatch(KubernetesClient client, WorkerRegister register) {
    this.register = register;
    this.functions = informer(client, Function.class);
    this.workers = informer(client, Worker.class);
    this.pools = informer(client, WorkerPool.class);
    functions.addEventHandler(new Each<>(this::functionChanged));
    workers.addEventHandler(new Each<>(this::workerChanged));
    pools.addEventHandler(new Each<>(this::poolChanged));
  }

  private static <T extends HasMetadata> SharedIndexInformer<T> informer(
      KubernetesClient client, Class<T> kind) {
    return client
        .resources(kind)
        .inAnyNamespace()
        .withLimit(PAGE)
        .runnableInformer(0)
        .exceptionHandler(
            (_, e) -> {
              LOG.warnf("kind=%s event=not-followed why=%s", kind.getSimpleName(), e.getMessage());
              return true;
            });
  }

  /**
   * Begins, and returns at once.
   *
   * @param onFunction hears of functions that are different, from the beginning on
   * @return completes when everything there is has been heard
   */
  CompletableFuture<Void> start(Consumer<FunctionName> onFunction) {
    this.onFunction = onFunction;
    // Pools first: what a worker may serve is then known when it comes.
    return pools
        .start()
        .thenCompose(_ -> workers.start())
        .thenCompose(_ -> functions.start())
        .thenRun(this::heardAll)
        .toCompletableFuture();
  }

  /** The stores are whole; their events may still be on the way. */
  private void heardAll() {
    for (var worker : workers.getStore().list()) refresh(ClusterWorkers.nameOf(worker));
    synced = true;
  }

  /** Once true, true for good: what was heard is not forgotten. */
  boolean isSynced() {
    return synced;
  }

  @Override
  public Optional<Function> find(FunctionName name) {
    var key = Cache.namespaceKeyFunc(name.namespace(), name.name());
    return Optional.ofNullable(functions.getStore().getByKey(key));
  }

  @Override
  public Set<FunctionName> names() {
    return functions.getStore().list().stream()
        .flatMap(function -> nameOf(function).stream())
        .collect(Collectors.toSet());
  }

  /** When the cluster says that a head last saw this worker. */
  @Nullable Instant lastSeen(WorkerRegister.Resource resource) {
    var worker = workers.getStore().getByKey(key(resource));
    var text = worker == null ? null : worker.status().lastSeen();
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  @Override
  public void close() {
    List.of(functions, workers, pools).forEach(SharedIndexInformer::stop);
  }

  private void functionChanged(Function function, boolean gone) {
    nameOf(function).ifPresent(onFunction);
  }

  private static Optional<FunctionName> nameOf(Function function) {
    var meta = function.getMetadata();
    try {
      return Optional.of(new FunctionName(meta.getNamespace(), meta.getName()));
    } catch (IllegalArgumentException e) {
      LOG.warnf(
          "function=%s/%s event=not-served why=%s",
          meta.getNamespace(), meta.getName(), e.getMessage());
      return Optional.empty();
    }
  }

  private void workerChanged(Worker worker, boolean gone) {
    refresh(ClusterWorkers.nameOf(worker));
  }

  /**
   * By the store and not by the event: two informers tell of one worker, and what is gone stays
   * gone.
   */
  private void refresh(WorkerRegister.Resource name) {
    synchronized (register) {
      var worker = workers.getStore().getByKey(key(name));
      if (worker == null) {
        register.says(name, Optional.empty());
        return;
      }
      var pool = ClusterWorkers.poolOf(worker).flatMap(this::pool);
      switch (ClusterWorkers.said(worker, pool)) {
        case ClusterWorkers.Vouches(var vouched) -> register.says(name, Optional.of(vouched));
        case ClusterWorkers.VouchesNot(var why) -> {
          register.says(name, Optional.empty());
          LOG.debugf("worker=%s event=not-vouched-for why=%s", name, why);
        }
      }
    }
  }

  private static String key(WorkerRegister.Resource name) {
    return Cache.namespaceKeyFunc(name.namespace(), name.name());
  }

  private Optional<WorkerPool> pool(WorkerRegister.Resource name) {
    return Optional.ofNullable(pools.getStore().getByKey(key(name)));
  }

  /** Whether it is shared may have changed. */
  private void poolChanged(WorkerPool pool, boolean gone) {
    var meta = pool.getMetadata();
    var name = new WorkerRegister.Resource(meta.getNamespace(), meta.getName());
    for (var worker : workers.getStore().list())
      if (ClusterWorkers.poolOf(worker).equals(Optional.of(name)))
        refresh(ClusterWorkers.nameOf(worker));
  }

  /** What happens to one object; a defect with one does not end the informer. */
  @FunctionalInterface
  private interface Change<T> {
    void to(T object, boolean gone);
  }

  private record Each<T extends HasMetadata>(Change<T> change) implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      tell(object, false);
    }

    @Override
    public void onUpdate(T before, T now) {
      tell(now, false);
    }

    @Override
    public void onDelete(T object, boolean unknownState) {
      tell(object, true);
    }

    private void tell(T object, boolean gone) {
      try {
        change.to(object, gone);
      } catch (RuntimeException | Error e) { // the edge
        LOG.errorf(e, "object=%s event=not-taken", object.getMetadata().getName());
      }
    }
  }
}
