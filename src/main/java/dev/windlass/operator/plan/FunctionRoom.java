package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerState;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether workers can run a function, by what the cluster says of them: Ready workers of pools in
 * its namespace or shared ones, with its hardware profile if it names one.
 *
 * @param status of the condition Schedulable
 */
public record FunctionRoom(String status, FunctionReason reason, String message) {
  /** Workers that one call asks, in the only policy that there is so far. */
  private static final int NEEDED = 1;

  public static FunctionRoom of(
      Function function, Collection<WorkerPool> pools, Collection<Worker> workers) {
    var namespace = Objects.requireNonNullElse(function.getMetadata().getNamespace(), "");
    var profile = Optional.ofNullable(function.spec().hardware()).filter(p -> !p.isEmpty());
    var its = pools.stream().filter(p -> serves(p, namespace, profile)).toList();
    var wanted =
        profile.map(p -> " of the profile " + p).orElse("") + " for the namespace " + namespace;
    if (its.isEmpty())
      return new FunctionRoom(
          Condition.FALSE, FunctionReason.NO_POOL, "there is no WorkerPool" + wanted);
    var names = its.stream().map(FunctionRoom::key).collect(Collectors.toSet());
    long all = workers.stream().filter(w -> names.contains(key(w))).count();
    long ready = workers.stream().filter(w -> names.contains(key(w)) && isReady(w)).count();
    var counted =
        "workers of %s%s"
            .formatted(
                its.size() == 1 ? "the pool " + key(its.getFirst()) : its.size() + " pools",
                wanted);
    if (ready < NEEDED)
      return new FunctionRoom(
          Condition.FALSE,
          FunctionReason.TOO_FEW_WORKERS,
          "%d of %d %s are ready, %d needed".formatted(ready, all, counted, NEEDED));
    return new FunctionRoom(
        Condition.TRUE, FunctionReason.WORKERS_READY, "there are ready " + counted);
  }

  private static boolean serves(WorkerPool pool, String namespace, Optional<String> profile) {
    var meta = pool.getMetadata();
    boolean near =
        namespace.equals(meta.getNamespace()) || Boolean.TRUE.equals(pool.spec().shared());
    return near
        && meta.getDeletionTimestamp() == null
        && (profile.isEmpty() || profile.get().equals(pool.spec().profile()));
  }

  private static String key(WorkerPool pool) {
    return pool.getMetadata().getNamespace() + "/" + pool.getMetadata().getName();
  }

  private static String key(Worker worker) {
    var labels = worker.getMetadata().getLabels();
    var pool = labels == null ? null : labels.get(ApiNames.POOL_LABEL);
    return worker.getMetadata().getNamespace() + "/" + pool;
  }

  private static boolean isReady(Worker worker) {
    return worker.getMetadata().getDeletionTimestamp() == null
        && WorkerState.READY.word().equals(worker.status().state());
  }
}
