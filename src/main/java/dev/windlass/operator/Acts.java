package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.operator.plan.Action;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v1.ScaleBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The actions of a pool's plan on the API server, one call each. Each may be done twice, and what
 * it did is in the caches when it returns.
 */
final class Acts implements Acting {
  private static final Logger LOG = Logger.getLogger(Acts.class);

  private final Cluster cluster;
  private final Caches caches;
  private final Events events;
  private final InstantSource clock;

  Acts(Cluster cluster, Caches caches, Events events, InstantSource clock) {
    this.cluster = cluster;
    this.caches = caches;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void act(WorkerPool pool, Action action) {
    switch (action) {
      case Action.ApplyServiceAccount(var account) ->
          cluster.apply(account).ifPresent(caches.serviceAccounts::wrote);
      case Action.ApplyTrust(var trust) -> cluster.apply(trust).ifPresent(caches.trust::wrote);
      case Action.ApplyBudget(var budget) -> cluster.apply(budget).ifPresent(caches.budgets::wrote);
      case Action.Scale scale -> scale(scale);
      case Action.UpdateStatus(var namespace, var name, var status) ->
          cluster
              .applyStatus(WorkerPool.ofStatus(namespace, name, status))
              .ifPresent(caches.pools::wrote);
      case Action.CreateWorker(var worker) -> create(worker);
      case Action.CreatePod(var pod) -> cluster.create(pod).ifPresent(caches.pods::wrote);
      case Action.UpdateWorker(var namespace, var name, var status) ->
          update(namespace, name, status);
      case Action.Drain drain -> {
        update(drain.namespace(), drain.name(), drain.status());
        events.emit(pool, false, drain.reason().word(), drain.message(), drain.name());
      }
      case Action.Gate gate -> gate(gate);
      case Action.Evict(var namespace, var name, var uid) -> evict(namespace, name, uid);
      case Action.DeletePod(var namespace, var name, var uid) -> {
        if (cluster.delete(Pod.class, namespace, name, uid))
          going(caches.pods, namespace, name, uid);
      }
      case Action.DeleteWorker(var namespace, var name, var uid) -> {
        if (cluster.delete(Worker.class, namespace, name, uid))
          going(caches.workers, namespace, name, uid);
      }
      case Action.Emit(var warning, var reason, var message, var worker) ->
          events.emit(pool, warning, reason, message, worker);
    }
  }

  private void create(Worker worker) {
    cluster.create(worker).ifPresent(caches.workers::wrote);
    LOG.infof(
        "event=worker-created namespace=%s name=%s",
        worker.getMetadata().getNamespace(), worker.getMetadata().getName());
  }

  private void update(String namespace, String name, WorkerStatus status) {
    cluster.applyStatus(Worker.ofStatus(namespace, name, status)).ifPresent(caches.workers::wrote);
  }

  private void scale(Action.Scale scale) {
    try {
      var now =
          cluster
              .client()
              .resources(WorkerPool.class)
              .inNamespace(scale.namespace())
              .withName(scale.pool());
      now.scale(
          new ScaleBuilder()
              .withNewMetadata()
              .withNamespace(scale.namespace())
              .withName(scale.pool())
              .endMetadata()
              .withNewSpec(scale.replicas())
              .build());
    } catch (KubernetesClientException e) {
      if (!Cluster.isGone(e)) throw e;
    }
  }

  /** Kubernetes keeps conditions of a pod by their type: nobody else's is touched. */
  private void gate(Action.Gate gate) {
    var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    var condition =
        Map.of(
            "type",
            ApiNames.JOINED_GATE,
            "status",
            gate.joined() ? "True" : "False",
            "reason",
            gate.reason(),
            "message",
            gate.message(),
            "lastTransitionTime",
            now);
    var patch =
        Map.of(
            "metadata", Map.of("uid", gate.uid()),
            "status", Map.of("conditions", List.of(condition)));
    cluster
        .patch(named(gate.namespace(), gate.pod()), "status", cluster.json(patch))
        .ifPresent(caches.pods::wrote);
  }

  private static Pod named(String namespace, String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .build();
  }

  private void evict(String namespace, String name, String uid) {
    var eviction =
        new EvictionBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .endMetadata()
            .withDeleteOptions(Cluster.only(uid))
            .build();
    try {
      if (cluster.client().pods().inNamespace(namespace).withName(name).evict(eviction)) {
        going(caches.pods, namespace, name, uid);
        LOG.infof("event=pod-evicted namespace=%s name=%s", namespace, name);
      } else {
        LOG.infof("event=eviction-refused namespace=%s name=%s", namespace, name);
      }
    } catch (KubernetesClientException e) {
      if (!Cluster.isGone(e)) throw e;
    }
  }

  /** Until the watch says so itself: as the object will look when its deletion has begun. */
  private <T extends HasMetadata> void going(
      Cache<T> cache, String namespace, String name, String uid) {
    var known = cache.get(new ResourceID(name, namespace));
    if (known.isEmpty() || !known.get().getMetadata().getUid().equals(uid)) return;
    var copy = cluster.copy(known.get());
    copy.getMetadata().setDeletionTimestamp(clock.instant().toString());
    cache.willBe(copy);
  }
}
