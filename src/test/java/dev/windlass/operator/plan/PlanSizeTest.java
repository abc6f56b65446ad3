package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * 200 WorkerPools of five workers and 2,000 Nodes: what decisions allocate, and what the facts of
 * all nodes hold. How long it takes is told by {@code make bench}.
 */
class PlanSizeTest {
  private static final int POOLS = 200;
  private static final int NODES = 2_000;
  private static final long MIB = 1 << 20;

  /** Of one decision; it goes over all nodes. */
  private static final long MOST_A_DECISION = 4 * MIB;

  /** Of all facts together with what is thrown away while they are made. */
  private static final long MOST_FACTS = 64 * MIB;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private record Measured<T>(T result, long bytes) {}

  private static <T> Measured<T> measured(Supplier<T> what) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    var result = what.get();
    return new Measured<>(result, THREADS.getCurrentThreadAllocatedBytes() - before);
  }

  @Test
  void decisions_over_two_thousand_nodes_stay_small_and_a_settled_pool_does_nothing() {
    var dice = new Dice(1);
    var nodes = new ArrayList<io.fabric8.kubernetes.api.model.Node>();
    nodes.add(Given.node("node-0").build()); // where the pool's workers are
    for (int i = 1; i < NODES; i++) nodes.add(dice.node("node-" + i));
    var facts = measured(() -> nodes.stream().map(NodeFacts::of).toList());
    var settled = settled();
    var pools = pools(settled, facts.result());

    settle(pools, settled); // classes are loaded, and caches of them filled
    var decided = measured(() -> settle(pools, settled));

    long each = decided.bytes() / POOLS;
    System.out.printf(
        "%d nodes: %d KiB for their facts; %d pools: %d KiB a decision%n",
        NODES, facts.bytes() >> 10, POOLS, each >> 10);
    assertTrue(facts.bytes() < MOST_FACTS, () -> facts.bytes() + " bytes for facts");
    assertTrue(each < MOST_A_DECISION, () -> each + " bytes a decision");
    assertEquals(
        POOLS,
        decided.result(),
        () ->
            "decided: " + PoolPlan.decide(pools.getFirst(), Given.SETTINGS, settled.now).actions());
  }

  /** How many decisions change nothing but what a pool says of nodes. */
  private static int settle(List<Observed> pools, SimulatedCluster settled) {
    int quiet = 0;
    for (var pool : pools) {
      var actions = PoolPlan.decide(pool, Given.SETTINGS, settled.now).actions();
      if (actions.stream().allMatch(PlanSizeTest::saysOnly)) quiet++;
    }
    return quiet;
  }

  private static boolean saysOnly(Action action) {
    return action instanceof Action.UpdateStatus || action instanceof Action.Emit;
  }

  private static SimulatedCluster settled() {
    var cluster =
        new SimulatedCluster(Given.pool("edge", 5), Given.resource("worker-small", "500m", 3000));
    cluster.nodes.put("node-0", Given.node("node-0").build());
    cluster.settleDown(100);
    return cluster;
  }

  private static List<Observed> pools(SimulatedCluster settled, List<NodeFacts> nodes) {
    var o = settled.observed();
    var all = new ArrayList<Observed>();
    for (int i = 0; i < POOLS; i++)
      all.add(
          new Observed(
              o.pool(),
              o.template(),
              Optional.of(Given.resource("worker-small", "500m", 3000)),
              nodes,
              o.workers(),
              o.pods(),
              o.serviceAccount(),
              o.trust(),
              o.budget(),
              Map.of(),
              0,
              false));
    return all;
  }
}
