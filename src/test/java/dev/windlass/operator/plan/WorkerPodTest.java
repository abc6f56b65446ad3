package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerPodTest {
  private static final Map<String, Quantity> SMALL =
      Map.of(
          "cpu", new Quantity("100m"),
          "memory", new Quantity("64Mi"),
          "ephemeral-storage", new Quantity("100M"));

  @Test
  void a_pod_has_one_token_and_no_other_credentials() {
    var spec = pod(new PodTemplateSpec()).getSpec();

    assertEquals(false, spec.getAutomountServiceAccountToken());
    assertEquals("windlass-worker", spec.getServiceAccountName());
    var tokens =
        spec.getVolumes().stream()
            .filter(v -> v.getProjected() != null)
            .flatMap(v -> v.getProjected().getSources().stream())
            .map(s -> s.getServiceAccountToken())
            .toList();
    assertEquals(1, tokens.size());
    assertEquals("windlass-registrar", tokens.getFirst().getAudience());
    assertEquals(600, tokens.getFirst().getExpirationSeconds());
  }

  @Test
  void it_is_told_where_everything_is() {
    assertEquals(
        List.of(
            "worker",
            "--head",
            "windlass-heads.windlass.svc:7443",
            "--registrar",
            "windlass-registrar.windlass.svc:7070",
            "--token-file",
            "/var/run/secrets/windlass/token",
            "--roots",
            "/etc/windlass/trust/roots.pem",
            "--data",
            "/data"),
        pod(new PodTemplateSpec()).getSpec().getContainers().getFirst().getArgs());
  }

  @Test
  void it_has_time_to_end_what_it_began_and_is_ready_when_heads_say_so() {
    var spec = pod(new PodTemplateSpec()).getSpec();

    assertEquals(330, spec.getTerminationGracePeriodSeconds());
    assertEquals(
        List.of("windlass.dev/joined"),
        spec.getReadinessGates().stream().map(g -> g.getConditionType()).toList());
  }

  @Test
  void spread_counts_only_nodes_that_the_pod_could_use() {
    var spread = pod(new PodTemplateSpec()).getSpec().getTopologySpreadConstraints();

    assertEquals(
        List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname"),
        spread.stream().map(s -> s.getTopologyKey()).toList());
    for (var constraint : spread) {
      assertEquals("ScheduleAnyway", constraint.getWhenUnsatisfiable());
      assertEquals("Honor", constraint.getNodeTaintsPolicy());
      assertEquals("Honor", constraint.getNodeAffinityPolicy());
    }
  }

  @Test
  void a_claimed_data_volume_has_the_profiles_disk_and_the_node_gives_only_scratch() {
    var spec = pod(claimed("local-nvme")).getSpec();

    var data = spec.getVolumes().getFirst();
    assertEquals("data", data.getName());
    assertEquals(
        new Quantity("4G"),
        data.getEphemeral()
            .getVolumeClaimTemplate()
            .getSpec()
            .getResources()
            .getRequests()
            .get("storage"));
    assertEquals(
        new Quantity("2G"),
        spec.getContainers().getFirst().getResources().getLimits().get("ephemeral-storage"));
  }

  @Test
  void a_revision_follows_from_what_is_in_the_pod_and_from_nothing_else() {
    assertEquals(revision(new PodTemplateSpec()), revision(new PodTemplateSpec()));
    assertNotEquals(revision(new PodTemplateSpec()), revision(sidecar(c -> c)));
  }

  /** With a sidecar that says nothing of security, and one that is nearly allowed. */
  @Test
  void a_namespace_that_enforces_restricted_takes_it_and_it_is_guaranteed() {
    var plane = ControlPlane.shared();
    var namespace = plane.newNamespace();
    var client = plane.client();
    client
        .namespaces()
        .withName(namespace)
        .edit(
            n ->
                new NamespaceBuilder(n)
                    .editMetadata()
                    .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                    .addToLabels("pod-security.kubernetes.io/enforce-version", "latest")
                    .endMetadata()
                    .build());
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("windlass-worker")
                .endMetadata()
                .build())
        .create();
    for (var template : List.of(new PodTemplateSpec(), sidecar(c -> c), claimed("local-nvme"))) {
      assertEquals(List.of(), TemplateCheck.problems(new Template.Readable(template)));
      var pod =
          new PodBuilder(pod(template))
              .editMetadata()
              .withNamespace(namespace)
              .withName("edge-" + revision(template))
              .withOwnerReferences(List.of())
              .endMetadata()
              .build();
      var created = client.resource(pod).create();
      assertEquals("Guaranteed", created.getStatus().getQosClass());
    }
  }

  record Wrong(PoolReason reason, PodTemplateSpec template, String says) {
    @Override
    public String toString() {
      return reason.word() + ": " + says;
    }
  }

  static Stream<Wrong> wrong() {
    return Stream.of(
        new Wrong(
            PoolReason.HOST_PATH,
            spec(
                b ->
                    b.editSpec()
                        .addNewVolume()
                        .withName("x")
                        .withNewHostPath("/", "")
                        .endVolume()
                        .endSpec()),
            "podTemplate: volume x is a hostPath; use emptyDir or ephemeral"),
        new Wrong(
            PoolReason.NODE_NAME,
            spec(b -> b.editSpec().withNodeName("n1").endSpec()),
            "podTemplate: nodeName is n1; use nodeSelector or affinity, the scheduler binds"),
        new Wrong(
            PoolReason.HOST_NAMESPACE,
            spec(b -> b.editSpec().withHostNetwork(true).endSpec()),
            "podTemplate: hostNetwork, hostPID and hostIPC must be false"),
        new Wrong(
            PoolReason.HOST_NAMESPACE,
            spec(b -> b.editSpec().withShareProcessNamespace(true).endSpec()),
            "podTemplate: shareProcessNamespace must be false: other containers would reach the"
                + " worker's token"),
        new Wrong(
            PoolReason.KEYLESS_TOLERATION,
            spec(
                b ->
                    b.editSpec()
                        .addNewToleration()
                        .withOperator("Exists")
                        .endToleration()
                        .endSpec()),
            "podTemplate: a toleration without a key tolerates every taint; name the key"),
        new Wrong(
            PoolReason.EMPTY_SELECTOR_TERM,
            spec(
                b ->
                    b.editSpec()
                        .withNewAffinity()
                        .withNewNodeAffinity()
                        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .addNewNodeSelectorTerm()
                        .endNodeSelectorTerm()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec()),
            "podTemplate: a nodeSelectorTerm without expressions matches no node; remove it"),
        new Wrong(
            PoolReason.DATA_VOLUME_NOT_SUPPORTED,
            spec(
                b ->
                    b.editSpec()
                        .addNewVolume()
                        .withName("data")
                        .withNewPersistentVolumeClaim("mine", false)
                        .endVolume()
                        .endSpec()),
            "podTemplate: volume data must be an emptyDir, or ephemeral with a storageClassName"),
        new Wrong(
            PoolReason.VOLUME_NOT_ALLOWED,
            spec(
                b ->
                    b.editSpec()
                        .addNewVolume()
                        .withName("mine")
                        .withNewProjected()
                        .addNewSource()
                        .withNewServiceAccountToken("windlass-registrar", 600L, "token")
                        .endSource()
                        .endProjected()
                        .endVolume()
                        .endSpec()),
            "podTemplate: volume mine projects a service account token; only the worker gets one"),
        new Wrong(
            PoolReason.NOT_GUARANTEED,
            sidecar(c -> container(c).withResources(null).build()),
            "podTemplate: container side: request of cpu is not set and its limit not set; they"
                + " must be equal, or the pod is not Guaranteed"),
        new Wrong(
            PoolReason.PRIVILEGED,
            sidecar(
                c ->
                    container(c)
                        .withNewSecurityContext()
                        .withPrivileged(true)
                        .endSecurityContext()
                        .build()),
            "podTemplate: container side: privileged and allowPrivilegeEscalation must be false"),
        new Wrong(
            PoolReason.RESERVED_FIELD,
            sidecar(
                c ->
                    container(c)
                        .addNewVolumeMount()
                        .withName("windlass-token")
                        .withMountPath("/token")
                        .endVolumeMount()
                        .build()),
            "podTemplate: container side mounts windlass-token, which is the worker's alone"),
        new Wrong(
            PoolReason.RESERVED_FIELD,
            spec(b -> b.withNewMetadata().addToLabels("windlass.dev/leader", "true").endMetadata()),
            "podTemplate: metadata.labels has windlass.dev/leader; keys of windlass.dev and"
                + " app.kubernetes.io are set by Windlass"),
        new Wrong(
            PoolReason.RESERVED_FIELD,
            spec(
                b ->
                    b.editSpec()
                        .addNewContainer()
                        .withName("worker")
                        .withImage("mine")
                        .endContainer()
                        .endSpec()),
            "podTemplate: container worker: image is set by Windlass; remove it"),
        new Wrong(
            PoolReason.RESERVED_FIELD,
            spec(b -> b.editSpec().withServiceAccountName("admin").endSpec()),
            "podTemplate: serviceAccountName is set by Windlass; remove it"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void what_a_template_may_not_say_is_refused_by_its_name(Wrong row) {
    var problems = TemplateCheck.problems(new Template.Readable(row.template));

    assertTrue(!problems.isEmpty(), "nothing was refused");
    assertEquals(row.reason, problems.getFirst().reason());
    assertEquals(row.says, problems.getFirst().message());
  }

  @Test
  void what_a_template_may_say_is_in_the_pod() {
    var template =
        spec(
            b ->
                b.withNewMetadata()
                    .addToLabels("team", "edge")
                    .endMetadata()
                    .editSpec()
                    .withPriorityClassName("high")
                    .addToNodeSelector("disk", "fast")
                    .addNewContainer()
                    .withName("worker")
                    .addNewEnv()
                    .withName("LEVEL")
                    .withValue("debug")
                    .endEnv()
                    .endContainer()
                    .endSpec());
    assertEquals(List.of(), TemplateCheck.problems(new Template.Readable(template)));

    var pod = pod(template);

    assertEquals("edge", pod.getMetadata().getLabels().get("team"));
    assertEquals("edge", pod.getMetadata().getLabels().get("windlass.dev/pool"));
    assertEquals("high", pod.getSpec().getPriorityClassName());
    assertEquals(Map.of("disk", "fast"), pod.getSpec().getNodeSelector());
    assertEquals(1, pod.getSpec().getContainers().size());
    assertEquals("LEVEL", pod.getSpec().getContainers().getFirst().getEnv().getFirst().getName());
    assertNull(pod.getSpec().getNodeName());
  }

  private static ContainerBuilder container(Container container) {
    return new ContainerBuilder(container);
  }

  private static PodTemplateSpec spec(UnaryOperator<PodTemplateSpecBuilder> change) {
    return change.apply(new PodTemplateSpecBuilder().withNewSpec().endSpec()).build();
  }

  private static PodTemplateSpec sidecar(UnaryOperator<Container> change) {
    var container =
        new ContainerBuilder()
            .withName("side")
            .withImage("registry.example/side:1")
            .withNewResources()
            .withLimits(SMALL)
            .endResources()
            .build();
    return spec(b -> b.editSpec().addToContainers(change.apply(container)).endSpec());
  }

  private static PodTemplateSpec claimed(String storageClass) {
    return spec(
        b ->
            b.editSpec()
                .addNewVolume()
                .withName("data")
                .withNewEphemeral()
                .withNewVolumeClaimTemplate()
                .withNewSpec()
                .withStorageClassName(storageClass)
                .endSpec()
                .endVolumeClaimTemplate()
                .endEphemeral()
                .endVolume()
                .endSpec());
  }

  private static String revision(PodTemplateSpec template) {
    return made(template).revision();
  }

  private static Pod pod(PodTemplateSpec template) {
    return made(template).named("edge-1");
  }

  private static WorkerPod made(PodTemplateSpec template) {
    return WorkerPod.of(
        Given.plain(), Given.small(), new Template.Readable(template), Given.SETTINGS);
  }
}
