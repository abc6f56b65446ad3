package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import dev.windlass.function.WasmBytes;
import dev.windlass.identity.TestClock;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.FunctionSpec.Inline;
import dev.windlass.operator.api.FunctionSpec.Oci;
import dev.windlass.operator.api.FunctionSpec.Source;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import dev.windlass.operator.plan.PoolReason;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator whose service account may do what {@link Rbac} says and nothing else. */
class OperatorRightsTest {
  private final ControlPlane plane = ControlPlane.shared();
  private final TestPool test = TestPool.in(plane);
  private final FakeCluster cluster = new FakeCluster(test.client, test.namespace, test.node);

  @AfterEach
  void end() {
    test.close();
    cluster.close();
  }

  private KubernetesClient account(Predicate<Rbac.Rule> granted) {
    return Grants.operator(plane, test.release, "windlass", granted);
  }

  @Test
  void a_pools_whole_life_needs_no_more_than_the_rules() {
    try (var operator = test.operator(account(_ -> true), "operator-0", UnaryOperator.identity())) {
      test.create(2);
      cluster.awaitReady(TestPool.NAME, 2);
      autoscaleFrom3();
      cluster.awaitReady(TestPool.NAME, 3);
      changeTemplate();
      Await.until(
          () -> "an eviction: " + operator.recorded.calls(),
          () ->
              operator.recorded.calls().stream()
                  .anyMatch(c -> c.resource().equals("pods/eviction") && c.status() < 300));

      assertEquals(List.of(), operator.recorded.forbidden());
    }
  }

  @Test
  void functions_need_no_more_than_the_rules(@TempDir Path data) throws IOException {
    var ports =
        new FunctionPorts(
            ContentStore.open(data, ContentStore.UNBOUNDED),
            FetchSettings.DEFAULT,
            Optional.of((_, _) -> 7));
    var config = TestOperator.alone(test.release, "operator-0");
    try (var operator = TestOperator.start(account(_ -> true), config, ports)) {
      test.function("inline", new Source(new Inline(module()), null, null, null));
      var reference = "127.0.0.1:1/acme/hello:1";
      test.function("pulled", new Source(null, new Oci(reference, "absent"), null, null));

      awaitReason("inline", "Logged", "Entered");
      awaitReason("pulled", "ArtifactVerified", "PullSecretMissing");
      assertEquals(List.of(), operator.recorded.forbidden());
    }
  }

  private static String module() {
    return Base64.getEncoder().encodeToString(WasmBytes.tiny().done());
  }

  private void awaitReason(String name, String type, String reason) {
    Await.until(
        () -> name + " says " + reason + ": " + test.function(name).status(),
        () ->
            test.function(name).status().conditions().stream()
                .anyMatch(c -> c.type().equals(type) && c.reason().equals(reason)));
  }

  /** Its name is known: nobody reads it before. */
  @Test
  void an_event_that_is_said_again_is_counted_without_a_right_to_read_events() {
    var clock = new TestClock();
    try (var client = account(_ -> true)) {
      var events =
          new Events(
              new Cluster(client, ApiNames.OPERATOR_MANAGER),
              new OperatorMetrics(new SimpleMeterRegistry()),
              clock,
              "operator-0");
      test.create(0);
      var pool = cluster.pool(TestPool.NAME);
      for (int i = 0; i < 2; i++) {
        events.warning(pool, PoolReason.POD_REFUSED, "no room");
        clock.forward(Duration.ofMinutes(11));
      }

      var written = test.client.events().v1().events().inNamespace(test.namespace).list();
      assertEquals(1, written.getItems().size());
      assertEquals(2, written.getItems().getFirst().getSeries().getCount());
    }
  }

  @Test
  void without_the_rule_for_readiness_gates_no_worker_is_ready() {
    try (var operator =
        test.operator(
            account(rule -> !rule.resources().contains("pods/status")),
            "operator-0",
            UnaryOperator.identity())) {
      test.create(1);

      Await.until(
          "a refusal",
          () ->
              operator.recorded.forbidden().stream()
                  .anyMatch(c -> c.resource().equals("pods/status")));
      assertTrue(operator.recorded.forbidden().stream().allMatch(c -> c.verb().equals("patch")));
    }
  }

  private void autoscaleFrom3() {
    spec(s -> change(s, new WorkerPoolSpec.Autoscale(3, 3), s.podTemplate()));
  }

  private void changeTemplate() {
    spec(
        s ->
            change(
                s,
                s.autoscale(),
                Map.of("metadata", Map.of("annotations", Map.of("example.com/new", "yes")))));
  }

  private static WorkerPoolSpec change(
      WorkerPoolSpec s, WorkerPoolSpec.Autoscale autoscale, Map<String, Object> template) {
    return new WorkerPoolSpec(
        s.profile(),
        s.replicas(),
        autoscale,
        s.shared(),
        s.trust(),
        s.stake(),
        s.spread(),
        template);
  }

  private void spec(UnaryOperator<WorkerPoolSpec> change) {
    ControlPlane.patiently(
        () ->
            test.client
                .resources(WorkerPool.class)
                .inNamespace(test.namespace)
                .withName(TestPool.NAME)
                .edit(
                    pool -> {
                      pool.setSpec(change.apply(pool.spec()));
                      return pool;
                    }));
  }
}
