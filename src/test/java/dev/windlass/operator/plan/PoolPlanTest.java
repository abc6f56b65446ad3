package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a pool does, step by step, in a cluster in which everybody does their part. */
class PoolPlanTest {
  private static final int ROUNDS = 200;

  @Test
  void a_worker_is_made_before_its_pod_and_after_what_the_pod_needs() {
    var cluster = cluster(2, 1);

    var actions = cluster.decide().actions();

    assertEquals(
        List.of(
            "ApplyServiceAccount",
            "ApplyTrust",
            "ApplyBudget",
            "UpdateStatus",
            "CreateWorker",
            "CreatePod",
            "CreateWorker",
            "CreatePod"),
        actions.stream()
            .map(a -> a.getClass().getSimpleName())
            .filter(n -> !n.equals("Emit"))
            .toList());
  }

  @Test
  void all_conditions_are_there_from_the_first_time() {
    var cluster = cluster(1, 1);
    cluster.profile = Optional.empty();

    cluster.reconcile();

    assertEquals(
        ConditionTypes.OF_WORKER_POOL,
        cluster.pool.status().conditions().stream().map(Condition::type).toList());
    assertEquals("False ProfileNotFound", condition(cluster, "ProfileFound"));
    assertEquals("Unknown NotDecided", condition(cluster, "Schedulable"));
    assertEquals("False ProfileNotFound", condition(cluster, "Ready"));
    assertTrue(cluster.pods.isEmpty());
  }

  @Test
  void a_settled_pool_is_ready_and_says_what_it_has() {
    var cluster = settled(3, 2);

    var status = cluster.pool.status();
    assertEquals(3, status.replicas());
    assertEquals(3, status.ready());
    assertEquals("windlass.dev/pool=edge", status.selector());
    assertEquals(new Quantity("32"), status.capacity().cpu());
    assertEquals(new Quantity("1500m"), status.allocated().cpu());
    assertEquals(new Quantity("3Gi"), status.allocated().memory());
    assertEquals(new Quantity("0"), status.used().cpu());
    assertEquals("True WorkersReady", condition(cluster, "Ready"));
  }

  @Test
  void time_alone_changes_nothing_and_no_transition_time() {
    var cluster = settled(1, 1);
    var before = cluster.pool.status();

    for (int i = 0; i < 6; i++) cluster.settle();
    cluster.reconcile();

    assertEquals(before, cluster.pool.status());
  }

  @Test
  void no_node_that_fits_is_said_with_the_commonest_reason_and_both_values() {
    var cluster = cluster(1, 3);
    cluster.profile = Optional.of(Given.resource("worker-small", "500m", 4000));
    cluster.nodes.computeIfPresent("n2", (_, n) -> cordoned(n));

    cluster.reconcile();

    var schedulable = find(cluster, "Schedulable");
    assertEquals("CpuTooSlow", schedulable.reason());
    assertEquals(
        "no node fits: 1 Cordoned (n2: the node is cordoned (spec.unschedulable true), and new"
            + " pods need false), 2 CpuTooSlow (n0: cpu 3600 MHz < 4000 MHz (label"
            + " windlass.dev/cpu-mhz))",
        schedulable.message());
  }

  @Test
  void a_pod_without_room_for_a_minute_is_said_in_the_schedulers_words() {
    var cluster = cluster(2, 1);
    cluster.nodes.computeIfPresent(
        "n0",
        (_, n) ->
            new NodeBuilder(n)
                .editStatus()
                .addToAllocatable("cpu", new Quantity("600m"))
                .endStatus()
                .build());

    cluster.settleDown(ROUNDS);

    var schedulable = find(cluster, "Schedulable");
    assertEquals("WaitingForRoom", schedulable.reason());
    assertTrue(schedulable.message().endsWith(": 0 nodes are available"), schedulable.message());
    assertEquals(1, cluster.pool.status().ready());
  }

  @Test
  void a_cordon_and_a_label_that_is_gone_move_nobody() {
    var cluster = settled(2, 2);
    var pods = List.copyOf(cluster.pods.keySet());
    cluster.nodes.replaceAll(
        (_, n) ->
            new NodeBuilder(cordoned(n))
                .editMetadata()
                .removeFromLabels("windlass.dev/cpu-mhz")
                .endMetadata()
                .build());

    cluster.settleDown(ROUNDS);

    assertEquals(pods, List.copyOf(cluster.pods.keySet()));
    cluster
        .workers
        .values()
        .forEach(
            w -> {
              var known =
                  Conditions.find(w.status().conditions(), ConditionTypes.HARDWARE_KNOWN)
                      .orElseThrow();
              assertEquals("Unknown LabelMissing", known.status() + " " + known.reason());
              assertEquals("Ready", w.status().state());
            });
  }

  @Test
  void a_node_that_falls_below_the_profile_is_left_after_a_minute_with_the_replacement_ready() {
    var cluster = settled(1, 2);
    var old = cluster.pods.keySet().iterator().next();
    slow(cluster, cluster.pods.get(old).getSpec().getNodeName());
    cluster.done.clear();

    var since = cluster.now;
    while (cluster.done.stream().noneMatch(Action.Drain.class::isInstance)) {
      cluster.reconcile();
      assertTrue(cluster.now.isBefore(since.plusSeconds(300)), "nothing drains");
      cluster.settle();
    }

    assertFalse(cluster.now.isBefore(since.plusSeconds(60)));
    var drain = cluster.done.stream().filter(Action.Drain.class::isInstance).findFirst();
    var drained = assertInstanceOf(Action.Drain.class, drain.orElseThrow());
    assertEquals(old, drained.name());
    assertEquals(MatchReason.CPU_TOO_SLOW, drained.reason());
    assertEquals("cpu 2500 MHz < 3000 MHz (label windlass.dev/cpu-mhz)", drained.message());
    assertEquals("Draining", drained.status().state());
    assertEquals("CpuTooSlow", drained.status().reason());
    assertEquals(2, cluster.pods.values().stream().filter(SimulatedCluster::isReady).count());
    cluster.settleDown(ROUNDS);
    assertFalse(cluster.pods.containsKey(old));
    assertEquals(1, cluster.pods.size());
  }

  @Test
  void a_slow_moment_of_a_label_moves_nobody() {
    var cluster = settled(1, 1);
    var before = cluster.pods.keySet().toString();
    slow(cluster, "n0");
    cluster.reconcile();
    cluster.settle();
    cluster.nodes.put("n0", Given.node("n0").build());

    cluster.settleDown(ROUNDS);

    assertEquals(before, cluster.pods.keySet().toString());
  }

  @Test
  void all_nodes_below_the_profile_cost_as_many_workers_as_the_budget_says() {
    var cluster = settled(3, 2);
    cluster.nodes.keySet().forEach(name -> slow(cluster, name));

    cluster.settleDown(ROUNDS);

    assertEquals(2, cluster.pool.status().ready());
    assertEquals("CpuTooSlow", find(cluster, "Ready").reason());
  }

  @Test
  void a_scale_down_takes_the_youngest_after_its_runs_have_ended() {
    var cluster = settled(2, 2);
    var old = List.copyOf(cluster.pods.keySet());
    cluster.now = cluster.now.plusSeconds(60);
    cluster.heads();
    cluster.scale(3);
    cluster.settleDown(ROUNDS);
    var young =
        cluster.pods.keySet().stream().filter(n -> !old.contains(n)).findFirst().orElseThrow();
    cluster.running.put(young, 1);
    cluster.heads();
    cluster.scale(2);

    for (int i = 0; i < 10; i++) {
      cluster.reconcile();
      cluster.settle();
    }
    assertEquals("Draining", cluster.workers.get(young).status().state());
    assertTrue(cluster.pods.containsKey(young), "it still runs something");

    cluster.running.clear();
    cluster.settleDown(ROUNDS);
    assertEquals(old, List.copyOf(cluster.pods.keySet()));
  }

  @Test
  void a_scale_up_takes_back_what_still_drains() {
    var cluster = settled(2, 2);
    var before = cluster.pods.keySet().toString();
    cluster.pods.keySet().forEach(n -> cluster.running.put(n, 1));
    cluster.heads();
    cluster.scale(0);
    cluster.reconcile();
    assertTrue(
        cluster.workers.values().stream().allMatch(w -> "Draining".equals(w.status().state())));
    cluster.scale(2);

    cluster.settleDown(ROUNDS);

    assertEquals(before, cluster.pods.keySet().toString());
  }

  @Test
  void a_new_image_rolls_one_worker_at_a_time_and_none_is_missing() {
    var cluster = settled(3, 3);
    var s = Given.SETTINGS;
    cluster.settings =
        new WorkerSettings(
            s.instance(),
            s.namespace(),
            "registry.example/windlass:2",
            s.pullPolicy(),
            s.heads(),
            s.registrar(),
            s.trustConfigMap(),
            s.roots(),
            s.zoneLabel());

    for (int i = 0; i < ROUNDS && !cluster.decide().actions().isEmpty(); i++) {
      cluster.reconcile();
      cluster.settle();
      long serving =
          cluster.workers.values().stream().filter(w -> "Ready".equals(w.status().state())).count();
      assertTrue(serving >= 3, "only " + serving + " serve");
      assertTrue(cluster.staying() <= 4, "more than one above");
    }

    cluster.settleDown(ROUNDS);
    cluster
        .pods
        .values()
        .forEach(
            p ->
                assertEquals(
                    "registry.example/windlass:2",
                    p.getSpec().getContainers().getFirst().getImage()));
  }

  @Test
  void a_profile_that_is_gone_and_a_template_that_is_wrong_keep_the_pods_there_are() {
    var cluster = settled(2, 2);
    var before = cluster.pods.keySet().toString();
    cluster.profile = Optional.empty();
    cluster.settleDown(ROUNDS);
    assertEquals(before, cluster.pods.keySet().toString());
    assertEquals("False ProfileNotFound", condition(cluster, "Ready"));

    var observed = settled(2, 2).observed();
    var wrong =
        new Observed(
            observed.pool(),
            new Template.Unreadable("podTemplate.spec.containers is a string, expected a list"),
            observed.profile(),
            observed.nodes(),
            observed.workers(),
            observed.pods(),
            observed.serviceAccount(),
            observed.trust(),
            observed.budget(),
            Map.of(),
            0,
            false);
    var actions = PoolPlan.decide(wrong, Given.SETTINGS, cluster.now).actions();
    assertTrue(
        actions.stream()
            .noneMatch(
                a ->
                    a instanceof Action.DeletePod
                        || a instanceof Action.Drain
                        || a instanceof Action.CreatePod),
        actions.toString());
  }

  @Test
  void a_deleted_worker_is_revoked_so_its_pod_goes_and_another_comes() {
    var cluster = settled(1, 1);
    var name = cluster.workers.keySet().iterator().next();
    var uid = cluster.pods.get(name).getMetadata().getUid();
    cluster.deleteWorker(name, null);

    var actions = cluster.reconcile();

    assertTrue(actions.contains(new Action.DeletePod("edge", name, uid)), "its pod: " + actions);
    cluster.settleDown(ROUNDS);
    assertEquals(1, cluster.pool.status().ready());
    assertTrue(cluster.pods.values().stream().noneMatch(p -> uid.equals(p.getMetadata().getUid())));
  }

  @Test
  void a_budget_that_endangers_a_quorum_is_said_with_the_numbers() {
    var o = cluster(3, 1).observed();
    var observed =
        new Observed(
            o.pool(),
            o.template(),
            o.profile(),
            o.nodes(),
            o.workers(),
            o.pods(),
            o.serviceAccount(),
            o.trust(),
            o.budget(),
            o.bindingModes(),
            3,
            false);

    var status =
        PoolPlan.decide(observed, Given.SETTINGS, cluster(1, 1).now).actions().stream()
            .filter(Action.UpdateStatus.class::isInstance)
            .map(a -> ((Action.UpdateStatus) a).status())
            .findFirst()
            .orElseThrow();

    var sound = Conditions.find(status.conditions(), ConditionTypes.BUDGET_SOUND).orElseThrow();
    assertEquals("QuorumAtRisk", sound.reason());
    assertEquals(
        "3 replicas less 1 that may be away leave 2, and a function asks for 3", sound.message());
  }

  @Test
  void an_autoscaled_pool_stays_within_its_bounds_and_follows_its_load() {
    var cluster = cluster(1, 3);
    cluster.pool.setSpec(
        new WorkerPoolSpec(
            "worker-small", 1, new WorkerPoolSpec.Autoscale(2, 4), null, null, null, null, null));
    assertTrue(cluster.decide().actions().contains(new Action.Scale("edge", "edge", 2)));

    var busy = settled(2, 2);
    busy.pool.setSpec(
        new WorkerPoolSpec(
            "worker-small", 2, new WorkerPoolSpec.Autoscale(1, 4), null, null, null, null, null));
    busy.pods.keySet().forEach(n -> busy.running.put(n, 4));
    busy.heads();
    assertTrue(busy.decide().actions().contains(new Action.Scale("edge", "edge", 3)));

    busy.running.clear();
    busy.heads();
    assertTrue(scales(busy).isEmpty(), "not yet: nothing has been calm for five minutes");
    busy.now = busy.now.plusSeconds(600);
    busy.heads();
    assertEquals(List.of(new Action.Scale("edge", "edge", 1)), scales(busy));
  }

  @Test
  void a_pool_that_is_being_deleted_is_left_to_the_garbage_collector() {
    var cluster = settled(1, 1);
    cluster.pool.getMetadata().setDeletionTimestamp("2026-11-23T09:00:00Z");

    assertEquals(new Decision(List.of(), Optional.empty()), cluster.decide());
  }

  private static List<Action> scales(SimulatedCluster cluster) {
    return cluster.decide().actions().stream().filter(Action.Scale.class::isInstance).toList();
  }

  private static SimulatedCluster settled(int replicas, int nodes) {
    var cluster = cluster(replicas, nodes);
    cluster.settleDown(ROUNDS);
    return cluster;
  }

  private static SimulatedCluster cluster(int replicas, int nodes) {
    var cluster =
        new SimulatedCluster(
            Given.pool("edge", replicas), Given.resource("worker-small", "500m", 3000));
    for (int i = 0; i < nodes; i++) cluster.nodes.put("n" + i, Given.node("n" + i).build());
    return cluster;
  }

  private static void slow(SimulatedCluster cluster, String node) {
    cluster.nodes.computeIfPresent(
        node,
        (_, n) ->
            new NodeBuilder(n)
                .editMetadata()
                .addToLabels("windlass.dev/cpu-mhz", "2500")
                .endMetadata()
                .build());
  }

  private static Node cordoned(Node node) {
    return new NodeBuilder(node).editSpec().withUnschedulable(true).endSpec().build();
  }

  private static Condition find(SimulatedCluster cluster, String type) {
    return Conditions.find(cluster.pool.status().conditions(), type).orElseThrow();
  }

  private static String condition(SimulatedCluster cluster, String type) {
    return find(cluster, type).status() + " " + find(cluster, type).reason();
  }
}
