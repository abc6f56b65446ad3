package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.plan.ProbeSettings;
import dev.windlass.operator.plan.ProbeValues;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Probes on a real API server, whose rights are exactly those of {@link Rbac}. Its nodes are its
 * own: an operator that probes looks after all nodes of a cluster.
 */
class NodeProbesTest {
  private static final Duration CALM = Duration.ofSeconds(4);
  private static final String MEASURED =
      "{\"mhz\":3500,\"nvmeBytes\":2000398934016,\"nvmeWriteMBps\":5300,"
          + "\"notes\":[\"device nvme0n1\"]}";
  private static final String FAILED =
      "{\"failure\":\"VolumeTooSmall\",\"message\":\"5 % of 100 free bytes are 5\"}";

  private static ControlPlane plane;

  private final KubernetesClient client = plane.client();
  private final String release = plane.newNamespace();
  private final String node = "node-" + release;
  private final FakeKubelet kubelet = new FakeKubelet(client, release, node);

  @BeforeAll
  static void start() {
    plane = ControlPlane.start();
    plane.applyCrds(Path.of("helm/windlass/files/crds"));
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @AfterEach
  void end() {
    client.nodes().delete();
  }

  private void node(Map<String, String> labels) {
    plane.fakeNode(node, "8", "16Gi", labels);
    kubelet.boot("boot-1");
  }

  private TestOperator operator() {
    return operator(settings("{\"limits\":{\"memory\":\"256Mi\"}}"));
  }

  private TestOperator operator(ProbeSettings settings) {
    TestOperator.pod(client, release, "operator-0");
    return TestOperator.start(
        Grants.prober(plane, release), TestOperator.config(release, "operator-0"), settings);
  }

  private ProbeSettings settings(String resources) {
    return new ProbeSettings(
        "windlass",
        release,
        "windlass",
        "registry.local/windlass:1",
        "",
        List.of(),
        ProbeValues.tolerations("[{\"key\":\"ours\",\"operator\":\"Exists\"}]"),
        Optional.empty(),
        ProbeValues.resources(resources),
        Optional.empty());
  }

  private List<Event> events(String reason) {
    return client.events().v1().events().inNamespace("default").list().getItems().stream()
        .filter(e -> reason.equals(e.getReason()))
        .filter(e -> e.getRegarding() != null && node.equals(e.getRegarding().getName()))
        .toList();
  }

  private static long writes(TestOperator operator) {
    return operator.recorded.calls().stream()
        .filter(Recorded.Call::writes)
        .filter(c -> !c.resource().equals("leases"))
        .count();
  }

  @Test
  void a_node_is_probed_once_a_boot_and_in_between_nothing_is_written() {
    node(Map.of());
    try (var operator = operator()) {
      kubelet.runProbe(MEASURED);
      Await.until(
          () -> "labelled: " + kubelet.node(), () -> kubelet.probedBootId().equals("boot-1"));
      Await.until(() -> "it is gone: " + kubelet.probes(), () -> kubelet.probes().isEmpty());
      assertEquals("3500", kubelet.labels().get("windlass.dev/cpu-mhz"));
      assertEquals("2000398934016", kubelet.labels().get("windlass.dev/nvme-bytes"));
      assertEquals("5300", kubelet.labels().get("windlass.dev/nvme-write-mbps"));
      Await.until("it is said", () -> !events("NodeProbed").isEmpty());

      long before = writes(operator);
      for (int i = 0; i < 5; i++) kubelet.beat();
      Await.pass(CALM);
      assertEquals(before, writes(operator), () -> operator.recorded.calls().toString());

      kubelet.boot("boot-2");
      kubelet.runProbe("{\"mhz\":2000,\"notes\":[\"the volume is on sda, no NVMe\"]}");
      Await.until(() -> "again: " + kubelet.node(), () -> kubelet.probedBootId().equals("boot-2"));
      assertEquals("2000", kubelet.labels().get("windlass.dev/cpu-mhz"));
      assertFalse(kubelet.labels().containsKey("windlass.dev/nvme-bytes"), "it knows no more");
      assertEquals(List.of(), operator.recorded.forbidden());
    }
  }

  @Test
  void a_label_by_hand_wins_and_the_event_says_so() {
    node(Map.of("windlass.dev/cpu-mhz", "4200"));
    try (var operator = operator()) {
      kubelet.runProbe(MEASURED);

      Await.until(
          () -> "labelled: " + kubelet.node(), () -> kubelet.probedBootId().equals("boot-1"));
      assertEquals("4200", kubelet.labels().get("windlass.dev/cpu-mhz"));
      assertEquals("5300", kubelet.labels().get("windlass.dev/nvme-write-mbps"));
      Await.until("it is said", () -> !events("NodeProbed").isEmpty());
      var note = events("NodeProbed").getFirst().getNote();
      assertTrue(note.endsWith("set by others and left: windlass.dev/cpu-mhz"), note);
      assertEquals(List.of(), operator.recorded.forbidden());
    }
  }

  @Test
  void a_node_with_all_labels_by_hand_is_left_alone() {
    node(
        Map.of(
            "windlass.dev/cpu-mhz", "4200",
            "windlass.dev/nvme-bytes", "1",
            "windlass.dev/nvme-write-mbps", "1"));
    try (var operator = operator()) {
      Await.until("it reconciles", operator.service::isReady);
      Await.pass(CALM);
      assertEquals(List.of(), kubelet.probes());
    }
  }

  @Test
  void a_probe_that_fails_is_told_and_tried_again_after_its_pause() {
    node(Map.of());
    try (var operator = operator()) {
      var first = kubelet.runProbe(FAILED);
      Await.until("it is said", () -> !events("NodeProbeFailed").isEmpty());
      var note = events("NodeProbeFailed").getFirst().getNote();
      assertTrue(note.startsWith("VolumeTooSmall: 5 % of 100 free bytes are 5 (attempt 1"), note);

      long before = writes(operator);
      Await.pass(CALM);
      assertEquals(before, writes(operator), () -> operator.recorded.calls().toString());
      assertEquals(1, kubelet.probes().size());
      assertFalse(kubelet.labels().containsKey("windlass.dev/cpu-mhz"));

      endedAnHourAgo(first.getMetadata().getName());
      var second = kubelet.awaitProbe();
      assertEquals("2", second.getMetadata().getAnnotations().get("windlass.dev/attempt"));
      Await.until(() -> "the first goes: " + kubelet.probes(), () -> kubelet.probes().size() == 1);
    }
  }

  private void endedAnHourAgo(String pod) {
    var then = Instant.now().minus(Duration.ofHours(1)).toString();
    client
        .pods()
        .inNamespace(release)
        .withName(pod)
        .editStatus(
            p -> {
              p.getStatus()
                  .getContainerStatuses()
                  .getFirst()
                  .getState()
                  .getTerminated()
                  .setFinishedAt(then.substring(0, 19) + "Z");
              return p;
            });
  }

  @Test
  void what_is_no_report_is_refused_and_labels_nothing() {
    node(Map.of());
    try (var _ = operator()) {
      kubelet.runProbe("{\"mhz\":3500,\"notes\":[],\"labels\":{\"node-role\":\"control-plane\"}}");

      Await.until("it is said", () -> !events("NodeProbeUnreadable").isEmpty());
      var note = events("NodeProbeUnreadable").getFirst().getNote();
      assertTrue(note.startsWith("$.labels: unknown member"), note);
      assertFalse(kubelet.labels().containsKey("windlass.dev/cpu-mhz"));
      assertEquals("", kubelet.probedBootId());
    }
  }

  @Test
  void a_pod_that_the_api_server_refuses_is_told_in_its_words_and_not_asked_for_at_once() {
    node(Map.of());
    var wrong = "{\"requests\":{\"memory\":\"2Gi\"},\"limits\":{\"memory\":\"1Gi\"}}";
    try (var operator = operator(settings(wrong))) {
      Await.until("it is said", () -> !events("NodeProbeRefused").isEmpty());
      var note = events("NodeProbeRefused").getFirst().getNote();
      assertTrue(note.contains("must be less than or equal to memory limit"), note);

      long before = writes(operator);
      kubelet.boot("boot-2");
      Await.until("another boot is another pod", () -> writes(operator) > before);
      Await.pass(CALM);
      assertEquals(2, creates(operator), () -> operator.recorded.calls().toString());
    }
  }

  private static long creates(TestOperator operator) {
    return operator.recorded.calls().stream()
        .filter(c -> c.verb().equals("create") && c.resource().equals("pods"))
        .count();
  }

  @Test
  void a_tainted_node_is_not_probed_until_its_taint_goes() {
    node(Map.of());
    taint("theirs");
    try (var operator = operator()) {
      Await.until("it reconciles", operator.service::isReady);
      Await.pass(CALM);
      assertEquals(List.of(), kubelet.probes());

      taint("ours");
      var pod = kubelet.awaitProbe();
      assertEquals("ours", pod.getSpec().getTolerations().getFirst().getKey());
    }
  }

  private void taint(String key) {
    client
        .nodes()
        .withName(node)
        .edit(
            n ->
                new NodeBuilder(n)
                    .editSpec()
                    .withTaints()
                    .addNewTaint()
                    .withKey(key)
                    .withEffect("NoSchedule")
                    .endTaint()
                    .endSpec()
                    .build());
  }

  @Test
  void an_operator_that_starts_again_goes_on_with_the_probes_it_finds() {
    node(Map.of());
    String name;
    try (var _ = operator()) {
      name = kubelet.awaitProbe().getMetadata().getName();
    }
    kubelet.runProbe(MEASURED);
    try (var operator =
        TestOperator.start(
            plane.clientFor(release, "operator"),
            TestOperator.config(release, "operator-0"),
            settings("{}"))) {
      Await.until(
          () -> "labelled: " + kubelet.node(), () -> kubelet.probedBootId().equals("boot-1"));
      assertTrue(name.endsWith("-1"), name);
      assertFalse(
          operator.recorded.calls().stream()
              .anyMatch(c -> c.verb().equals("create") && c.resource().equals("pods")));
    }
  }

  @Test
  void a_node_that_goes_takes_its_probe_along() {
    node(Map.of());
    try (var _ = operator()) {
      kubelet.awaitProbe();
      client.nodes().withName(node).delete();

      Await.until(
          "the pod goes",
          () ->
              client
                  .pods()
                  .inNamespace(release)
                  .withLabel("app.kubernetes.io/component", "node-probe")
                  .list()
                  .getItems()
                  .isEmpty());
    }
  }

  /** 2,000 kubelets that say every ten seconds that nothing has changed. */
  @Test
  void what_a_kubelet_repeats_reconciles_no_pool_and_no_profile() {
    var test = TestPool.in(plane);
    node(Map.of());
    test.create(0);
    try (var operator = TestOperator.start(client, TestOperator.config(release, "operator-0"))) {
      Await.until("the pool is reconciled", () -> reconciles(operator, "WorkerPool") > 0);
      Await.until("it is calm", () -> isCalm(operator));
      double pools = reconciles(operator, "WorkerPool");
      double profiles = reconciles(operator, "HardwareProfile");
      long calls = operator.recorded.calls().size();

      for (int i = 0; i < 20; i++) kubelet.beat();
      Await.pass(CALM);

      assertEquals(pools, reconciles(operator, "WorkerPool"));
      assertEquals(profiles, reconciles(operator, "HardwareProfile"));
      assertEquals(
          List.of(),
          operator.recorded.calls().stream()
              .skip(calls)
              .filter(c -> !c.resource().equals("leases"))
              .toList());

      client.nodes().withName(node).edit(n -> labelled(n));
      Await.until("what matters does", () -> reconciles(operator, "WorkerPool") > pools);
    } finally {
      test.close();
    }
  }

  private static Node labelled(Node node) {
    return new NodeBuilder(node)
        .editMetadata()
        .addToLabels("windlass.dev/cpu-mhz", "1")
        .endMetadata()
        .build();
  }

  private static boolean isCalm(TestOperator operator) {
    double before = reconciles(operator, "WorkerPool") + reconciles(operator, "HardwareProfile");
    Await.pass(CALM);
    return before == reconciles(operator, "WorkerPool") + reconciles(operator, "HardwareProfile");
  }

  private static double reconciles(TestOperator operator, String kind) {
    return operator
        .registry
        .find("windlass.operator.reconciles")
        .tag("kind", kind)
        .counters()
        .stream()
        .mapToDouble(Counter::count)
        .sum();
  }
}
