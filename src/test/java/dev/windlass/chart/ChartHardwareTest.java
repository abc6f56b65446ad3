package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.Pool;
import dev.windlass.operator.plan.Profile;
import dev.windlass.operator.plan.Template;
import dev.windlass.operator.plan.WorkerPod;
import dev.windlass.operator.plan.WorkerSettings;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head or witness with a profile asks the cluster for the same as a worker with that profile. */
class ChartHardwareTest {
  private static final WorkerSettings SETTINGS =
      new WorkerSettings(
          "windlass", "windlass", "image", "", "heads:1", "registrar:1", "trust", "", "zone");

  private static final String TERMS =
      """
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms:
            - matchExpressions: [{key: pool, operator: In, values: [a]}]
              matchFields: [{key: metadata.name, operator: In, values: [n]}]
            - matchExpressions: [{key: pool, operator: In, values: [b]}]
        preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 5, preference: {matchExpressions: [{key: rack, operator: Exists}]}}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{cpu: {vcpu: '2', minMHz: 3500}, memoryPerVcpu: 2Gi, disk: 500G}",
        "{cpu: {vcpu: 500m}}",
        "{cpu: {vcpu: 1500m}, memoryPerVcpu: 3G, disk: 4G, arch: arm64}",
        "{cpu: {vcpu: 8, minMHz: 3500}, memoryPerVcpu: 8Gi, disk: 1600G,"
            + " nvme: {bytes: 2T, writeMBps: 5000}}",
        "{cpu: {vcpu: 500m}, memoryPerVcpu: '1000000001', disk: 1Ti, nvme: {bytes: 1Ti}}",
      })
  void a_head_asks_for_what_a_worker_of_its_profile_asks_for(String profile) {
    var wanted = worker(profile, "{}", true);
    var values = (ObjectNode) Chart.objects(profile).getFirst();
    // null takes a default of the chart's own profile away
    for (var absent : List.of("memoryPerVcpu", "disk"))
      if (!values.has(absent)) values.putNull(absent);
    if (!values.path("cpu").has("minMHz")) ((ObjectNode) values.path("cpu")).putNull("minMHz");
    var head =
        Chart.render("head: {hardware: {enabled: true, profile: " + values + "}}").podsOf("head");

    assertEquals(amounts(wanted), amounts(spec(head.spec())));
    assertEquals(wanted.getAffinity(), spec(head.spec()).getAffinity());
    assertEquals(
        bytes(wanted, "data"), bytes(spec(head.spec()), "data"), "size of the data volume");
  }

  @Test
  void the_witnesses_of_the_annex_are_validators_on_a_volume_of_their_own() {
    var profile = Chart.yaml(Chart.DIRECTORY.resolve("files/profiles/validator.yaml")).path("spec");
    var wanted = worker(profile.toString(), "{}", false);
    var rendering = Chart.render("witness: {hardware: {enabled: true}}");

    assertEquals(amounts(wanted), amounts(spec(rendering.podsOf("witness").spec())));
    assertEquals(wanted.getAffinity(), spec(rendering.podsOf("witness").spec()).getAffinity());
    assertEquals(
        "1600G",
        rendering
            .one("StatefulSet", "windlass-witness")
            .at("/spec/volumeClaimTemplates/0/spec/resources/requests/storage")
            .asText());
  }

  @Test
  void terms_of_the_user_hold_in_each_of_ours() {
    var profile = "{cpu: {vcpu: '2', minMHz: 3500}, memoryPerVcpu: 2Gi, disk: 500G}";
    var affinity = Chart.objects(TERMS).getFirst();
    var wanted = worker(profile, affinity.toString(), true).getAffinity();
    var values = "head: {hardware: {enabled: true}, affinity: " + affinity + "}";

    Affinity head = spec(Chart.render(values).podsOf("head").spec()).getAffinity();
    assertEquals(wanted, head);
  }

  @Test
  void the_profiles_of_the_chart_are_those_of_the_annex() {
    assertEquals(
        Map.of(
            "worker-small", "500m 1073741824 4000000000 0 0 0",
            "worker", "8000m 17179869184 500000000000 0 0 0",
            "head", "2000m 4294967296 500000000000 3500 0 0",
            "validator", "8000m 68719476736 1600000000000 3500 2000000000000 5000"),
        profiles());
    var values = Chart.yaml(Chart.DIRECTORY.resolve("values.yaml"));
    for (var e : Map.of("head", "head", "witness", "validator").entrySet())
      assertEquals(
          Chart.yaml(Chart.DIRECTORY.resolve("files/profiles/" + e.getValue() + ".yaml"))
              .path("spec"),
          values.at("/" + e.getKey() + "/hardware/profile"));
  }

  private static Map<String, String> profiles() {
    var found = new TreeMap<String, String>();
    for (var object : Chart.render("{}").all("HardwareProfile")) {
      var p = profile(object.path("spec").toString());
      found.put(
          Rendering.name(object),
          "%dm %d %d %d %d %d"
              .formatted(
                  p.vcpuMilli(),
                  p.memoryBytes(),
                  p.diskBytes(),
                  p.minMHz(),
                  p.nvmeBytes(),
                  p.nvmeWriteMBps()));
    }
    return found;
  }

  private static Profile profile(String spec) {
    var text =
        "{apiVersion: windlass.dev/v1alpha1, kind: HardwareProfile, metadata: {name: p}, spec: "
            + spec
            + "}";
    return Profile.of(Serialization.unmarshal(json(text), HardwareProfile.class));
  }

  /**
   * @param local whether its data lie on the node's own disk
   */
  private static PodSpec worker(String profile, String affinity, boolean local) {
    var pool =
        Serialization.unmarshal(
            json(
                "{apiVersion: windlass.dev/v1alpha1, kind: WorkerPool,"
                    + " metadata: {name: w, namespace: n, uid: u, generation: 1}, spec: {profile: p}}"),
            WorkerPool.class);
    var volumes = local ? "[]" : "[{name: data, ephemeral: {volumeClaimTemplate: {spec: {}}}}]";
    var template =
        Serialization.unmarshal(
            json("{spec: {affinity: " + affinity + ", volumes: " + volumes + "}}"),
            PodTemplateSpec.class);
    return WorkerPod.of(Pool.of(pool), profile(profile), new Template.Readable(template), SETTINGS)
        .named("w")
        .getSpec();
  }

  private static String json(String yaml) {
    return Chart.objects(yaml).getFirst().toString();
  }

  private static PodSpec spec(JsonNode node) {
    return Serialization.unmarshal(node.toString(), PodSpec.class);
  }

  private static Map<String, BigDecimal> amounts(PodSpec spec) {
    ResourceRequirements resources = spec.getContainers().getFirst().getResources();
    assertEquals(resources.getRequests(), resources.getLimits(), "Guaranteed");
    var amounts = new TreeMap<String, BigDecimal>();
    resources
        .getRequests()
        .forEach((name, q) -> amounts.put(name, q.getNumericalAmount().stripTrailingZeros()));
    return amounts;
  }

  private static BigDecimal bytes(PodSpec spec, String volume) {
    return spec.getVolumes().stream()
        .filter(v -> v.getName().equals(volume))
        .findFirst()
        .orElseThrow()
        .getEmptyDir()
        .getSizeLimit()
        .getNumericalAmount()
        .stripTrailingZeros();
  }
}
