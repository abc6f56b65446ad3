package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random histories of small clusters, with operators that die between any two actions. */
class PoolPlanSimulationTest {
  private static final int SEEDS = Integer.getInteger("seeds", 40);
  private static final int STEPS = 60;

  /** Enough for a roll of all workers, one at a time, and for drains that wait their full time. */
  private static final int ROUNDS = 400;

  @Test
  void whatever_happens_a_pool_comes_to_rest_as_it_was_wanted() {
    for (long seed = Long.getLong("seed", 0L); seed < SEEDS; seed++) {
      try {
        new History(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static final class History {
    private final SplittableRandom chance;
    private final SimulatedCluster cluster;

    History(long seed) {
      chance = new SplittableRandom(seed);
      cluster =
          new SimulatedCluster(
              Given.pool("edge", chance.nextInt(4)), Given.resource("worker-small", "500m", 3000));
      for (int i = 0; i < 4; i++) {
        var node = Given.node("n" + i).editStatus().addToAllocatable("cpu", cpus()).endStatus();
        cluster.nodes.put("n" + i, node.build());
      }
    }

    private Quantity cpus() {
      return new Quantity(Integer.toString(1 + chance.nextInt(3)));
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        if (chance.nextInt(3) == 0) somethingHappens();
        else operatorsAct();
        if (chance.nextInt(2) == 0) somebodyWorks();
        cluster.now = cluster.now.plusSeconds(chance.nextInt(40));
      }
      cluster.running.clear();
      cluster.settleDown(ROUNDS);
      assertItIsAsWanted();
    }

    private void assertItIsAsWanted() {
      boolean hasProfile = cluster.observed().profile().isPresent();
      int replicas = cluster.pool.spec().replicas();
      assertTrue(cluster.staying() <= replicas + 1, "too many: " + cluster.pods.keySet());
      if (!hasProfile) return;
      assertTrue(cluster.staying() >= replicas, "too few: " + cluster.pods.keySet());
      assertEquals(cluster.workers.keySet(), cluster.pods.keySet());
      boolean allReady = cluster.pods.values().stream().allMatch(SimulatedCluster::isReady);
      if (!allReady) return;
      assertEquals(replicas, cluster.staying());
      assertEquals(1, revisions().stream().distinct().count() + (replicas == 0 ? 1 : 0));
      cluster
          .observed()
          .workers()
          .forEach(w -> assertEquals("Ready", w.status().state(), w.getMetadata().getName()));
    }

    private List<String> revisions() {
      return cluster.pods.values().stream()
          .map(p -> p.getMetadata().getLabels().get(Keys.REVISION))
          .toList();
    }

    /** One acts and dies, or two act on the same picture and get in each other's way. */
    private void operatorsAct() {
      var actions = new ArrayList<>(cluster.decide().actions());
      if (chance.nextInt(4) == 0) {
        var others = new ArrayList<>(cluster.decide().actions());
        while (!actions.isEmpty() || !others.isEmpty()) {
          var one =
              others.isEmpty() || !actions.isEmpty() && chance.nextBoolean() ? actions : others;
          cluster.act(one.removeFirst());
        }
        return;
      }
      boolean dies = chance.nextBoolean();
      int until = dies ? chance.nextInt(actions.size() + 1) : actions.size();
      actions.subList(0, until).forEach(cluster::act);
    }

    private void somebodyWorks() {
      switch (chance.nextInt(5)) {
        case 0 -> cluster.schedule();
        case 1 -> cluster.kubelets();
        case 2 -> cluster.registrar();
        case 3 -> cluster.heads();
        default -> cluster.settle();
      }
    }

    private void somethingHappens() {
      switch (chance.nextInt(10)) {
        case 0 -> cluster.scale(chance.nextInt(5));
        case 1 -> anyPod().ifPresent(n -> cluster.deletePod(n, null));
        case 2 -> anyWorker().ifPresent(n -> cluster.deleteWorker(n, null));
        case 3 -> anyPod().filter(cluster::isRunning).ifPresent(cluster::fail);
        case 4 -> label(chance.nextBoolean() ? "2500" : "3600");
        case 5 -> label("unknown");
        case 6 -> cordon();
        case 7 -> image();
        case 8 -> profile();
        default -> anyWorker().ifPresent(n -> cluster.running.put(n, chance.nextInt(4)));
      }
    }

    private Optional<String> anyPod() {
      return any(List.copyOf(cluster.pods.keySet()));
    }

    private Optional<String> anyWorker() {
      return any(List.copyOf(cluster.workers.keySet()));
    }

    private Optional<String> any(List<String> names) {
      return names.isEmpty()
          ? Optional.empty()
          : Optional.of(names.get(chance.nextInt(names.size())));
    }

    private void label(String mhz) {
      var name = "n" + chance.nextInt(4);
      cluster.nodes.computeIfPresent(
          name,
          (_, node) ->
              new NodeBuilder(node)
                  .editMetadata()
                  .addToLabels("windlass.dev/cpu-mhz", mhz)
                  .endMetadata()
                  .build());
    }

    private void cordon() {
      var name = "n" + chance.nextInt(4);
      cluster.nodes.computeIfPresent(
          name,
          (_, node) ->
              new NodeBuilder(node)
                  .editSpec()
                  .withUnschedulable(node.getSpec().getUnschedulable() == null)
                  .endSpec()
                  .build());
    }

    private void image() {
      var s = cluster.settings;
      cluster.settings =
          new WorkerSettings(
              s.instance(),
              s.namespace(),
              "registry.example/windlass:" + chance.nextInt(9),
              s.pullPolicy(),
              s.heads(),
              s.registrar(),
              s.trustConfigMap(),
              s.roots(),
              s.zoneLabel());
    }

    private void profile() {
      cluster.profile =
          chance.nextInt(4) == 0
              ? Optional.empty()
              : Optional.of(
                  Given.resource(
                      "worker-small",
                      chance.nextBoolean() ? "500m" : "1",
                      2000 + chance.nextInt(3) * 700));
    }
  }
}
