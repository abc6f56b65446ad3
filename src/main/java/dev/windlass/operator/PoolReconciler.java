package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.operator.plan.Action;
import dev.windlass.operator.plan.NodeFacts;
import dev.windlass.operator.plan.Observed;
import dev.windlass.operator.plan.PodRefusal;
import dev.windlass.operator.plan.PoolPlan;
import dev.windlass.operator.plan.PoolReason;
import dev.windlass.operator.plan.Template;
import dev.windlass.operator.plan.WorkerSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Ignore;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A pool with its workers and pods. */
@Ignore
final class PoolReconciler implements Reconciler<WorkerPool> {
  /** What a worker says twice a minute moves only {@code status.used}. */
  private static final Duration HEARTBEATS = Duration.ofSeconds(10);

  /** A gate opens for one that was silent for longer; as in the plan. */
  private static final Duration SILENCE = Duration.ofSeconds(45);

  /** Functions ask for one worker: other policies are refused ({@code NotSupported}). */
  private static final int LARGEST_QUORUM = 1;

  /** A quota may have room, a class may be there. */
  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(30);

  static final String ROOTS = "roots.pem";

  private final Parts parts;
  private final Caches caches;
  private final Acting acting;
  private final Wakes<WorkerPool> wakes;

  /** Of pools that ask for pods in vain; an entry goes when they are taken, or not asked for. */
  private final Map<ResourceID, Refused> refusals = new ConcurrentHashMap<>();

  /** What happens around a pool asks no sooner again: only time, or another spec. */
  private record Refused(PodRefusal why, Instant at, Long generation) {
    Duration pause(WorkerPool pool, Instant now) {
      if (!generation.equals(pool.getMetadata().getGeneration())) return Duration.ZERO;
      var left = Duration.between(now, at.plus(AFTER_REFUSAL));
      return left.isNegative() ? Duration.ZERO : left;
    }
  }

  PoolReconciler(Parts parts, Acting acting) {
    this.parts = parts;
    this.caches = parts.caches();
    this.acting = acting;
    this.wakes = new Wakes<>("pool", caches.pools);
  }

  @Override
  public List<EventSource<?, WorkerPool>> prepareEventSources(
      EventSourceContext<WorkerPool> context) {
    caches.pods.onChange((before, after) -> ofPool(either(before, after)));
    caches.workers.onChange(this::worker);
    caches.budgets.onChange((before, after) -> ofPool(either(before, after)));
    caches.nodes.onChange(
        (before, after) -> {
          if (!before.map(NodeFacts::of).equals(after.map(NodeFacts::of))) wakes.all();
        });
    caches.profiles.onChange(this::profile);
    caches.storageClasses.onChange((_, _) -> wakes.all());
    caches.serviceAccounts.onChange((before, after) -> inNamespace(either(before, after)));
    caches.trust.onChange((before, after) -> trust(either(before, after)));
    caches.namespaces.onChange(
        (_, after) -> after.ifPresent(n -> wakes.allIn(n.getMetadata().getName())));
    return List.of(wakes.source());
  }

  private static <T> T either(Optional<T> before, Optional<T> after) {
    return after.or(() -> before).orElseThrow();
  }

  private void ofPool(HasMetadata object) {
    var pool = label(object, ApiNames.POOL_LABEL);
    if (!pool.isEmpty()) wakes.one(object.getMetadata().getNamespace(), pool);
  }

  private void worker(Optional<Worker> before, Optional<Worker> after) {
    var worker = either(before, after);
    if (before.isPresent() && after.isPresent() && isHeartbeat(before.get(), after.get()))
      wakes.later(
          worker.getMetadata().getNamespace(), label(worker, ApiNames.POOL_LABEL), HEARTBEATS);
    else ofPool(worker);
  }

  private static boolean isHeartbeat(Worker before, Worker after) {
    return Objects.equals(
            before.getMetadata().getDeletionTimestamp(), after.getMetadata().getDeletionTimestamp())
        && silent(before.status()).equals(silent(after.status()))
        && wasSeenLately(before.status(), after.status());
  }

  private static WorkerStatus silent(WorkerStatus s) {
    return new WorkerStatus(
        s.pod(),
        s.node(),
        s.zone(),
        s.state(),
        s.reason(),
        s.conditions(),
        s.identity(),
        s.engine(),
        s.measured(),
        null,
        List.of(),
        null,
        s.credibility(),
        s.stake());
  }

  private static boolean wasSeenLately(WorkerStatus before, WorkerStatus after) {
    if (before.lastSeen() == null || after.lastSeen() == null)
      return Objects.equals(before.lastSeen(), after.lastSeen());
    try {
      var then = Instant.parse(before.lastSeen());
      return then.plus(SILENCE).isAfter(Instant.parse(after.lastSeen()));
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  private void profile(Optional<HardwareProfile> before, Optional<HardwareProfile> after) {
    if (before.map(HardwareProfile::spec).equals(after.map(HardwareProfile::spec))) return;
    var name = either(before, after).getMetadata().getName();
    for (var pool : caches.pools.list()) {
      if (name.equals(pool.spec().profile()))
        wakes.one(pool.getMetadata().getNamespace(), pool.getMetadata().getName());
    }
  }

  private void inNamespace(HasMetadata object) {
    wakes.allIn(object.getMetadata().getNamespace());
  }

  private void trust(HasMetadata map) {
    if (parts.config().namespace().equals(map.getMetadata().getNamespace())) wakes.all();
    else inNamespace(map);
  }

  @Override
  public UpdateControl<WorkerPool> reconcile(WorkerPool resource, Context<WorkerPool> context) {
    var id = ResourceID.fromResource(resource);
    var pool = caches.pools.get(id).orElse(resource);
    var observed = gather(pool);
    var decision = PoolPlan.decide(observed, settings(), parts.clock().instant());
    boolean asks = decision.actions().stream().anyMatch(Action.CreatePod.class::isInstance);
    if (!asks) refusals.remove(id);
    boolean refused = !pause(id, pool).isZero();
    for (var action : decision.actions()) refused |= act(pool, id, action, refused);
    var control = UpdateControl.<WorkerPool>noUpdate();
    if (refused) return control.rescheduleAfter(pause(id, pool).plusMillis(1));
    return decision.lookAgain().map(control::rescheduleAfter).orElse(control);
  }

  private Duration pause(ResourceID id, WorkerPool pool) {
    var refused = refusals.get(id);
    return refused == null ? Duration.ZERO : refused.pause(pool, parts.clock().instant());
  }

  /** True if the API server refused a pod: it would refuse the next one too. */
  private boolean act(WorkerPool pool, ResourceID id, Action action, boolean refused) {
    switch (action) {
      case Action.CreateWorker _ when refused -> {}
      case Action.CreatePod _ when refused -> {}
      case Action.CreatePod create -> {
        return !create(pool, id, create);
      }
      case Action.UpdateStatus update -> status(pool, id, update);
      case Action.ApplyServiceAccount _,
          Action.ApplyTrust _,
          Action.ApplyBudget _,
          Action.Scale _,
          Action.CreateWorker _,
          Action.UpdateWorker _,
          Action.Drain _,
          Action.Gate _,
          Action.Evict _,
          Action.DeletePod _,
          Action.DeleteWorker _,
          Action.Emit _ ->
          acting.act(pool, action);
    }
    return false;
  }

  private boolean create(WorkerPool pool, ResourceID id, Action.CreatePod create) {
    try {
      acting.act(pool, create);
      refusals.remove(id);
      return true;
    } catch (KubernetesClientException e) {
      if (!Cluster.isRefusal(e)) throw e;
      var refusal = new PodRefusal(Cluster.words(e));
      refusals.put(
          id, new Refused(refusal, parts.clock().instant(), pool.getMetadata().getGeneration()));
      var now = caches.pools.get(id).orElse(pool);
      status(
          now,
          id,
          new Action.UpdateStatus(
              create.pod().getMetadata().getNamespace(), id.getName(), now.status()));
      parts.events().warning(pool, PoolReason.POD_REFUSED, refusal.message());
      return false;
    }
  }

  /** What was refused stays said until a pod is taken. */
  private void status(WorkerPool pool, ResourceID id, Action.UpdateStatus planned) {
    var refusal = Optional.ofNullable(refusals.get(id));
    var status =
        refusal
            .map(r -> r.why().in(planned.status(), pool, parts.clock().instant()))
            .orElse(planned.status());
    if (!status.equals(pool.status()))
      acting.act(pool, new Action.UpdateStatus(planned.namespace(), planned.pool(), status));
  }

  /** One pass over what has been heard; asks nothing of the API server. */
  private Observed gather(WorkerPool pool) {
    var namespace = pool.getMetadata().getNamespace();
    var name = pool.getMetadata().getName();
    return new Observed(
        pool,
        template(pool),
        Optional.ofNullable(pool.spec().profile())
            .flatMap(profile -> caches.profiles.get(new ResourceID(profile))),
        caches.nodeFacts(),
        ofPool(caches.workers, namespace, name),
        ofPool(caches.pods, namespace, name),
        caches.serviceAccounts.get(new ResourceID(ApiNames.WORKER_SERVICE_ACCOUNT, namespace)),
        caches.trust.get(new ResourceID(parts.config().trustConfigMap(), namespace)),
        caches.budgets.get(new ResourceID(name, namespace)),
        bindingModes(),
        LARGEST_QUORUM,
        isTerminating(namespace));
  }

  private static <T extends HasMetadata> List<T> ofPool(
      Cache<T> cache, String namespace, String pool) {
    return cache.inNamespace(namespace).stream()
        .filter(o -> label(o, ApiNames.POOL_LABEL).equals(pool))
        .toList();
  }

  private Template template(WorkerPool pool) {
    var given = pool.spec().podTemplate();
    if (given == null || given.isEmpty()) return Template.NONE;
    var json = parts.cluster().client().getKubernetesSerialization();
    try {
      return new Template.Readable(json.convertValue(given, PodTemplateSpec.class));
    } catch (IllegalArgumentException e) {
      return new Template.Unreadable(firstLine(String.valueOf(e.getMessage())));
    }
  }

  /** Jackson's further lines say where in our classes. */
  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private Map<String, String> bindingModes() {
    return caches.storageClasses.list().stream()
        .collect(
            Collectors.toMap(
                c -> c.getMetadata().getName(), PoolReconciler::bindingMode, (a, _) -> a));
  }

  private static String bindingMode(StorageClass storage) {
    return Objects.requireNonNullElse(storage.getVolumeBindingMode(), "Immediate");
  }

  private boolean isTerminating(String namespace) {
    return caches
        .namespaces
        .get(new ResourceID(namespace))
        .map(n -> n.getMetadata().getDeletionTimestamp() != null)
        .orElse(true);
  }

  private WorkerSettings settings() {
    var config = parts.config();
    var roots =
        caches
            .trust
            .get(new ResourceID(config.trustConfigMap(), config.namespace()))
            .flatMap(map -> Optional.ofNullable(map.getData()))
            .map(data -> data.getOrDefault(ROOTS, ""))
            .orElse("");
    return new WorkerSettings(
        config.instance().orElse(config.name()),
        config.namespace(),
        config.worker().image(),
        config.worker().pullPolicy().orElse(""),
        config.worker().heads(),
        config.worker().registrar(),
        config.trustConfigMap(),
        roots,
        config.zoneLabel());
  }

  private static String label(HasMetadata object, String key) {
    return Optional.ofNullable(object.getMetadata().getLabels())
        .map(labels -> labels.getOrDefault(key, ""))
        .orElse("");
  }
}
