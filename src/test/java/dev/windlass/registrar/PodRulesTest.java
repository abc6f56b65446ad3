package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.Worker;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatusBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One row for each reason for which a pod gets no identity. */
class PodRulesTest {
  private static final Digest ALLOWED = Digest.of("windlass".getBytes());
  private static final Digest OTHER = Digest.of("other".getBytes());
  private static final PodClaims CLAIMS = new PodClaims("prod", "windlass-worker", "edge-1", "u1");
  private static final PodRules RULES = new PodRules(Set.of(ALLOWED));

  static Stream<Arguments> objections() {
    return Stream.of(
        row(
            "uid",
            403,
            "the pod prod/edge-1 has the uid u2, the token is bound to u1",
            p -> p.editMetadata().withUid("u2").endMetadata()),
        row(
            "terminating",
            403,
            "the pod prod/edge-1 is being deleted",
            p -> p.editMetadata().withDeletionTimestamp("2026-11-23T09:00:00Z").endMetadata()),
        row(
            "account",
            403,
            "the pod prod/edge-1 runs as default, the token is of windlass-worker",
            p -> p.editSpec().withServiceAccountName("default").endSpec()),
        row(
            "hostNetwork",
            403,
            "is in a namespace of its node (hostNetwork, hostPID or hostIPC)",
            p -> p.editSpec().withHostNetwork(true).endSpec()),
        row(
            "hostPID",
            403,
            "is in a namespace of its node",
            p -> p.editSpec().withHostPID(true).endSpec()),
        row(
            "hostIPC",
            403,
            "is in a namespace of its node",
            p -> p.editSpec().withHostIPC(true).endSpec()),
        row(
            "ephemeral",
            403,
            "has the ephemeral container debugger",
            p ->
                p.editSpec()
                    .addToEphemeralContainers(
                        new EphemeralContainerBuilder().withName("debugger").build())
                    .endSpec()),
        row(
            "privileged",
            403,
            "has the privileged container worker",
            p ->
                p.editSpec()
                    .editContainer(0)
                    .withNewSecurityContext()
                    .withPrivileged(true)
                    .endSecurityContext()
                    .endContainer()
                    .endSpec()),
        row(
            "privileged init",
            403,
            "has the privileged container prepare",
            p ->
                p.editSpec()
                    .addNewInitContainer()
                    .withName("prepare")
                    .withNewSecurityContext()
                    .withPrivileged(true)
                    .endSecurityContext()
                    .endInitContainer()
                    .endSpec()),
        row(
            "shareProcessNamespace",
            403,
            "the pod prod/edge-1 shares one process namespace between its containers",
            p -> p.editSpec().withShareProcessNamespace(true).endSpec()),
        row(
            "hostPath",
            403,
            "the pod prod/edge-1 mounts /var/lib of its node (hostPath volume state)",
            p ->
                p.editSpec()
                    .addNewVolume()
                    .withName("state")
                    .withNewHostPath()
                    .withPath("/var/lib")
                    .endHostPath()
                    .endVolume()
                    .endSpec()),
        row(
            "capabilities",
            403,
            "adds the capabilities [NET_ADMIN, SYS_PTRACE] in the container worker",
            p ->
                security(
                    p,
                    s ->
                        s.withNewCapabilities()
                            .addToAdd("SYS_PTRACE", "NET_ADMIN")
                            .endCapabilities())),
        row(
            "capabilities of an init container",
            403,
            "adds the capabilities [SYS_ADMIN] in the container prepare",
            p ->
                p.editSpec()
                    .addNewInitContainer()
                    .withName("prepare")
                    .withNewSecurityContext()
                    .withNewCapabilities()
                    .addToAdd("SYS_ADMIN")
                    .endCapabilities()
                    .endSecurityContext()
                    .endInitContainer()
                    .endSpec()),
        row(
            "procMount",
            403,
            "has an unmasked /proc in the container worker",
            p -> security(p, s -> s.withProcMount("Unmasked"))),
        row(
            "pending",
            503,
            "the pod prod/edge-1 is Pending, expected Running",
            p -> p.editStatus().withPhase("Pending").endStatus()),
        row(
            "failed",
            403,
            "the pod prod/edge-1 has ended: Failed",
            p -> p.editStatus().withPhase("Failed").endStatus()),
        row(
            "image",
            403,
            "the image " + OTHER + " in the container worker, allowed are " + ALLOWED,
            p ->
                p.editStatus()
                    .withContainerStatuses(
                        new ContainerStatusBuilder()
                            .withName("worker")
                            .withImageID("r@" + OTHER)
                            .build())
                    .endStatus()),
        row(
            "image of a sidecar",
            403,
            "runs the image " + OTHER + " in the container sidecar",
            p ->
                p.editSpec()
                    .addNewContainer()
                    .withName("sidecar")
                    .endContainer()
                    .endSpec()
                    .editStatus()
                    .addNewContainerStatus()
                    .withName("sidecar")
                    .withImageID("r@" + OTHER)
                    .endContainerStatus()
                    .endStatus()),
        row(
            "image of an init container",
            403,
            "the image " + OTHER + " in the container prepare",
            p ->
                p.editSpec()
                    .addNewInitContainer()
                    .withName("prepare")
                    .endInitContainer()
                    .endSpec()
                    .editStatus()
                    .addNewInitContainerStatus()
                    .withName("prepare")
                    .withImageID("r@" + OTHER)
                    .endInitContainerStatus()
                    .endStatus()),
        row(
            "no image yet",
            503,
            "has no image digest yet for its containers [worker]",
            p -> p.editStatus().withContainerStatuses(List.of()).endStatus()),
        row(
            "image without a digest",
            503,
            "no image digest yet",
            p ->
                p.editStatus()
                    .withContainerStatuses(
                        new ContainerStatusBuilder()
                            .withName("worker")
                            .withImageID("windlass:1")
                            .build())
                    .endStatus()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("objections")
  void a_pod_is_refused_for(String what, int status, String why, UnaryOperator<PodBuilder> change) {
    var pod = change.apply(new PodBuilder(good())).build();
    var refusal = RULES.objection(pod, CLAIMS).orElseThrow();
    assertEquals(status, refusal.status(), refusal.detail());
    assertTrue(refusal.detail().contains(why), refusal.detail());
  }

  @Test
  void a_pod_that_is_as_it_should_be_is_not_refused() {
    assertEquals(Optional.empty(), RULES.objection(good(), CLAIMS));
  }

  /** As the operator and the chart make them. */
  @Test
  void a_restricted_pod_is_not_refused() {
    var pod =
        security(
                new PodBuilder(good()),
                s ->
                    s.withPrivileged(false)
                        .withNewCapabilities()
                        .addToDrop("ALL")
                        .endCapabilities()
                        .withProcMount("Default"))
            .editSpec()
            .withShareProcessNamespace(false)
            .addNewVolume()
            .withName("data")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume()
            .endSpec()
            .build();
    assertEquals(Optional.empty(), RULES.objection(pod, CLAIMS));
  }

  @Test
  void a_pod_that_is_gone_is_refused() {
    assertEquals(
        "the pod prod/edge-1 is gone", RULES.objection(null, CLAIMS).orElseThrow().detail());
  }

  @Test
  void an_empty_list_allows_no_image() {
    var refusal = new PodRules(Set.of()).objection(good(), CLAIMS).orElseThrow();
    assertTrue(refusal.detail().endsWith("allowed are none"), refusal.detail());
  }

  @Test
  void a_workers_pod_has_a_worker_of_the_same_pool() {
    var pod = good();
    assertEquals("there is no Worker prod/edge-1", owner(pod, null));
    var worker = new Worker();
    worker.getMetadata().setName("edge-1");
    assertEquals("the Worker prod/edge-1 belongs to no WorkerPool", owner(pod, worker));
    worker.getMetadata().setOwnerReferences(List.of(ClusterFixture.poolOwner("p1")));
    assertEquals(
        "the pod prod/edge-1 belongs to no WorkerPool, its Worker to the WorkerPool edge",
        owner(pod, worker));
    pod.getMetadata().setOwnerReferences(List.of(ClusterFixture.poolOwner("p2")));
    assertEquals(
        "the pod prod/edge-1 belongs to another WorkerPool, edge, its Worker to the WorkerPool edge",
        owner(pod, worker));
    pod.getMetadata().setOwnerReferences(List.of(ClusterFixture.poolOwner("p1")));
    assertEquals(Optional.empty(), PodRules.ownerObjection(pod, worker));
    worker.getMetadata().setDeletionTimestamp("2026-11-23T09:00:00Z");
    assertEquals("the Worker prod/edge-1 is being deleted", owner(pod, worker));
  }

  @Test
  void a_token_says_whose_it_is_only_when_the_api_server_has_proved_it() {
    assertEquals(new PodClaims.Reviewed.Of(CLAIMS), PodClaims.read(reviewed(s -> s)));
    for (var row :
        List.<Map.Entry<String, UnaryOperator<TokenReviewStatusBuilder>>>of(
            Map.entry(
                "does not believe it: expired",
                s -> s.withAuthenticated(false).withError("expired")),
            Map.entry(
                "its audience is [api], expected windlass-registrar", s -> s.withAudiences("api")),
            Map.entry(
                "not of a service account, but of alice",
                s -> s.editUser().withUsername("alice").endUser()),
            Map.entry("it is not bound to a pod", s -> s.editUser().withExtra(Map.of()).endUser()),
            Map.entry(
                "it is not bound to a pod",
                s ->
                    s.editUser()
                        .addToExtra("authentication.kubernetes.io/pod-uid", List.of("a", "b"))
                        .endUser()),
            Map.entry(
                "it is not bound to a pod",
                s ->
                    s.editUser()
                        .addToExtra("authentication.kubernetes.io/pod-uid", List.of("../../x"))
                        .endUser()))) {
      var why = ((PodClaims.Reviewed.Not) PodClaims.read(reviewed(row.getValue()))).why();
      assertTrue(why.contains(row.getKey()), why);
    }
    assertTrue(PodClaims.read(null) instanceof PodClaims.Reviewed.Not);
  }

  @Test
  void an_identity_that_cannot_be_understood_counts_for_nothing() {
    for (var text : List.of("", "{}", "{\"v\":2}", "[1]", "x".repeat(5000)))
      assertEquals(Optional.empty(), Attested.of(text), text);
    assertEquals(Optional.empty(), Attested.of((String) null));
  }

  private static String owner(Pod pod, Worker worker) {
    return PodRules.ownerObjection(pod, worker).orElseThrow().detail();
  }

  private static TokenReviewStatus reviewed(UnaryOperator<TokenReviewStatusBuilder> change) {
    var good =
        new TokenReviewStatusBuilder()
            .withAuthenticated(true)
            .withAudiences("windlass-registrar")
            .withNewUser()
            .withUsername("system:serviceaccount:prod:windlass-worker")
            .addToExtra("authentication.kubernetes.io/pod-name", List.of("edge-1"))
            .addToExtra("authentication.kubernetes.io/pod-uid", List.of("u1"))
            .endUser();
    return change.apply(good).build();
  }

  /** Of its first container. */
  private static PodBuilder security(PodBuilder pod, UnaryOperator<SecurityContextBuilder> change) {
    return pod.editSpec()
        .editContainer(0)
        .withSecurityContext(change.apply(new SecurityContextBuilder()).build())
        .endContainer()
        .endSpec();
  }

  private static Arguments row(
      String what, int status, String why, UnaryOperator<PodBuilder> change) {
    return Arguments.of(what, status, why, change);
  }

  private static Pod good() {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("prod")
        .withName("edge-1")
        .withUid("u1")
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName("windlass-worker")
        .addNewContainer()
        .withName("worker")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .addNewContainerStatus()
        .withName("worker")
        .withImageID("example.com/windlass@" + ALLOWED)
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
