package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.Action;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool's life by a real API server; scheduler, kubelet, registrar and heads are played. */
class PoolLifeTest {
  private static final Duration CALM = Duration.ofSeconds(6);

  private final TestPool test = TestPool.in(ControlPlane.shared());
  private final FakeCluster cluster = new FakeCluster(test.client, test.namespace, test.node);

  @AfterEach
  void end() {
    test.close();
    cluster.close();
  }

  private static Condition condition(WorkerPool pool, String type) {
    return pool.status().conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + type + " in " + pool.status()));
  }

  private List<Event> events() {
    return test.client.events().v1().events().inNamespace(test.namespace).list().getItems();
  }

  private void awaitCalm(TestOperator operator) {
    Await.until(
        () -> "still written: " + operator.recorded.writesIn(test.namespace).toList(),
        () -> {
          long before = operator.recorded.writesIn(test.namespace).count();
          Await.pass(CALM);
          return operator.recorded.writesIn(test.namespace).count() == before;
        });
  }

  private Set<String> uids() {
    return cluster.pods().stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet());
  }

  @Test
  void a_pool_grows_shrinks_and_then_nothing_is_written() {
    try (var operator = test.operator("operator-0")) {
      test.create(2);
      cluster.awaitReady(TestPool.NAME, 2);
      assertEquals("True", condition(cluster.pool(TestPool.NAME), ConditionTypes.READY).status());

      test.scale(3);
      cluster.awaitReady(TestPool.NAME, 3);

      test.scale(1);
      cluster.awaitReady(TestPool.NAME, 1);

      assertTrue(
          events().stream().anyMatch(e -> "WorkerCreated".equals(e.getReason())),
          () -> "events are " + events());
      awaitCalm(operator);
    }
  }

  /** Each life does one action and dies before its second. */
  @Test
  void who_dies_after_any_action_leaves_what_the_next_one_completes() {
    test.create(2);
    var done = new AtomicInteger();
    int lives = 0;
    for (boolean complete = false; !complete; lives++) {
      var dead = new AtomicBoolean();
      done.set(0);
      UnaryOperator<Acting> mortal =
          acting ->
              (pool, action) -> {
                if (ours(pool) && done.getAndIncrement() > 0) dead.set(true);
                if (dead.get()) throw new IllegalStateException("dead before " + name(action));
                acting.act(pool, action);
              };
      try (var _ = test.operator(test.client, "operator-0", mortal)) {
        Await.until("it dies, or there is no action left", () -> dead.get() || isReady(2));
        complete = !dead.get();
      }
    }
    assertTrue(lives >= 8, "only " + lives + " lives were needed");
    cluster.awaitReady(TestPool.NAME, 2);
    assertEquals(2, cluster.workers().size());
  }

  private boolean ours(WorkerPool pool) {
    return test.namespace.equals(pool.getMetadata().getNamespace());
  }

  private boolean isReady(int workers) {
    return Objects.equals(cluster.pool(TestPool.NAME).status().ready(), workers);
  }

  private static String name(Action action) {
    return action.getClass().getSimpleName();
  }

  @Test
  void an_operator_that_starts_again_keeps_the_pods_it_finds() {
    Set<String> before;
    try (var _ = test.operator("operator-0")) {
      test.create(2);
      cluster.awaitReady(TestPool.NAME, 2);
      before = uids();
    }
    try (var operator = test.operator("operator-0")) {
      Await.until("it reconciles", operator.service::isReady);
      awaitCalm(operator);
      assertEquals(before, uids());
    }
  }

  @Test
  void of_two_operators_one_acts() {
    try (var one = test.operator("operator-0");
        var two = test.operator("operator-1")) {
      test.create(2);
      cluster.awaitReady(TestPool.NAME, 2);

      var idle = one.service.isLeading() ? two : one;
      assertEquals(List.of(), idle.recorded.writesIn(test.namespace).toList());
    }
  }

  @Test
  void every_bad_pool_has_a_condition_and_is_then_left_alone() {
    var bad =
        Map.<String, Map<String, Object>>of(
            "HostPath",
            Map.of(
                "spec",
                Map.of(
                    "volumes", List.of(Map.of("name", "x", "hostPath", Map.of("path", "/etc"))))),
            "NodeName",
            Map.of("spec", Map.of("nodeName", "somewhere")),
            "HostNamespace",
            Map.of("spec", Map.of("hostNetwork", true)),
            "TemplateUnreadable",
            Map.of("spec", Map.of("tolerations", "all of them")),
            "KeylessToleration",
            Map.of("spec", Map.of("tolerations", List.of(Map.of("operator", "Exists")))));
    try (var operator = test.operator("operator-0")) {
      bad.forEach(
          (reason, template) ->
              test.client.resource(test.pool(kebab(reason), 2, template)).create());
      var nowhere = test.pool("nowhere", 1, Map.of());
      test.client.resource(test.of(nowhere, "no-such-profile")).create();

      bad.keySet()
          .forEach(
              reason ->
                  Await.until(
                      () -> reason + " is said of " + cluster.pool(kebab(reason)).status(),
                      () -> saysNo(kebab(reason), ConditionTypes.POD_TEMPLATE_VALID, reason)));
      Await.until(
          () -> "its profile is not found: " + cluster.pool("nowhere").status(),
          () -> saysNo("nowhere", ConditionTypes.PROFILE_FOUND, "ProfileNotFound"));
      assertEquals(List.of(), cluster.pods());
      awaitCalm(operator);
    }
  }

  private static String kebab(String reason) {
    return reason.replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(java.util.Locale.ROOT);
  }

  private boolean saysNo(String pool, String type, String reason) {
    return cluster.pool(pool).status().conditions().stream()
        .anyMatch(
            c -> c.type().equals(type) && c.status().equals("False") && c.reason().equals(reason));
  }

  /** As controllers of others do: each time the pool is looked at again. */
  private void touchBudget(int i) {
    test.client
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(test.namespace)
        .withName(TestPool.NAME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"touched\":\"%d\"}}}".formatted(i));
  }

  @Test
  void a_pod_that_the_api_server_refuses_is_a_condition_in_its_words() {
    try (var operator = test.operator("operator-0")) {
      var template =
          Map.<String, Object>of("spec", Map.of("priorityClassName", "no-such-priority"));
      test.client.resource(test.pool(TestPool.NAME, 1, template)).create();

      Await.until(
          () -> "refused: " + cluster.pool(TestPool.NAME).status(),
          () -> saysNo(TestPool.NAME, ConditionTypes.SCHEDULABLE, "PodRefused"));
      var message = condition(cluster.pool(TestPool.NAME), ConditionTypes.SCHEDULABLE).message();
      assertTrue(message.contains("no-such-priority"), message);
      long before = operator.recorded.writesIn(test.namespace).count();
      var end = Instant.now().plus(CALM);
      for (int i = 0; Instant.now().isBefore(end); i++) {
        touchBudget(i);
        Await.pass(Duration.ofMillis(100));
      }
      long more = operator.recorded.writesIn(test.namespace).count() - before;
      assertTrue(more < 12, more + " writes in " + CALM + " while others write");

      test.client.resources(WorkerPool.class).inNamespace(test.namespace).delete();
    }
  }

  @Test
  void a_profile_says_which_nodes_fit_and_why_the_others_do_not() {
    try (var _ = test.operator("operator-0")) {
      Await.until(
          () -> "it matches: " + profile().status(),
          () -> profile().status().nodes().contains(test.node));

      ControlPlane.patiently(
          () ->
              test.client
                  .nodes()
                  .withName(test.node)
                  .edit(
                      node -> {
                        node.getMetadata().getLabels().put("windlass.dev/cpu-mhz", "1999");
                        return node;
                      }));

      Await.until(
          () -> "it is too slow: " + profile().status(),
          () ->
              profile().status().rejected().stream()
                  .anyMatch(
                      r ->
                          "CpuTooSlow".equals(r.reason())
                              && r.examples().stream()
                                  .anyMatch(e -> e.message().contains("1999 MHz"))));
    }
  }

  private HardwareProfile profile() {
    return test.client.resources(HardwareProfile.class).withName(test.profile).get();
  }

  /** Each name once, whatever the watch brought late. */
  @Test
  void a_worker_and_its_pod_have_one_name_and_one_owner() {
    try (var _ = test.operator("operator-0")) {
      test.create(3);
      cluster.awaitReady(TestPool.NAME, 3);
      var owner = cluster.pool(TestPool.NAME).getMetadata().getUid();
      var names = ConcurrentHashMap.<String>newKeySet();
      for (HasMetadata worker : cluster.workers()) {
        names.add(worker.getMetadata().getName());
        assertEquals(owner, worker.getMetadata().getOwnerReferences().getFirst().getUid());
      }
      assertEquals(
          names,
          cluster.pods().stream().map(p -> p.getMetadata().getName()).collect(Collectors.toSet()));
    }
  }
}
