package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What an operator asks of the API server for one change of the world, counted on the wire; the
 * Lease apart, which an operator that is alone has not. The figures are in docs/operator.md.
 */
class ApiCallsTest {
  /** Longer than what waits for heartbeats, ten seconds. */
  private static final Duration QUIET = Duration.ofSeconds(12);

  private final TestPool test = TestPool.in(ControlPlane.shared());
  private final FakeCluster cluster = new FakeCluster(test.client, test.namespace, test.node);

  @AfterEach
  void end() {
    test.close();
    cluster.close();
  }

  @Test
  void a_change_costs_a_few_calls_and_no_change_costs_none() {
    var config = TestOperator.alone(test.release, "operator-0");
    try (var operator = TestOperator.start(test.client, config)) {
      test.create(3);
      cluster.awaitReady(TestPool.NAME, 3);
      atRest(operator);
      report("a pool of three from nothing", calls(operator, 0), 44);

      int begin = operator.recorded.calls().size();
      Await.pass(QUIET);
      assertEquals(List.of(), calls(operator, begin), "workers beat, and nothing changes");

      begin = operator.recorded.calls().size();
      touchNode("example.com/looks", "unimportant");
      Await.pass(Duration.ofSeconds(3));
      assertEquals(List.of(), calls(operator, begin), "a label that nobody asks for");

      report("one replica more", cost(operator, () -> test.scale(4), 4), 18);
      report("one replica less", cost(operator, () -> test.scale(3), 3), 14);
      report("a pod that somebody deletes", cost(operator, this::deletePod, 3), 24);
      report("a pod that is ready no more, and again", cost(operator, this::failPod, 3), 6);
      report(
          "a node that is another one now",
          cost(operator, () -> touchNode("windlass.dev/cpu-mhz", "3700"), 3),
          4);
      report("a pool that is deleted", cost(operator, this::deletePool, -1), 4);
    }
  }

  /** Of what follows until the operator is at rest again. */
  private List<Recorded.Call> cost(TestOperator operator, Runnable change, int ready) {
    int begin = operator.recorded.calls().size();
    change.run();
    if (ready >= 0) cluster.awaitReady(TestPool.NAME, ready);
    atRest(operator);
    return calls(operator, begin);
  }

  private static void atRest(TestOperator operator) {
    Await.until(
        "it is at rest",
        () -> {
          int before = operator.recorded.attempts();
          Await.pass(Duration.ofSeconds(3));
          return operator.recorded.attempts() == before;
        });
  }

  /** Without watches and the leader's label: they belong to the operator's start. */
  private List<Recorded.Call> calls(TestOperator operator, int begin) {
    return operator.recorded.calls().stream()
        .skip(begin)
        .filter(c -> !List.of("list", "watch").contains(c.verb()))
        .filter(c -> !c.namespace().equals(test.release))
        .toList();
  }

  private static void report(String what, List<Recorded.Call> calls, int most) {
    var kinds =
        calls.stream()
            .collect(
                Collectors.groupingBy(
                    c -> c.verb() + " " + c.resource(), TreeMap::new, Collectors.counting()));
    var text = what + ": " + calls.size() + " calls, " + kinds;
    System.out.println(text);
    assertTrue(calls.size() <= most, "more than " + most + " for " + text);
    assertEquals(
        List.of(), calls.stream().filter(c -> c.status() >= 400).toList(), "in vain, for " + text);
  }

  private void deletePod() {
    var name = cluster.pods().getFirst().getMetadata().getName();
    test.client.pods().inNamespace(test.namespace).withName(name).delete();
    Await.until("it is gone", () -> !names().contains(name));
  }

  private List<String> names() {
    return cluster.workers().stream().map(w -> w.getMetadata().getName()).toList();
  }

  /** The kubelet says so itself, and a moment later the contrary. */
  private void failPod() {
    test.client
        .pods()
        .inNamespace(test.namespace)
        .withName(cluster.pods().getFirst().getMetadata().getName())
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}");
  }

  private void touchNode(String label, String value) {
    test.client
        .nodes()
        .withName(test.node)
        .edit(
            n -> new NodeBuilder(n).editMetadata().addToLabels(label, value).endMetadata().build());
  }

  private void deletePool() {
    test.client.resources(WorkerPool.class).inNamespace(test.namespace).delete();
  }
}
