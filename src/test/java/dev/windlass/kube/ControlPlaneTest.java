package dev.windlass.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other tests rely on when they say {@code ControlPlane.shared()}. */
class ControlPlaneTest {
  private final ControlPlane plane = ControlPlane.shared();

  @Test
  void it_is_the_pinned_kubernetes() throws IOException {
    var version = plane.client().getKubernetesVersion();
    assertEquals("v" + Assets.version(), version.getGitVersion());
  }

  @Test
  void server_side_apply_is_the_real_one() {
    var namespace = plane.newNamespace();
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("facts")
            .withNamespace(namespace)
            .endMetadata()
            .addToData("a", "1")
            .build();
    plane.client().resource(map).fieldManager("one").serverSideApply();
    var other = new ConfigMapBuilder(map).withData(Map.of("a", "2")).build();
    var conflict =
        assertThrows(
            KubernetesClientException.class,
            () -> plane.client().resource(other).fieldManager("two").serverSideApply());
    assertEquals(409, conflict.getCode());
  }

  @Test
  void a_service_account_may_do_what_a_role_says_and_no_more() {
    var namespace = plane.newNamespace();
    try (var account = plane.clientFor(namespace, "reader")) {
      var refused =
          assertThrows(
              KubernetesClientException.class,
              () -> account.configMaps().inNamespace(namespace).list());
      assertEquals(403, refused.getCode());
      plane
          .client()
          .resource(
              new RoleBuilder()
                  .withNewMetadata()
                  .withName("reader")
                  .withNamespace(namespace)
                  .endMetadata()
                  .addNewRule()
                  .withApiGroups("")
                  .withResources("configmaps")
                  .withVerbs("list")
                  .endRule()
                  .build())
          .create();
      plane
          .client()
          .resource(
              new RoleBindingBuilder()
                  .withNewMetadata()
                  .withName("reader")
                  .withNamespace(namespace)
                  .endMetadata()
                  .withNewRoleRef("rbac.authorization.k8s.io", "Role", "reader")
                  .addNewSubject()
                  .withKind("ServiceAccount")
                  .withName("reader")
                  .withNamespace(namespace)
                  .endSubject()
                  .build())
          .create();
      ControlPlane.await(
          "the binding",
          () -> {
            try {
              return account.configMaps().inNamespace(namespace).list() != null;
            } catch (KubernetesClientException e) {
              return false;
            }
          });
    }
  }

  @Test
  void a_token_is_good_for_its_audience_alone() {
    var namespace = plane.newNamespace();
    var token = plane.tokenFor(namespace, "default", List.of("windlass-registrar"));
    assertTrue(review(token, "windlass-registrar"));
    assertFalse(review(token, "somebody-else"));
  }

  private boolean review(String token, String audience) {
    var review =
        new TokenReviewBuilder()
            .withNewSpec()
            .withToken(token)
            .withAudiences(audience)
            .endSpec()
            .build();
    var answer = plane.client().tokenReviews().create(review).getStatus();
    return Boolean.TRUE.equals(answer.getAuthenticated());
  }

  @Test
  void the_scheduler_puts_pods_on_nodes_that_have_no_kubelet() {
    try (var own = ControlPlane.start().withSchedulerAndControllers()) {
      var namespace = own.newNamespace();
      own.fakeNode(namespace + "-slow", "8", "16Gi", Map.of(namespace, "3000"));
      own.fakeNode(namespace + "-fast", "8", "16Gi", Map.of(namespace, "3600"));
      var pod =
          new PodBuilder()
              .withNewMetadata()
              .withName("p")
              .withNamespace(namespace)
              .endMetadata()
              .withNewSpec()
              .withNewAffinity()
              .withNewNodeAffinity()
              .withNewRequiredDuringSchedulingIgnoredDuringExecution()
              .addNewNodeSelectorTerm()
              .addToMatchExpressions(new NodeSelectorRequirement(namespace, "Gt", List.of("3499")))
              .endNodeSelectorTerm()
              .endRequiredDuringSchedulingIgnoredDuringExecution()
              .endNodeAffinity()
              .endAffinity()
              .addNewContainer()
              .withName("c")
              .withImage("none.invalid/none")
              .endContainer()
              .endSpec()
              .build();
      own.client().resource(pod).create();
      var placed = own.client().pods().inNamespace(namespace).withName("p");
      Pod bound = placed.waitUntilCondition(ControlPlaneTest::isBound, 30, TimeUnit.SECONDS);
      assertEquals(namespace + "-fast", bound.getSpec().getNodeName());
    }
  }

  @Test
  void nobody_starts_controllers_where_others_make_objects_without_owners() {
    assertThrows(IllegalStateException.class, plane::withSchedulerAndControllers);
  }

  private static boolean isBound(Pod pod) {
    return pod != null && pod.getSpec().getNodeName() != null;
  }

  @Test
  void the_api_goes_away_and_comes_back_with_what_it_knew() {
    try (var own = ControlPlane.start()) {
      var namespace = own.newNamespace();
      own.stopApi();
      assertThrows(
          KubernetesClientException.class,
          () -> {
            try (var client = own.clientWith("unknown")) {
              client.namespaces().withName(namespace).get();
            }
          });
      own.startApi();
      assertEquals(
          namespace, own.client().namespaces().withName(namespace).get().getMetadata().getName());
      assertNotEquals(own.url(), plane.url());
    }
  }

  @Test
  void a_jvm_that_is_killed_leaves_no_server_and_no_file_behind(@TempDir Path temp)
      throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var said = temp.resolve("said");
    var child =
        new ProcessBuilder(
                java, "-cp", System.getProperty("java.class.path"), Victim.class.getName())
            .redirectError(temp.resolve("errors").toFile())
            .redirectOutput(said.toFile())
            .start();
    ControlPlane.await("the other JVM", () -> !child.isAlive() || !text(said).isEmpty());
    assertTrue(child.isAlive(), text(temp.resolve("errors")));
    var directory = Path.of(text(said).strip());
    assertTrue(Files.exists(directory));
    var servers = serversIn(directory);
    assertEquals(2, servers.size(), servers.toString());
    child.destroyForcibly().waitFor();
    ControlPlane.await(
        "the end of its servers",
        () -> servers.stream().noneMatch(ProcessHandle::isAlive) && !Files.exists(directory));
  }

  private static List<ProcessHandle> serversIn(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(
            p -> {
              var line = text(Path.of("/proc", Long.toString(p.pid()), "cmdline"));
              return line.contains(directory.toString()) && !line.startsWith("sh\0");
            })
        .toList();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /** Starts a control plane, says where, and waits to be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String... args) throws InterruptedException {
      System.out.println(ControlPlane.start().kubeconfigFile().getParent());
      Thread.currentThread().join();
    }
  }
}
