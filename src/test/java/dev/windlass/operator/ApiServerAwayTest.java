package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import dev.windlass.function.WasmBytes;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.FunctionSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API server is killed under an operator and comes back. {@code -Daway=PT2M} keeps it away for
 * longer, as {@code make soak} does.
 */
class ApiServerAwayTest {
  private static final Duration AWAY = Duration.parse(System.getProperty("away", "PT12S"));

  /** Eleven watches, each of which tries again and waits longer and longer. */
  private static final int MOST_PER_SECOND = 20;

  /** From the first answer of the API server on; of watches that waited longer and longer. */
  private static final Duration CATCH_UP = Duration.ofSeconds(25);

  private static ControlPlane plane;

  @TempDir Path data;
  private TestPool test;
  private FakeCluster cluster;

  @BeforeAll
  static void begin() {
    plane = ControlPlane.start();
  }

  @AfterAll
  static void over() {
    plane.close();
  }

  @BeforeEach
  void start() {
    test = TestPool.in(plane);
    cluster = new FakeCluster(test.client, test.namespace, test.node);
  }

  @AfterEach
  void end() {
    plane.startApi();
    test.close();
    cluster.close();
  }

  @Test
  void an_operator_waits_calmly_for_the_api_server_and_then_does_what_is_due() throws IOException {
    var functions =
        new FunctionPorts(
            ContentStore.open(data, ContentStore.UNBOUNDED),
            FetchSettings.DEFAULT,
            Optional.empty());
    var config = TestOperator.alone(test.release, "operator-0");
    try (var operator = TestOperator.start(test.client, config, functions)) {
      test.create(2);
      function("before");
      cluster.awaitReady(TestPool.NAME, 2);
      awaitVerified("before");

      int attempts = away(operator);
      var back = Instant.now();
      plane.startApi();
      var victim = cluster.workers().getFirst().getMetadata().getName();
      test.client.pods().inNamespace(test.namespace).withName(victim).delete();
      function("after");
      test.scale(3);

      awaitVerified("after");
      cluster.awaitReady(TestPool.NAME, 3);
      var took = Duration.between(back, Instant.now());
      System.out.printf("away %s: %d attempts; caught up after %s%n", AWAY, attempts, took);
      assertTrue(attempts <= MOST_PER_SECOND * AWAY.toSeconds(), attempts + " attempts in " + AWAY);
      assertTrue(took.compareTo(CATCH_UP) < 0, "caught up after " + took);
      assertFalse(
          cluster.workers().stream().anyMatch(w -> w.getMetadata().getName().equals(victim)));
      assertEquals(List.of(), operator.lost);
    }
  }

  /** The kubelet starts it anew: its successor finds nobody, and waits. */
  @Test
  void a_leader_ends_with_its_lease_and_who_starts_meanwhile_leads_when_there_is_one_again() {
    try (var first = test.operator("operator-0")) {
      test.create(1);
      cluster.awaitReady(TestPool.NAME, 1);
      plane.stopApi();
      Await.until("it gives up", () -> !first.lost.isEmpty());
      assertFalse(first.service.isReady());
      assertEquals(1, first.lost.size());
    }
    var config = TestOperator.config(test.release, "operator-0");
    try (var second = TestOperator.start(test.client, config)) {
      int attempts = away(second);
      assertFalse(second.service.isReady());
      plane.startApi();
      test.scale(2);

      cluster.awaitReady(TestPool.NAME, 2);
      assertTrue(second.service.isLeading());
      assertEquals(List.of(), second.lost);
      assertTrue(attempts <= MOST_PER_SECOND * AWAY.toSeconds(), attempts + " attempts in " + AWAY);
    }
  }

  /** Requests that were begun while nobody could answer. */
  private static int away(TestOperator operator) {
    plane.stopApi();
    int before = operator.recorded.attempts();
    Await.pass(AWAY);
    return operator.recorded.attempts() - before;
  }

  private void function(String name) {
    var module = WasmBytes.tiny().section(0, WasmBytes.body().name(name)).done();
    var inline = new FunctionSpec.Inline(Base64.getEncoder().encodeToString(module));
    test.function(name, new FunctionSpec.Source(inline, null, null, null));
  }

  private void awaitVerified(String name) {
    Await.until(
        name + " is verified",
        () ->
            test.function(name).status().conditions().stream()
                .anyMatch(
                    c -> c.type().equals("ArtifactVerified") && c.status().equals(Condition.TRUE)));
  }
}
