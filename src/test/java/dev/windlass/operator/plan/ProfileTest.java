package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileTest {
  /**
   * A profile that is shipped, and what a pod of it says.
   *
   * @param affinity the requirements of its one term
   */
  record Shipped(HardwareProfile profile, Map<String, String> requests, String affinity) {
    @Override
    public String toString() {
      return profile.getMetadata().getName();
    }
  }

  static Stream<Shipped> shipped() {
    return Stream.of(
        new Shipped(
            profile("worker-small", "500m", null, null, null, null, "4G"),
            Map.of("cpu", "500m", "memory", "1Gi", "ephemeral-storage", "6G"),
            "kubernetes.io/os In [linux]"),
        new Shipped(
            profile("worker", "8", null, null, null, null, "500G"),
            Map.of("cpu", "8", "memory", "16Gi", "ephemeral-storage", "502G"),
            "kubernetes.io/os In [linux]"),
        new Shipped(
            profile("head", "2", 3500, null, null, null, "500G"),
            Map.of("cpu", "2", "memory", "4Gi", "ephemeral-storage", "502G"),
            "kubernetes.io/os In [linux], windlass.dev/cpu-mhz Gt [3499]"),
        new Shipped(
            profile("validator", "8", 3500, "8Gi", "2T", 5000, "1600G"),
            Map.of("cpu", "8", "memory", "64Gi", "ephemeral-storage", "1602G"),
            "kubernetes.io/os In [linux], windlass.dev/cpu-mhz Gt [3499],"
                + " windlass.dev/nvme-bytes Gt [1999999999999],"
                + " windlass.dev/nvme-write-mbps Gt [4999]"));
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void a_shipped_profile_becomes_these_requests_and_this_affinity(Shipped row) {
    var pod =
        WorkerPod.of(
                Given.plain(),
                Profile.of(row.profile),
                new Template.Readable(new PodTemplateSpec()),
                Given.SETTINGS)
            .named("edge-1");

    var resources = pod.getSpec().getContainers().getFirst().getResources();
    assertEquals(new TreeMap<>(row.requests), texts(resources.getRequests()));
    assertEquals(texts(resources.getRequests()), texts(resources.getLimits()));
    var terms = Demand.terms(pod.getSpec());
    assertEquals(1, terms.size());
    assertEquals(
        row.affinity,
        terms.getFirst().getMatchExpressions().stream()
            .map(e -> e.getKey() + " " + e.getOperator() + " " + e.getValues())
            .collect(Collectors.joining(", ")));
  }

  /** Two GiB for each vCPU at any size. */
  @ParameterizedTest
  @MethodSource("sizes")
  void memory_is_two_gibibytes_for_each_vcpu(String vcpu, long memoryBytes) {
    var profile = Profile.of(profile("any", vcpu, null, null, null, null, null));

    assertEquals(memoryBytes, profile.memoryBytes());
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of("500m", 1L << 30),
        Arguments.of("1", 2L << 30),
        Arguments.of("1500m", 3L << 30),
        Arguments.of("2", 4L << 30),
        Arguments.of("4", 8L << 30),
        Arguments.of("8", 16L << 30),
        Arguments.of("0.5", 1L << 30));
  }

  @Test
  void units_are_as_they_are_written() {
    var profile = Profile.of(profile("units", "1", null, null, "2Ti", 1, "500G"));

    assertEquals(500_000_000_000L, profile.diskBytes());
    assertEquals(2_199_023_255_552L, profile.nvmeBytes());
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void what_makes_no_sense_is_refused_with_both_values(HardwareProfile profile, String message) {
    var e = assertThrows(IllegalArgumentException.class, () -> Profile.of(profile));

    assertEquals(message, e.getMessage());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            profile("a", "250m", null, null, null, null, null),
            "cpu.vcpu is 250m, expected 500m to 4096 in steps of 500m"),
        Arguments.of(
            profile("a", "9999", null, null, null, null, null),
            "cpu.vcpu is 9999000m, expected 500m to 4096 in steps of 500m"),
        Arguments.of(
            profile("a", "much", null, null, null, null, null),
            "cpu.vcpu is 0m, expected 500m to 4096 in steps of 500m"),
        Arguments.of(
            profile("a", "1", null, "2E", null, null, null),
            "memoryPerVcpu is 2000000000000000000, expected 1 to 1099511627776"),
        Arguments.of(
            profile("a", "1", -1, null, null, null, null),
            "cpu.minMHz is -1, expected 0 to 2147483647"),
        Arguments.of(
            profile("a", "1", null, null, null, 5000, null),
            "nvme.writeMBps is 5000 and nvme.bytes is not set; set both or neither"),
        Arguments.of(
            profile("a", "1", null, null, null, null, "0"),
            "disk is 0, expected 1 to 1000000000000000"),
        Arguments.of(
            profile("x".repeat(64), "1", null, null, null, null, null),
            "the name has 64 characters, expected at most 63"));
  }

  private static Map<String, String> texts(Map<String, Quantity> list) {
    var texts = new TreeMap<String, String>();
    list.forEach((kind, amount) -> texts.put(kind, amount.toString()));
    return texts;
  }

  private static HardwareProfile profile(
      String name,
      String vcpu,
      @Nullable Integer minMHz,
      @Nullable String memoryPerVcpu,
      @Nullable String nvme,
      @Nullable Integer writeMBps,
      @Nullable String disk) {
    var profile = new HardwareProfile();
    profile.setMetadata(new ObjectMetaBuilder().withName(name).build());
    profile.setSpec(
        new HardwareProfileSpec(
            new HardwareProfileSpec.Cpu(new Quantity(vcpu), minMHz),
            quantity(memoryPerVcpu),
            nvme == null && writeMBps == null
                ? null
                : new HardwareProfileSpec.Nvme(quantity(nvme), writeMBps),
            quantity(disk),
            null));
    return profile;
  }

  private static @Nullable Quantity quantity(@Nullable String text) {
    return text == null ? null : new Quantity(text);
  }
}
