package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.operator.api.HardwareProfile;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProfileViewTest {
  private static final Instant NOW = Instant.parse("2026-11-23T09:00:00Z");

  @Test
  void a_profile_says_which_nodes_fit_and_why_the_others_do_not() {
    var nodes = new ArrayList<NodeFacts>();
    for (int i = 0; i < 120; i++) nodes.add(node("fit-%03d".formatted(i), "3600"));
    for (int i = 0; i < 15; i++) nodes.add(node("slow-%02d".formatted(i), "3200"));
    nodes.add(node("unknown", "fast"));

    var status = ProfileView.status(profile(), nodes, Keys.ZONE, NOW);

    assertEquals(120, status.matching());
    assertEquals(120 * 32L, status.slots());
    assertEquals(new Quantity("1Gi"), status.memory());
    assertEquals(100, status.nodes().size());
    assertEquals("fit-000", status.nodes().getFirst());
    assertEquals(
        List.of("CpuClockUnknown 1 1", "CpuTooSlow 15 10"),
        status.rejected().stream()
            .map(r -> r.reason() + " " + r.count() + " " + r.examples().size())
            .toList());
    assertEquals(
        "cpu 3200 MHz < 3500 MHz (label windlass.dev/cpu-mhz)",
        status.rejected().getLast().examples().getFirst().message());
    assertEquals("True", status.conditions().getFirst().status());
  }

  @Test
  void the_order_in_which_nodes_are_listed_does_not_matter() {
    var nodes = new ArrayList<NodeFacts>();
    for (int i = 0; i < 40; i++) nodes.add(node("n" + i, i % 3 == 0 ? "3600" : "3200"));
    var first = ProfileView.status(profile(), nodes, Keys.ZONE, NOW);

    Collections.shuffle(nodes, new Random(1));

    assertEquals(first, ProfileView.status(profile(), nodes, Keys.ZONE, NOW));
  }

  @Test
  void what_was_said_before_keeps_its_time() {
    var profile = profile();
    var nodes = List.of(node("n1", "3600"));
    var first = ProfileView.status(profile, nodes, Keys.ZONE, NOW);
    profile.setStatus(first);

    assertEquals(first, ProfileView.status(profile, nodes, Keys.ZONE, NOW.plusSeconds(60)));
  }

  @Test
  void a_profile_that_makes_no_sense_says_so() {
    var status =
        ProfileView.status(
            Given.resource("odd", "250m", null), List.of(node("n1", "3600")), Keys.ZONE, NOW);

    assertEquals("ProfileInvalid", status.conditions().getFirst().reason());
    assertEquals(
        "cpu.vcpu is 250m, expected 500m to 4096 in steps of 500m",
        status.conditions().getFirst().message());
    assertEquals(0, status.matching());
  }

  private static HardwareProfile profile() {
    return Given.resource("fast", "500m", 3500);
  }

  private static NodeFacts node(String name, String mhz) {
    return NodeFacts.of(
        Given.node(name)
            .editMetadata()
            .addToLabels("windlass.dev/cpu-mhz", mhz)
            .endMetadata()
            .build());
  }
}
