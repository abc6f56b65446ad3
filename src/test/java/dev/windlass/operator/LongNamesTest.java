package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.Kubectl;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The API server lets an object of ours have a name of 253 characters; a label's value, a host name
 * and a pod's host name have 63. What would fail later is refused at once.
 */
class LongNamesTest {
  private static final int LONGEST_POOL = 52;
  private static final int LONGEST_LABEL = 63;

  private final TestPool test = TestPool.in(ControlPlane.shared());
  private final Kubectl kubectl = new Kubectl(ControlPlane.shared());

  @AfterEach
  void end() {
    test.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          WorkerPool | 52 | {profile: small} | a pool's name is 1 to 52 of a-z, 0-9 and '-', without dots, because its
          HardwareProfile | 63 | {cpu: {vcpu: 1}} | a profile's name is 1 to 63 of a-z, 0-9 and '-', without
          Function | 63 | {source: {oci: {reference: 'r.example/a:1'}}} | a function's name is 1 to 63 of a-z
          """)
  void a_name_is_as_long_as_what_is_made_of_it_can_be(
      String kind, int longest, String spec, String said) {
    for (var name : List.of("a".repeat(longest), "0", "a-0"))
      assertEquals("", create(kind, name, spec).error());
    for (var name : List.of("a".repeat(longest + 1), "a".repeat(253), "a.b")) {
      var refused = create(kind, name, spec);
      assertEquals(1, refused.exit(), name);
      assertTrue(refused.error().contains(said), refused.error());
    }
    var others = List.of("a".repeat(254), "A", "a_b", "-a", "a-");
    for (var name : others) assertEquals(1, create(kind, name, spec).exit(), name);
  }

  /** Where a profile is named rather than defined. */
  @Test
  void a_reference_to_a_name_that_nobody_can_have_is_refused() {
    var name = "a".repeat(LONGEST_LABEL + 1);
    for (var refused :
        List.of(
            create("WorkerPool", "p", "{profile: " + name + "}"),
            create(
                "Function",
                "f",
                "{source: {oci: {reference: 'r.example/a:1'}}, hardware: " + name + "}")))
      assertTrue(refused.error().contains("may not be more than 63 bytes"), refused.error());
  }

  @Test
  void workers_of_the_longest_names_are_made() {
    var profile = "p".repeat(LONGEST_LABEL);
    var hardware = test.hardware(2_000);
    hardware.getMetadata().setName(profile);
    test.client.resource(hardware).create();
    var longest = "q".repeat(LONGEST_POOL);
    test.client.resource(test.of(test.pool(longest, 2, Map.of()), profile)).create();
    try (var _ = test.operator("operator-0")) {
      Await.until("two pods", () -> pods().size() == 2);
      for (var pod : pods()) {
        var name = pod.getMetadata().getName();
        assertEquals(LONGEST_POOL + 6, name.length(), name);
        assertEquals(longest, pod.getMetadata().getLabels().get(ApiNames.POOL_LABEL));
        assertEquals(profile, pod.getMetadata().getLabels().get(ApiNames.PROFILE_LABEL));
        assertEquals(
            profile,
            test.client
                .resources(Worker.class)
                .inNamespace(test.namespace)
                .withName(name)
                .get()
                .getMetadata()
                .getLabels()
                .get(ApiNames.PROFILE_LABEL));
      }
    } finally {
      test.client.resources(WorkerPool.class).inNamespace(test.namespace).delete();
      test.client.resources(HardwareProfile.class).withName(profile).delete();
    }
  }

  private List<Pod> pods() {
    return test.client
        .pods()
        .inNamespace(test.namespace)
        .withLabel(ApiNames.POOL_LABEL)
        .list()
        .getItems();
  }

  /** Only asked: nothing is left. */
  private Kubectl.Ran create(String kind, String name, String spec) {
    return kubectl.run(
        "{apiVersion: windlass.dev/v1alpha1, kind: %s, metadata: {name: '%s'}, spec: %s}"
            .formatted(kind, name, spec),
        "create",
        "--dry-run=server",
        "--namespace=" + test.namespace,
        "-f",
        "-");
  }
}
