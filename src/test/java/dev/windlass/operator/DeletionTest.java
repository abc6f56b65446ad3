package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import dev.windlass.registrar.ClusterRegistrar;
import dev.windlass.registrar.ClusterRegistrarSettings;
import dev.windlass.registrar.RegistrarLog;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A pool and a namespace that are deleted while pods start, with Kubernetes' own scheduler, garbage
 * collector and namespace controller, and our registrar. Only the kubelet and heads are played.
 */
class DeletionTest {
  private static final Duration CALM = Duration.ofSeconds(5);

  /** Of reconciles that read what was deleted a moment ago. */
  private static final int MOST_FAILURES = 5;

  private static final ClusterRegistrarSettings.Times TIMES =
      new ClusterRegistrarSettings.Times(
          Duration.ofMinutes(2),
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          Duration.ofSeconds(10));

  private static ControlPlane plane;

  private TestPool test;
  private FakeCluster cluster;
  private Log log;

  @BeforeAll
  static void begin() {
    plane = ControlPlane.start().withSchedulerAndControllers();
  }

  @AfterAll
  static void over() {
    plane.close();
  }

  @BeforeEach
  void start() {
    test = TestPool.in(plane);
    cluster = new FakeCluster(test.client, test.namespace, test.node);
    cluster.revokes.set(false);
    cluster.hears.set(false); // pods run and have attested, and no head has seen them yet
    log = new Log();
  }

  @AfterEach
  void end() {
    test.close();
    cluster.close();
    test.client.nodes().withName(test.node).delete();
  }

  @Test
  void a_pool_that_is_deleted_while_its_pods_start_goes_with_all_it_had() throws IOException {
    try (var registrar = registrar();
        var operator = test.operator("operator-0")) {
      registrar.start();
      var attested = grown(operator);

      test.client.resources(WorkerPool.class).inNamespace(test.namespace).delete();

      Await.until(
          () -> "nothing is left: " + names(cluster.pods()) + names(cluster.workers()),
          () ->
              cluster.pods().isEmpty()
                  && cluster.workers().isEmpty()
                  && budgets().isEmpty()
                  && pools().isEmpty());
      assertTrue(log.revoked().containsAll(attested), attested + " in " + log.revoked());
      assertCalm(operator);
    }
  }

  @Test
  void a_namespace_that_is_deleted_while_pods_start_goes_and_its_workers_are_revoked()
      throws IOException {
    try (var registrar = registrar();
        var operator = test.operator("operator-0")) {
      registrar.start();
      var attested = grown(operator);

      var begun = Instant.now();
      test.client.namespaces().withName(test.namespace).delete();

      awaitNoNamespace();
      System.out.println("a namespace with a pool went in " + since(begun));
      assertTrue(log.revoked().containsAll(attested), attested + " in " + log.revoked());
      assertCalm(operator);
    }
  }

  @Test
  void a_namespace_does_not_wait_for_a_log_that_is_away() throws IOException {
    try (var registrar = registrar();
        var operator = test.operator("operator-0")) {
      registrar.start();
      assertFalse(grown(operator).isEmpty());

      log.away.set(true);
      test.client.namespaces().withName(test.namespace).delete();

      awaitNoNamespace();
      assertEquals(Set.of(), log.revoked());
      assertCalm(operator);
    }
  }

  private ClusterRegistrar registrar() throws IOException {
    var settings =
        ClusterRegistrarSettings.of(test.release, "windlass", "windlass.local")
            .listening("127.0.0.1", 0)
            .allowing(Set.of(Digest.of(new byte[] {1})), Optional.empty())
            .with(TIMES);
    return ClusterRegistrar.open(test.client, settings, Optional.of(log));
  }

  /** In the middle: two have attested, and the pool has just been told to have six. */
  private Set<String> grown(TestOperator operator) {
    test.create(2);
    Await.until(
        () -> "two attest: " + cluster.workers(),
        () -> cluster.workers().stream().filter(w -> w.status().identity() != null).count() == 2);
    var attested =
        cluster.workers().stream()
            .map(w -> w.status().identity().spiffeId())
            .collect(Collectors.toSet());
    test.scale(6);
    Await.until("a third one begins", () -> cluster.workers().size() > 2);
    assertTrue(
        cluster.workers().stream()
            .allMatch(w -> w.getMetadata().getFinalizers().contains(ApiNames.REVOKE_FINALIZER)));
    assertTrue(operator.service.isLeading());
    return attested;
  }

  private void awaitNoNamespace() {
    Await.until(
        () ->
            "the namespace is gone: "
                + test.client.namespaces().withName(test.namespace).get().getStatus(),
        () -> test.client.namespaces().withName(test.namespace).get() == null);
  }

  private void assertCalm(TestOperator operator) {
    double failures = operator.failures();
    long writes = operator.recorded.writesIn(test.namespace).count();
    Await.pass(CALM);
    assertEquals(writes, operator.recorded.writesIn(test.namespace).count(), "writes go on");
    assertEquals(failures, operator.failures(), "failures go on");
    assertTrue(failures <= MOST_FAILURES, failures + " reconciles failed");
  }

  private List<? extends HasMetadata> budgets() {
    return test.client
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(test.namespace)
        .list()
        .getItems();
  }

  private List<WorkerPool> pools() {
    return test.client.resources(WorkerPool.class).inNamespace(test.namespace).list().getItems();
  }

  private static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream()
        .map(o -> o.getKind() + "/" + Objects.requireNonNull(o.getMetadata().getName()))
        .toList();
  }

  private static Duration since(Instant begun) {
    return Duration.between(begun, Instant.now());
  }

  /** Keeps what it is told. */
  private static final class Log implements RegistrarLog {
    final AtomicBoolean away = new AtomicBoolean();
    private final List<LogEntry> entries = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Long> append(Bytes submission) {
      if (away.get()) return CompletableFuture.failedFuture(new IOException("nobody listens"));
      if (!(Submission.parse(submission) instanceof Submission.Plain(var leaf)))
        throw new AssertionError("a registrar submits entries only");
      entries.add(SignedEntry.parse(leaf).entry());
      return CompletableFuture.completedFuture((long) entries.size());
    }

    Set<String> revoked() {
      return entries.stream()
          .filter(LogEntry.WorkerRevoke.class::isInstance)
          .map(e -> ((LogEntry.WorkerRevoke) e).spiffeId())
          .collect(Collectors.toSet());
    }
  }
}
