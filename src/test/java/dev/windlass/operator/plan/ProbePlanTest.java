package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.plan.NodeReport.Failed;
import dev.windlass.operator.plan.NodeReport.Failure;
import dev.windlass.operator.plan.NodeReport.Measured;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProbePlanTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Map<String, String> LINUX = Map.of("kubernetes.io/os", "linux");
  private static final Map<String, String> BY_HAND =
      Map.of(
          "kubernetes.io/os", "linux",
          "windlass.dev/cpu-mhz", "3500",
          "windlass.dev/nvme-bytes", "2000000000000",
          "windlass.dev/nvme-write-mbps", "5000");
  private static final NodeReport MEASURED =
      new Measured(
          OptionalLong.of(3_500),
          OptionalLong.of(2_000_000_000_000L),
          OptionalLong.of(5_300),
          List.of("device nvme0n1"));

  private static ProbeSettings settings(Toleration... tolerations) {
    return new ProbeSettings(
        "rel",
        "windlass",
        "windlass",
        "registry.example/windlass:1",
        "",
        List.of("regcred"),
        List.of(tolerations),
        Optional.empty(),
        new ResourceRequirements(),
        Optional.empty());
  }

  private static ProbedNode node(String name, String bootId, String probed) {
    return node(name, bootId, probed, true, false, LINUX);
  }

  private static ProbedNode node(
      String name,
      String bootId,
      String probed,
      boolean ready,
      boolean cordoned,
      Map<String, String> labels,
      Taint... taints) {
    return new ProbedNode(
        new NodeFacts(name, bootId, ready, cordoned, List.of(taints), labels, Resources.NONE),
        "uid-of-" + name,
        probed);
  }

  private static Taint taint(String key) {
    return new TaintBuilder().withKey(key).withEffect("NoSchedule").build();
  }

  private static ProbeDecision decide(List<ProbedNode> nodes, List<Pod> pods) {
    return ProbePlan.decide(nodes, pods, Map.of(), settings(), NOW);
  }

  /** Words for what is done, in order. */
  private static List<String> words(ProbeDecision decision) {
    return decision.actions().stream()
        .map(
            a ->
                switch (a) {
                  case ProbeAction.Create(var node, var pod) ->
                      "create " + node.name() + " " + new ProbePod(pod).attempt();
                  case ProbeAction.Delete(_, _, var uid) -> "delete " + uid;
                  case ProbeAction.Label(var node, var labels, _) ->
                      "label " + node.name() + " " + labels.size();
                  case ProbeAction.Warn(var node, _, var reason, _) ->
                      "warn " + node.name() + " " + reason.word();
                })
        .toList();
  }

  private static Pod pod(ProbedNode node, int attempt, Duration age) {
    return new PodBuilder(ProbePod.of(node, attempt, settings()))
        .editMetadata()
        .withUid("pod-" + node.name() + "-" + attempt)
        .withCreationTimestamp(NOW.minus(age).toString())
        .endMetadata()
        .withNewStatus()
        .withPhase("Pending")
        .addNewCondition()
        .withType("PodScheduled")
        .withStatus("False")
        .withMessage("0/1 nodes are available: 1 Insufficient memory")
        .endCondition()
        .endStatus()
        .build();
  }

  private static Pod running(ProbedNode node, int attempt) {
    return new PodBuilder(pod(node, attempt, Duration.ofMinutes(1)))
        .editSpec()
        .withNodeName(node.name())
        .endSpec()
        .editStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }

  private static Pod ended(ProbedNode node, int attempt, Duration ago, String message) {
    return new PodBuilder(running(node, attempt))
        .editStatus()
        .withPhase("Failed")
        .addNewContainerStatus()
        .withName("node-probe")
        .withNewState()
        .withNewTerminated()
        .withExitCode(137)
        .withReason("OOMKilled")
        .withFinishedAt(NOW.minus(ago).toString())
        .withMessage(message)
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static Arguments row(String what, ProbedNode node, boolean probed) {
    return Arguments.of(what, node, probed);
  }

  static Stream<Arguments> nodes() {
    return Stream.of(
        row("no labels, never probed", node("n", "b1", ""), true),
        row("probed in this boot", node("n", "b1", "b1"), false),
        row("another boot since", node("n", "b2", "b1"), true),
        row("all labels by hand", node("n", "b1", "", true, false, BY_HAND), false),
        row(
            "all labels, and another boot since",
            node("n", "b2", "b1", true, false, BY_HAND),
            true),
        row(
            "one label by hand",
            node(
                "n",
                "b1",
                "",
                true,
                false,
                Map.of("kubernetes.io/os", "linux", "windlass.dev/cpu-mhz", "3500")),
            true),
        row("has not said its boot", node("n", "", ""), false),
        row("not ready", node("n", "b1", "", false, false, LINUX), false),
        row("cordoned", node("n", "b1", "", true, true, LINUX), false),
        row(
            "windows",
            node("n", "b1", "", true, false, Map.of("kubernetes.io/os", "windows")),
            false),
        row("tainted", node("n", "b1", "", true, false, LINUX, taint("gpu")), false),
        row(
            "a taint that is tolerated",
            node("n", "b1", "", true, false, LINUX, taint("ours")),
            true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nodes")
  void a_node_is_probed_if(String what, ProbedNode node, boolean probed) {
    var tolerated = new TolerationBuilder().withKey("ours").withOperator("Exists").build();
    var decision = ProbePlan.decide(List.of(node), List.of(), Map.of(), settings(tolerated), NOW);

    assertEquals(probed ? List.of("create n 1") : List.of(), words(decision), what);
    assertEquals(Optional.empty(), decision.lookAgain());
  }

  private static final ProbedNode NEW = node("n", "b1", "");
  private static final ProbedNode DONE = node("n", "b1", "b1");
  private static final String FAILED = new Failed(Failure.VOLUME_TOO_SMALL, "5 % is little").text();
  private static final Duration SECOND = Duration.ofSeconds(1);

  static Stream<Arguments> ends() {
    return Stream.of(
        Arguments.of("runs", NEW, running(NEW, 1), List.of()),
        Arguments.of(
            "measured",
            NEW,
            ended(NEW, 1, SECOND, MEASURED.text()),
            List.of("label n 3", "delete pod-n-1")),
        Arguments.of(
            "measured nothing, so that what the probe said before goes",
            NEW,
            ended(NEW, 1, SECOND, "{\"notes\":[]}"),
            List.of("label n 0", "delete pod-n-1")),
        Arguments.of(
            "measured, and it is said",
            DONE,
            ended(NEW, 1, SECOND, MEASURED.text()),
            List.of("delete pod-n-1")),
        Arguments.of(
            "failed just now",
            NEW,
            ended(NEW, 1, SECOND, FAILED),
            List.of("warn n NodeProbeFailed")),
        Arguments.of(
            "failed a minute ago",
            NEW,
            ended(NEW, 1, Duration.ofSeconds(61), FAILED),
            List.of("warn n NodeProbeFailed", "create n 2", "delete pod-n-1")),
        Arguments.of(
            "failed for the second time a minute ago",
            NEW,
            ended(NEW, 2, Duration.ofSeconds(61), FAILED),
            List.of("warn n NodeProbeFailed")),
        Arguments.of(
            "failed, and an administrator has set the labels since",
            node("n", "b1", "", true, false, BY_HAND),
            ended(NEW, 1, SECOND, FAILED),
            List.of("delete pod-n-1")),
        Arguments.of(
            "killed", NEW, ended(NEW, 1, SECOND, ""), List.of("warn n NodeProbeUnreadable")),
        Arguments.of(
            "babbled", NEW, ended(NEW, 1, SECOND, "<html>"), List.of("warn n NodeProbeUnreadable")),
        Arguments.of(
            "runs, and the node booted",
            node("n", "b2", ""),
            running(NEW, 1),
            List.of("delete pod-n-1", "create n 1")),
        Arguments.of(
            "measured, and the node booted",
            node("n", "b2", ""),
            ended(NEW, 1, SECOND, MEASURED.text()),
            List.of("delete pod-n-1", "create n 1")),
        Arguments.of("waits for room", NEW, pod(NEW, 1, SECOND), List.of()),
        Arguments.of(
            "waits for room for long",
            NEW,
            pod(NEW, 1, Duration.ofMinutes(6)),
            List.of("warn n NodeProbeWaits")),
        Arguments.of(
            "waits, and the node was cordoned",
            node("n", "b1", "", true, true, LINUX),
            pod(NEW, 1, SECOND),
            List.of("delete pod-n-1")),
        Arguments.of(
            "runs, and the node was cordoned",
            node("n", "b1", "", true, true, LINUX),
            running(NEW, 1),
            List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void of_a_pod_that(String what, ProbedNode node, Pod pod, List<String> expected) {
    assertEquals(expected, words(decide(List.of(node), List.of(pod))), what);
  }

  @Test
  void a_report_counts_for_the_node_that_its_pod_ran_on_and_for_no_other() {
    var elsewhere =
        new PodBuilder(ended(NEW, 1, SECOND, MEASURED.text()))
            .editSpec()
            .withNodeName("other")
            .endSpec()
            .build();
    var decision = decide(List.of(NEW), List.of(elsewhere));

    assertEquals(List.of("warn n NodeProbeUnreadable"), words(decision));
    var message = ((ProbeAction.Warn) decision.actions().getFirst()).message();
    assertTrue(message.contains("it ran on other, expected n"), message);
  }

  @Test
  void a_killed_probe_is_told_in_the_kubelets_words() {
    var decision = decide(List.of(NEW), List.of(ended(NEW, 3, SECOND, "")));

    var message = ((ProbeAction.Warn) decision.actions().getFirst()).message();
    assertEquals(
        "no report: OOMKilled, exit code 137 (attempt 3, again after 2026-11-23T12:03:59Z)",
        message);
    assertEquals(Optional.of(Duration.ofSeconds(239)), decision.lookAgain());
  }

  @Test
  void pauses_double_up_to_six_hours() {
    assertEquals(
        List.of("PT1M", "PT2M", "PT4M", "PT8M", "PT4H16M", "PT6H", "PT6H"),
        Stream.of(1, 2, 3, 4, 9, 10, 1_000_000).map(n -> ProbePlan.pause(n).toString()).toList());
  }

  @Test
  void so_many_at_one_time_and_no_more_until_one_has_ended() {
    var nodes = new ArrayList<ProbedNode>();
    for (int i = 0; i < 9; i++) nodes.add(node("n" + i, "b", ""));
    var none = decide(nodes, List.of());
    assertEquals(List.of("create n0 1", "create n1 1", "create n2 1", "create n3 1"), words(none));

    var some = decide(nodes, List.of(running(nodes.get(0), 1), pod(nodes.get(1), 1, SECOND)));
    assertEquals(List.of("create n2 1", "create n3 1"), words(some));
  }

  @Test
  void pods_that_find_no_room_do_not_keep_other_nodes_waiting() {
    var nodes = new ArrayList<ProbedNode>();
    var pods = new ArrayList<Pod>();
    for (int i = 0; i < 5; i++) nodes.add(node("n" + i, "b", ""));
    for (int i = 0; i < 4; i++) pods.add(pod(nodes.get(i), 1, Duration.ofMinutes(6)));

    assertTrue(words(decide(nodes, pods)).contains("create n4 1"));
  }

  @Test
  void who_failed_comes_after_who_was_never_tried() {
    var failed = node("a", "b", "");
    var fresh = new ArrayList<>(List.of(failed));
    for (int i = 0; i < 4; i++) fresh.add(node("n" + i, "b", ""));
    var decision = decide(fresh, List.of(ended(failed, 1, Duration.ofMinutes(5), FAILED)));

    assertEquals(
        List.of(
            "warn a NodeProbeFailed", "create n0 1", "create n1 1", "create n2 1", "create n3 1"),
        words(decision));
  }

  @Test
  void what_was_made_or_refused_a_moment_ago_is_not_made_again() {
    var name = ProbePod.name(NEW, 1, settings());
    var notBefore = Map.of(name, NOW.plusSeconds(30));
    var decision = ProbePlan.decide(List.of(NEW), List.of(), notBefore, settings(), NOW);

    assertEquals(List.of(), words(decision));
    assertEquals(Optional.of(Duration.ofSeconds(30)), decision.lookAgain());
  }

  @Test
  void pods_of_nodes_that_are_gone_and_of_earlier_attempts_go() {
    var gone = node("gone", "b", "");
    var decision =
        decide(
            List.of(NEW),
            List.of(running(gone, 1), ended(NEW, 1, SECOND, FAILED), running(NEW, 2)));

    assertEquals(List.of("delete pod-n-1", "delete pod-gone-1"), words(decision));
  }

  /** Every way of dying between two actions leaves something that the next decision completes. */
  @Test
  void who_dies_after_any_action_is_followed_by_one_that_completes_it() {
    var pods = new HashMap<String, Pod>();
    var node = NEW;
    for (int lives = 0; lives < 20; lives++) {
      var actions = decide(List.of(node), List.copyOf(pods.values())).actions();
      if (actions.isEmpty() && pods.isEmpty()) break;
      for (var action : actions.stream().limit(1).toList()) {
        switch (action) {
          case ProbeAction.Create(var n, var pod) ->
              pods.put(pod.getMetadata().getName(), withUid(ended(n, 1, SECOND, MEASURED.text())));
          case ProbeAction.Delete delete ->
              pods.values().removeIf(p -> p.getMetadata().getUid().equals(delete.uid()));
          case ProbeAction.Label(var n, var labels, _) -> {
            assertEquals("3500", labels.get(ApiNames.CPU_MHZ_LABEL));
            node = node("n", "b1", n.facts().bootId());
          }
          case ProbeAction.Warn warn -> throw new AssertionError(warn);
        }
      }
    }
    assertEquals(Map.of(), pods);
    assertEquals(List.of(), decide(List.of(node), List.of()).actions());
  }

  private static Pod withUid(Pod pod) {
    return new PodBuilder(pod).editMetadata().withUid("uid").endMetadata().build();
  }

  @Test
  void the_pod_is_restricted_bound_to_its_node_by_affinity_and_has_no_token() {
    var tolerated = new TolerationBuilder().withKey("ours").withOperator("Exists").build();
    var pod = ProbePod.of(NEW, 2, settings(tolerated));
    var spec = pod.getSpec();
    var container = spec.getContainers().getFirst();
    var context = container.getSecurityContext();

    assertEquals(null, spec.getNodeName());
    var field =
        spec.getAffinity()
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms()
            .getFirst()
            .getMatchFields()
            .getFirst();
    assertEquals(
        "metadata.name In [n]",
        field.getKey() + " " + field.getOperator() + " " + field.getValues());
    assertEquals(List.of(tolerated), spec.getTolerations());
    assertFalse(spec.getAutomountServiceAccountToken());
    assertEquals("Never", spec.getRestartPolicy());
    assertEquals(ProbePod.DEADLINE_SECONDS, spec.getActiveDeadlineSeconds());
    assertTrue(spec.getSecurityContext().getRunAsNonRoot());
    assertEquals("RuntimeDefault", spec.getSecurityContext().getSeccompProfile().getType());
    assertFalse(context.getAllowPrivilegeEscalation());
    assertTrue(context.getReadOnlyRootFilesystem());
    assertEquals(List.of("ALL"), context.getCapabilities().getDrop());
    assertTrue(spec.getVolumes().stream().allMatch(v -> v.getEmptyDir() != null));
    assertEquals(
        List.of("regcred"), spec.getImagePullSecrets().stream().map(s -> s.getName()).toList());
    assertEquals(
        List.of("node-probe", "--data=/data", "--out=/dev/termination-log", "--share=5"),
        container.getArgs());
  }

  @Test
  void with_a_storage_class_its_volume_is_what_is_measured() {
    UnaryOperator<ProbeSettings> local =
        s ->
            new ProbeSettings(
                s.instance(),
                s.namespace(),
                s.prefix(),
                s.image(),
                s.pullPolicy(),
                s.pullSecrets(),
                s.tolerations(),
                Optional.of("local-nvme"),
                s.resources(),
                s.owner());
    var pod = ProbePod.of(NEW, 1, local.apply(settings()));

    var claim = pod.getSpec().getVolumes().getFirst().getEphemeral().getVolumeClaimTemplate();
    assertEquals("local-nvme", claim.getSpec().getStorageClassName());
    assertEquals("20Gi", claim.getSpec().getResources().getRequests().get("storage").toString());
    assertTrue(pod.getSpec().getContainers().getFirst().getArgs().contains("--share=50"));
  }

  /** A name says node, boot and attempt, so that of two who decide at one time one creates. */
  @Test
  void names_are_the_same_for_whoever_decides_and_others_after_a_boot() {
    var name = ProbePod.of(NEW, 1, settings()).getMetadata().getName();

    assertEquals(name, ProbePod.of(node("n", "b1", "b0"), 1, settings()).getMetadata().getName());
    for (var other : List.of(node("n", "b2", ""), node("m", "b1", "")))
      assertFalse(ProbePod.of(other, 1, settings()).getMetadata().getName().equals(name));
    assertTrue(name.matches("windlass-node-probe-[0-9a-f]{10}-1"), name);
  }
}
