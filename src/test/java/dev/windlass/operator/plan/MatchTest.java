package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatchTest {
  /** What is done to a node that fits, and what is said of it then. */
  record Row(MatchReason reason, UnaryOperator<NodeBuilder> change, String message) {
    @Override
    public String toString() {
      return reason.word() + ": " + message;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            MatchReason.NODE_NOT_READY,
            n -> n.editStatus().editFirstCondition().withStatus("False").endCondition().endStatus(),
            "the node is not Ready, and must be"),
        new Row(
            MatchReason.NODE_NOT_READY,
            n -> n.editStatus().withConditions().endStatus(),
            "the node is not Ready, and must be"),
        new Row(
            MatchReason.CORDONED,
            n -> n.editSpec().withUnschedulable(true).endSpec(),
            "the node is cordoned (spec.unschedulable true), and new pods need false"),
        new Row(
            MatchReason.OS_MISMATCH,
            n -> label(n, Keys.OS, "windows"),
            "os windows is not linux (label kubernetes.io/os)"),
        new Row(
            MatchReason.OS_MISMATCH,
            n -> without(n, Keys.OS),
            "os unknown is not linux (label kubernetes.io/os)"),
        new Row(
            MatchReason.ARCH_MISMATCH,
            n -> label(n, Keys.ARCH, "arm64"),
            "arch arm64 is not amd64 (label kubernetes.io/arch)"),
        new Row(
            MatchReason.TAINTED,
            n -> n.editSpec().withTaints(Given.taint("gpu", "yes", "NoSchedule")).endSpec(),
            "taint gpu=yes:NoSchedule is met by no toleration (podTemplate.spec.tolerations)"),
        new Row(
            MatchReason.TAINTED,
            n -> n.editSpec().withTaints(Given.taint("bad", "", "NoExecute")).endSpec(),
            "taint bad=:NoExecute is met by no toleration (podTemplate.spec.tolerations)"),
        new Row(
            MatchReason.SELECTOR_MISMATCH,
            n -> label(n, "disk", "slow"),
            "label disk=slow does not satisfy nodeSelector disk=fast"),
        new Row(
            MatchReason.SELECTOR_MISMATCH,
            n -> without(n, "rack"),
            "no label rack does not satisfy affinity rack In [r1, r2]"),
        new Row(
            MatchReason.ZONE_UNKNOWN,
            n -> without(n, Keys.ZONE),
            "no label topology.kubernetes.io/zone, and spread.zone Required needs one"),
        new Row(
            MatchReason.HOST_UNKNOWN,
            n -> without(n, Keys.HOSTNAME),
            "no label kubernetes.io/hostname, and a Required spread needs one"),
        new Row(
            MatchReason.CPU_CLOCK_UNKNOWN,
            n -> without(n, "windlass.dev/cpu-mhz"),
            "cpu clock unknown, needs 3500 MHz (no integer in label windlass.dev/cpu-mhz)"),
        new Row(
            MatchReason.CPU_CLOCK_UNKNOWN,
            n -> label(n, "windlass.dev/cpu-mhz", "3.6e3"),
            "cpu clock unknown, needs 3500 MHz (no integer in label windlass.dev/cpu-mhz)"),
        new Row(
            MatchReason.CPU_TOO_SLOW,
            n -> label(n, "windlass.dev/cpu-mhz", "3499"),
            "cpu 3499 MHz < 3500 MHz (label windlass.dev/cpu-mhz)"),
        new Row(
            MatchReason.CPU_TOO_FEW,
            n -> allocatable(n, "cpu", "7999m"),
            "cpu 7999m < 8 (allocatable)"),
        new Row(
            MatchReason.MEMORY_TOO_SMALL,
            n -> allocatable(n, "memory", "16777215Ki"),
            "memory 16777215Ki < 16Gi (allocatable, which is less than installed)"),
        new Row(
            MatchReason.DISK_TOO_SMALL,
            n -> allocatable(n, "ephemeral-storage", "501G"),
            "ephemeral-storage 501G < 502G (allocatable, which is less than installed)"),
        new Row(
            MatchReason.NVME_UNKNOWN,
            n -> without(n, "windlass.dev/nvme-bytes"),
            "nvme unknown, needs 2T (no integer in label windlass.dev/nvme-bytes)"),
        new Row(
            MatchReason.NVME_UNKNOWN,
            n -> without(n, "windlass.dev/nvme-write-mbps"),
            "nvme unknown, needs writes of 5000 MB/s"
                + " (no integer in label windlass.dev/nvme-write-mbps)"),
        new Row(
            MatchReason.NVME_TOO_SMALL,
            n -> label(n, "windlass.dev/nvme-bytes", "1920000000000"),
            "nvme 1920G < 2T (label windlass.dev/nvme-bytes)"),
        new Row(
            MatchReason.NVME_TOO_SLOW,
            n -> label(n, "windlass.dev/nvme-write-mbps", "4999"),
            "nvme write 4999 MB/s < 5000 MB/s (label windlass.dev/nvme-write-mbps)"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void one_thing_missing_is_one_reason_with_both_values(Row row) {
    var match = Match.of(demanding(), NodeFacts.of(row.change.apply(fitting()).build()));

    var rejected = assertInstanceOf(Match.Rejected.class, match);
    assertEquals(List.of(row.reason), rejected.reasons().stream().map(Rejection::reason).toList());
    assertEquals(row.message, rejected.first().message());
  }

  @ParameterizedTest
  @EnumSource(MatchReason.class)
  void every_reason_has_a_row(MatchReason reason) {
    assertTrue(rows().anyMatch(row -> row.reason == reason), reason.word());
  }

  @Test
  void all_reasons_are_kept_in_their_order() {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("bare")
            .endMetadata()
            .withNewSpec()
            .withUnschedulable(true)
            .withTaints(Given.taint("gpu", "yes", "NoSchedule"))
            .endSpec()
            .build();

    var rejected =
        assertInstanceOf(Match.Rejected.class, Match.of(demanding(), NodeFacts.of(node)));

    var reasons = rejected.reasons().stream().map(Rejection::reason).toList();
    assertEquals(reasons.stream().sorted().toList(), reasons);
    assertEquals(
        Arrays.stream(MatchReason.values())
            .filter(
                r ->
                    r != MatchReason.CPU_TOO_SLOW
                        && r != MatchReason.NVME_TOO_SMALL
                        && r != MatchReason.NVME_TOO_SLOW)
            .toList(),
        reasons.stream().distinct().toList());
  }

  @Test
  void slots_are_what_an_empty_node_holds_by_the_scarcest_of_its_resources() {
    assertEquals(new Match.Fits(2), Match.of(demanding(), NodeFacts.of(fitting().build())));
    var bigger = allocatable(allocatable(fitting(), "cpu", "64"), "memory", "1Ti");
    assertEquals(new Match.Fits(3), Match.of(demanding(), NodeFacts.of(bigger.build())));
  }

  @Test
  void exactly_enough_fits() {
    var node = allocatable(fitting(), "cpu", "8");
    node = allocatable(node, "memory", "16Gi");
    node = allocatable(node, "ephemeral-storage", "502G");
    node = label(node, "windlass.dev/cpu-mhz", "3500");

    assertEquals(new Match.Fits(1), Match.of(demanding(), NodeFacts.of(node.build())));
  }

  @Test
  void a_tolerated_taint_and_a_tolerated_cordon_are_no_reasons() {
    var node =
        fitting()
            .editSpec()
            .withUnschedulable(true)
            .withTaints(
                Given.taint("dedicated", "windlass", "NoSchedule"),
                Given.taint("node.kubernetes.io/unschedulable", "", "NoSchedule"),
                Given.taint("soft", "", "PreferNoSchedule"))
            .endSpec();
    var template =
        new PodTemplateSpecBuilder()
            .withNewSpec()
            .addNewToleration()
            .withKey("dedicated")
            .withValue("windlass")
            .endToleration()
            .addNewToleration()
            .withKey("node.kubernetes.io/unschedulable")
            .withOperator("Exists")
            .endToleration()
            .endSpec()
            .build();
    var demand =
        Demand.of(
            Given.small(),
            Given.spread(Spread.NONE, Spread.NONE),
            new Template.Readable(template),
            Keys.ZONE);

    assertInstanceOf(Match.Fits.class, Match.of(demand, NodeFacts.of(node.build())));
  }

  @Test
  void a_node_that_is_not_ready_is_not_also_tainted_for_it() {
    var node =
        fitting()
            .editStatus()
            .withConditions()
            .endStatus()
            .editSpec()
            .withTaints(Given.taint("node.kubernetes.io/not-ready", "", "NoSchedule"))
            .endSpec();

    var rejected =
        assertInstanceOf(Match.Rejected.class, Match.of(demanding(), NodeFacts.of(node.build())));

    assertEquals(List.of(new Rejection.NotReady()), rejected.reasons());
  }

  private static NodeBuilder fitting() {
    return label(label(Given.node("n1"), "disk", "fast"), "rack", "r2");
  }

  private static Demand demanding() {
    var template =
        new PodTemplateSpecBuilder()
            .withNewSpec()
            .addToNodeSelector("disk", "fast")
            .withNewAffinity()
            .withNewNodeAffinity()
            .withNewRequiredDuringSchedulingIgnoredDuringExecution()
            .addNewNodeSelectorTerm()
            .withMatchExpressions(new NodeSelectorRequirement("rack", "In", List.of("r1", "r2")))
            .endNodeSelectorTerm()
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endNodeAffinity()
            .endAffinity()
            .endSpec()
            .build();
    return Demand.of(
        Given.demanding(),
        Given.spread(Spread.REQUIRED, Spread.REQUIRED),
        new Template.Readable(template),
        Keys.ZONE);
  }

  private static NodeBuilder label(NodeBuilder node, String key, String value) {
    return node.editMetadata().addToLabels(key, value).endMetadata();
  }

  private static NodeBuilder without(NodeBuilder node, String key) {
    return node.editMetadata().removeFromLabels(key).endMetadata();
  }

  private static NodeBuilder allocatable(NodeBuilder node, String kind, String amount) {
    return node.editStatus().addToAllocatable(kind, new Quantity(amount)).endStatus();
  }
}
