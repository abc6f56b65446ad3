package dev.windlass.operator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What decisions cost in a cluster of 200 WorkerPools and 2,000 Nodes, a pool at a time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PlanBenchmark {
  private static final int POOLS = 200;
  private static final int NODES = 2_000;

  private final Dice dice = new Dice(1);
  private final List<NodeFacts> nodes = nodes();
  private final SimulatedCluster settled = settled();
  private final List<Observed> pools = pools();

  private List<NodeFacts> nodes() {
    var facts = new ArrayList<NodeFacts>();
    for (int i = 0; i < NODES; i++) facts.add(NodeFacts.of(dice.node("node-" + i)));
    return facts;
  }

  private static SimulatedCluster settled() {
    var cluster =
        new SimulatedCluster(Given.pool("edge", 5), Given.resource("worker-small", "500m", 3000));
    cluster.nodes.put("node-0", Given.node("node-0").build());
    cluster.settleDown(100);
    return cluster;
  }

  private List<Observed> pools() {
    var all = new ArrayList<Observed>();
    for (int i = 0; i < POOLS; i++) {
      var o = settled.observed();
      all.add(
          new Observed(
              o.pool(),
              o.template(),
              Optional.of(Given.resource("worker-small", "500m", 3000 + i)),
              nodes,
              o.workers(),
              o.pods(),
              o.serviceAccount(),
              o.trust(),
              o.budget(),
              Map.of(),
              0,
              false));
    }
    return all;
  }

  @Benchmark
  @OperationsPerInvocation(POOLS)
  public int decideOnPool() {
    int actions = 0;
    for (var pool : pools)
      actions += PoolPlan.decide(pool, Given.SETTINGS, settled.now).actions().size();
    return actions;
  }

  @Benchmark
  @OperationsPerInvocation(NODES)
  public int matchNode() {
    var demand = Demand.of(Given.demanding(), Keys.ZONE);
    int fits = 0;
    for (var node : nodes) if (Match.of(demand, node) instanceof Match.Fits) fits++;
    return fits;
  }
}
