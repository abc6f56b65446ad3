package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.NodeFacts;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One watch a kind, for all reconcilers; a standby has them too, so that it can begin at once. Only
 * what can concern us is asked for: pods with a pool's label, and of ServiceAccounts and ConfigMaps
 * one name each.
 */
final class Caches implements AutoCloseable {
  private final InstantSource clock;
  private final List<Cache<?>> all = new ArrayList<>();
  private final Map<String, Fact> facts = new ConcurrentHashMap<>();

  final Cache<Node> nodes;
  final Cache<Namespace> namespaces;
  final Cache<StorageClass> storageClasses;
  final Cache<HardwareProfile> profiles;
  final Cache<WorkerPool> pools;
  final Cache<Worker> workers;

  /** Without the bytes that stand in them. */
  final Cache<Function> functions;

  final Cache<Pod> pods;
  final Cache<PodDisruptionBudget> budgets;
  final Cache<ServiceAccount> serviceAccounts;
  final Cache<ConfigMap> trust;

  private record Fact(String version, NodeFacts facts) {}

  Caches(KubernetesClient client, OperatorConfig config, InstantSource clock) {
    this.clock = clock;
    nodes = watch(client.nodes());
    namespaces = watch(client.namespaces());
    storageClasses = watch(client.storage().v1().storageClasses());
    profiles = watch(client.resources(HardwareProfile.class));
    pools = watch(client.resources(WorkerPool.class).inAnyNamespace());
    workers = watch(client.resources(Worker.class).inAnyNamespace());
    functions = watch(client.resources(Function.class).inAnyNamespace());
    pods = watch(client.pods().inAnyNamespace().withLabel(ApiNames.POOL_LABEL));
    budgets =
        watch(
            client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inAnyNamespace()
                .withLabel(ApiNames.POOL_LABEL));
    serviceAccounts =
        watch(
            client
                .serviceAccounts()
                .inAnyNamespace()
                .withField("metadata.name", ApiNames.WORKER_SERVICE_ACCOUNT));
    trust =
        watch(
            client
                .configMaps()
                .inAnyNamespace()
                .withField("metadata.name", config.trustConfigMap()));
    nodes.onChange((before, _) -> before.ifPresent(n -> facts.remove(n.getMetadata().getName())));
  }

  private <T extends HasMetadata> Cache<T> watch(Informable<T> what) {
    var informer = what.runnableInformer(0);
    informer.itemStore(new LeanStore<>());
    var cache = new Cache<>(informer, clock);
    all.add(cache);
    return cache;
  }

  /** Of all nodes, as a plan reads them; made once for each version of a node. */
  List<NodeFacts> nodeFacts() {
    return nodes.list().stream().map(this::factsOf).toList();
  }

  private NodeFacts factsOf(Node node) {
    var version = node.getMetadata().getResourceVersion();
    return facts
        .compute(
            node.getMetadata().getName(),
            (_, known) ->
                known != null && known.version().equals(version)
                    ? known
                    : new Fact(version, NodeFacts.of(node)))
        .facts();
  }

  void start() {
    all.forEach(Cache::start);
  }

  boolean isSynced() {
    return all.stream().allMatch(Cache::isSynced);
  }

  @Override
  public void close() {
    all.forEach(Cache::close);
  }

  /** Without what nobody here reads and 2,000 nodes have a lot of. */
  private static final class LeanStore<T extends HasMetadata> extends BasicItemStore<T> {
    LeanStore() {
      super(io.fabric8.kubernetes.client.informers.cache.Cache::metaNamespaceKeyFunc);
    }

    @Override
    public T put(String key, T object) {
      object.getMetadata().setManagedFields(List.of());
      if (object instanceof Function function) FunctionReconciler.dropBytes(function);
      if (object instanceof Node node && node.getStatus() != null)
        node.getStatus().setImages(List.of());
      return super.put(key, object);
    }
  }
}
