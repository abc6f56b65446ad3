package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool's life by a real API server; kubelet, registrar and heads are played. */
class PoolLifeTest {
  private final TestPool test = TestPool.in(ControlPlane.shared());
  private final FakeCluster cluster = new FakeCluster(test.client, test.namespace, test.node);

  @AfterEach
  void end() {
    cluster.close();
  }

  private TestOperator operator() {
    TestOperator.pod(test.client, test.namespace, "operator-0");
    return TestOperator.start(test.client, TestOperator.config(test.namespace, "operator-0"));
  }

  private void awaitReady(int workers) {
    Await.until(
        () -> describe(cluster.pool(TestPool.NAME)),
        () -> {
          var status = cluster.pool(TestPool.NAME).status();
          return Objects.equals(status.ready(), workers)
              && Objects.equals(status.replicas(), workers)
              && cluster.pods().size() == workers
              && cluster.workers().size() == workers;
        });
  }

  static String describe(WorkerPool pool) {
    return "pool " + pool.spec() + "\n  " + pool.status();
  }

  static Condition condition(WorkerPool pool, String type) {
    return pool.status().conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + type + " in " + pool.status()));
  }

  private List<Event> events() {
    return test.client.events().v1().events().inNamespace(test.namespace).list().getItems();
  }

  @Test
  void a_pool_grows_shrinks_and_then_nothing_is_written() {
    try (var operator = operator()) {
      test.create(2);
      awaitReady(2);
      assertEquals("True", condition(cluster.pool(TestPool.NAME), ConditionTypes.READY).status());

      test.scale(3);
      awaitReady(3);

      test.scale(1);
      awaitReady(1);

      assertTrue(
          events().stream().anyMatch(e -> "WorkerCreated".equals(e.getReason())),
          () -> "events are " + events());
      Await.until("calm", () -> isCalm(operator));
    }
  }

  /** Beside the Lease, which is renewed by PATCH or PUT. */
  private static boolean isCalm(TestOperator operator) {
    double before = operator.writes();
    Await.pass(Duration.ofSeconds(5));
    return operator.writes() == before;
  }
}
