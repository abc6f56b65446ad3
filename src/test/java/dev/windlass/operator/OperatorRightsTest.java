package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.TestClock;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import dev.windlass.operator.plan.PoolReason;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An operator whose service account may do what {@link Rbac} says and nothing else. */
class OperatorRightsTest {
  private static final String ACCOUNT = "operator";

  private final ControlPlane plane = ControlPlane.shared();
  private final TestPool test = TestPool.in(plane);
  private final FakeCluster cluster = new FakeCluster(test.client, test.namespace, test.node);

  @AfterEach
  void end() {
    test.close();
    cluster.close();
  }

  private KubernetesClient account(Predicate<Rbac.Rule> granted) {
    var name = ACCOUNT + "-" + test.release;
    var client = plane.clientFor(test.release, ACCOUNT);
    var rules = Rbac.all();
    test.client
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withRules(rules(rules.get(0), granted))
                .build())
        .create();
    test.client
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", name)
                .addNewSubject("", "ServiceAccount", ACCOUNT, test.release)
                .build())
        .create();
    test.client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(test.release)
                .withName(name)
                .endMetadata()
                .withRules(rules(rules.get(1), granted))
                .build())
        .create();
    test.client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(test.release)
                .withName(name)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", name)
                .addNewSubject("", "ServiceAccount", ACCOUNT, test.release)
                .build())
        .create();
    return client;
  }

  private static List<PolicyRule> rules(Rbac.Document document, Predicate<Rbac.Rule> granted) {
    return document.rules().stream()
        .filter(granted)
        .map(
            rule ->
                new PolicyRuleBuilder()
                    .withApiGroups(rule.group())
                    .withResources(rule.resources())
                    .withVerbs(rule.verbs())
                    .withResourceNames(
                        rule.names().stream().map(n -> n.replace("$NAME", "windlass")).toList())
                    .build())
        .toList();
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
