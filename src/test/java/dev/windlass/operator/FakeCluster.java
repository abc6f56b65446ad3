package dev.windlass.operator;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.Ed25519Key;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Kubelet, scheduler, registrar and heads of one namespace, as far as an operator sees them: pods
 * are bound to one node, run, attest, are seen by a head; deleted ones end, and their Workers are
 * revoked.
 */
final class FakeCluster implements AutoCloseable {
  private static final Duration BEAT = Duration.ofMillis(100);
  private static final Duration SEEN_EVERY = Duration.ofSeconds(10);
  private static final Duration SEEN_DRAINING = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  private final String node;
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Whether heads hear of workers. */
  final AtomicBoolean hears = new AtomicBoolean(true);

  /** Whether it plays the registrar; if not, somebody else revokes what it has let attest. */
  final AtomicBoolean revokes = new AtomicBoolean(true);

  private final Thread thread = Thread.ofVirtual().unstarted(this::run);

  FakeCluster(KubernetesClient client, String namespace, String node) {
    this.client = client;
    this.namespace = namespace;
    this.node = node;
    thread.start();
  }

  private void run() {
    while (!ended.get()) {
      try {
        pods().forEach(this::pod);
        workers().forEach(this::worker);
        client
            .policy()
            .v1()
            .podDisruptionBudget()
            .inNamespace(namespace)
            .list()
            .getItems()
            .forEach(this::budget);
      } catch (KubernetesClientException _) {
        // somebody else was quicker, or the API server is away: again
      }
      LockSupport.parkNanos(BEAT.toNanos());
    }
  }

  List<Pod> pods() {
    return client.pods().inNamespace(namespace).withLabel(ApiNames.POOL_LABEL).list().getItems();
  }

  List<Worker> workers() {
    return client.resources(Worker.class).inNamespace(namespace).list().getItems();
  }

  private void pod(Pod pod) {
    var name = pod.getMetadata().getName();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
    } else if (pod.getSpec().getNodeName() == null) {
      ControlPlane.bind(client, pod, node);
    } else if (!phase(pod, isJoined(pod)).equals(pod.getStatus())) {
      client.pods().inNamespace(namespace).resource(with(pod)).patchStatus();
    }
  }

  /** One may always go. */
  private void budget(PodDisruptionBudget budget) {
    var status = budget.getStatus();
    var generation = budget.getMetadata().getGeneration();
    if (status != null
        && generation.equals(status.getObservedGeneration())
        && status.getDisruptionsAllowed() > 0) return;
    client
        .resource(
            new PodDisruptionBudgetBuilder(budget)
                .withNewStatus()
                .withObservedGeneration(generation)
                .withDisruptionsAllowed(1)
                .withCurrentHealthy(2)
                .withDesiredHealthy(1)
                .withExpectedPods(2)
                .endStatus()
                .build())
        .patchStatus();
  }

  private static boolean isJoined(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals(ApiNames.JOINED_GATE) && c.getStatus().equals("True"));
  }

  private static Pod with(Pod pod) {
    return new PodBuilder(pod).withStatus(phase(pod, isJoined(pod))).build();
  }

  /** A kubelet also looks at the readiness gate. */
  private static io.fabric8.kubernetes.api.model.PodStatus phase(Pod pod, boolean ready) {
    var known =
        pod.getStatus().getConditions().stream()
            .filter(c -> c.getType().equals("Ready"))
            .filter(c -> c.getStatus().equals(ready ? "True" : "False"))
            .findFirst();
    return new PodBuilder(pod)
        .editStatus()
        .withPhase("Running")
        .removeMatchingFromConditions(c -> c.getType().equals("Ready"))
        .addToConditions(
            known.orElseGet(
                () ->
                    new PodConditionBuilder()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .withLastTransitionTime(now())
                        .build()))
        .endStatus()
        .build()
        .getStatus();
  }

  private void worker(Worker worker) {
    var name = worker.getMetadata().getName();
    if (worker.getMetadata().getDeletionTimestamp() != null) {
      if (revokes.get() && !worker.getMetadata().getFinalizers().isEmpty())
        client
            .resources(Worker.class)
            .inNamespace(namespace)
            .withName(name)
            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":[]}}");
      return;
    }
    var pod = client.pods().inNamespace(namespace).withName(name).get();
    if (pod == null || !"Running".equals(pod.getStatus().getPhase())) return;
    if (worker.status().identity() == null) apply(name, "windlass-registrar", identity(name));
    var seen = Optional.ofNullable(worker.status().lastSeen()).map(Instant::parse);
    var every = "Draining".equals(worker.status().state()) ? SEEN_DRAINING : SEEN_EVERY;
    if (hears.get() && seen.filter(s -> s.plus(every).isAfter(Instant.now())).isEmpty())
      apply(
          name,
          "windlass-head",
          WorkerStatus.byHead(null, null, new WorkerStatus.Load(4, 0), List.of(), now()));
  }

  /** With a key of its own, and an entry in the log. */
  private static WorkerStatus identity(String name) {
    var digest = Digest.of(name.getBytes(StandardCharsets.UTF_8));
    var key = new Ed25519Key(Bytes.wrap(HexFormat.of().parseHex(digest.hex())));
    return WorkerStatus.byRegistrar(
        new WorkerStatus.Identity(
            "spiffe://windlass.local/ns/test/worker/" + name,
            Base64.getEncoder().encodeToString(key.publicKey().raw().toArray()),
            digest.toString(),
            "2036-01-01T00:00:00Z",
            1L,
            digest.toString(),
            0,
            null));
  }

  private void apply(String name, String manager, WorkerStatus status) {
    client
        .resource(Worker.ofStatus(namespace, name, status))
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build());
  }

  void awaitReady(String pool, int workers) {
    Await.until(
        () -> "pool " + pool(pool).spec() + "\n  " + pool(pool).status(),
        () -> {
          var status = pool(pool).status();
          return Objects.equals(status.ready(), workers)
              && Objects.equals(status.replicas(), workers)
              && pods().size() == workers
              && workers().size() == workers;
        });
  }

  WorkerPool pool(String name) {
    return Objects.requireNonNull(
        client.resources(WorkerPool.class).inNamespace(namespace).withName(name).get());
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    ended.set(true);
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
