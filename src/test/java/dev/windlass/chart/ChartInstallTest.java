package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.kube.ControlPlane;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Helm against a real API server, from the first installation to the last: one life, told in order.
 * There is no kubelet, so pods do not start, and nobody waits for them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChartInstallTest {
  private static final String NAMESPACE =
      """
      apiVersion: v1
      kind: Namespace
      metadata:
        name: %s
        labels:
          pod-security.kubernetes.io/enforce: restricted
          pod-security.kubernetes.io/warn: restricted
      """;

  /** What other projects bring, with a schema that takes anything. */
  private static final List<String> OTHERS =
      List.of(
          "monitoring.coreos.com/v1 PodMonitor podmonitors",
          "monitoring.coreos.com/v1 PrometheusRule prometheusrules",
          "gateway.networking.k8s.io/v1 HTTPRoute httproutes");

  private static final Path EXAMPLE = Path.of("examples/hello.yaml");

  private static final String FUNCTION =
      """
      apiVersion: windlass.dev/v1alpha1
      kind: Function
      metadata: {name: kept, namespace: windlass}
      spec:
        source: {inline: {module: AGFzbQEAAAA=}}
      """;

  @TempDir static Path old;

  private static ControlPlane plane;

  @BeforeAll
  static void start() throws IOException {
    plane = ControlPlane.start().withSchedulerAndControllers(); // they aggregate roles
    for (var name : List.of("windlass", "demo"))
      kubectl("apply", "-f", "-").reading(NAMESPACE.formatted(name)).out();
    for (var other : OTHERS) kubectl("apply", "-f", "-").reading(crd(other)).out();
    for (var other : OTHERS)
      kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd/" + crdName(other))
          .out();
    copyWithOlderFunctions();
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  /** Every object in its strict schema, and every pod under Pod Security restricted. */
  @ParameterizedTest
  @Order(1)
  @ValueSource(strings = {"{}", "everything"})
  void the_api_server_takes_every_object_without_a_warning(String which) {
    plane.applyCrds(Chart.DIRECTORY.resolve("files/crds"));
    plane.clientFor("windlass", "default").close(); // and the account is there
    var values = which.equals("everything") ? Chart.read(Chart.EVERYTHING) : which;

    var run =
        Command.of("kubectl", "--kubeconfig=" + plane.kubeconfigFile(), "apply", "-f", "-")
            .with("--server-side", "--force-conflicts", "--dry-run=server")
            .with("--validate=strict", "--warnings-as-errors")
            .reading(Chart.text("windlass", "windlass", values))
            .run();

    assertEquals("", run.err());
    assertEquals(0, run.exit());
    assertEquals(Chart.render(values).objects().size(), run.out().lines().count());
  }

  /** CRDs and objects of them in one command, on a cluster that has never heard of them. */
  @Test
  @Order(2)
  void one_command_installs_an_older_chart() {
    for (var crd : Chart.render("{}").all("CustomResourceDefinition"))
      kubectl("delete", "--ignore-not-found", "crd", Rendering.name(crd)).out();

    helm("install", old.toString());

    kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd/functions.windlass.dev")
        .out();
    assertEquals(
        "head validator worker worker-small",
        kubectl("get", "hwp", "-o", "jsonpath={.items[*].metadata.name}").out());
    kubectl("apply", "-f", "-").reading(FUNCTION).out();
    var refused = kubectl("patch", "fn/kept", "--type=merge", "-p", withArguments()).run();
    assertTrue(refused.exit() != 0 || !arguments().equals("a"), "the old CRD knows no args");
  }

  /** The older CRD did not know the field; after the upgrade the same object takes it. */
  @Test
  @Order(3)
  void an_upgrade_upgrades_the_crds_under_the_objects_of_users() {
    kubectl("patch", "hwp/worker-small", "--type=merge", "-p", "{\"spec\":{\"disk\":\"9G\"}}")
        .out();

    helm("upgrade", Chart.DIRECTORY.toString());
    kubectl("patch", "fn/kept", "--type=merge", "-p", withArguments()).out();

    assertEquals("a", arguments());
    assertEquals(
        "9G", kubectl("get", "hwp/worker-small", "-o", "jsonpath={.spec.disk}").out(), "theirs");
  }

  @Test
  @Order(4)
  void an_uninstall_leaves_what_users_made() {
    Command.of("helm", "uninstall", "windlass", "--namespace=windlass")
        .with("--kubeconfig=" + plane.kubeconfigFile())
        .out();

    var left = "app.kubernetes.io/name=windlass";
    assertEquals("", kubectl("get", "deploy,sts,svc,netpol,sa", "-l", left, "-o", "name").out());
    assertEquals("a", arguments());
    assertFalse(kubectl("get", "hwp/worker-small", "-o", "name").out().isBlank());
  }

  @Test
  @Order(5)
  void and_it_is_installed_again_over_what_is_left() {
    helm("install", Chart.DIRECTORY.toString());

    assertEquals("a", arguments());
    assertEquals(
        "2", kubectl("get", "deploy/windlass-head", "-o", "jsonpath={.spec.replicas}").out());
  }

  /** What the notes after an installation tell people to do. */
  @Test
  @Order(6)
  void the_example_of_the_notes_is_taken_and_holds_the_module_it_names() throws Refusal {
    var said = kubectl("apply", "-f", EXAMPLE.toString(), "--validate=strict").run();

    assertEquals("", said.err());
    var function = Chart.objects(Chart.read(EXAMPLE)).getLast();
    var module = Base64.getDecoder().decode(function.at("/spec/source/inline/module").asText());
    assertArrayEquals(Wat.assemble(Chart.read(Path.of("examples/hello.wat"))), module);
    assertTrue(Chart.read(Chart.DIRECTORY.resolve("templates/NOTES.txt")).contains(" " + EXAMPLE));
  }

  /** What the aggregated roles give to those who have a namespace, and no more. */
  @ParameterizedTest
  @Order(7)
  @ValueSource(
      strings = {
        "view get functions yes",
        "view create functions no",
        "view get workers yes",
        "edit create functions yes",
        "edit patch workerpools yes",
        "edit update workerpools/scale yes",
        "edit delete workers no",
        "edit create disputes no",
        "admin create disputes yes",
        "admin delete workers yes",
        "admin patch workers no",
        "admin create hardwareprofiles no"
      })
  void users_may_do_with_our_kinds_what_their_role_says(String row) {
    var words = row.split(" ");
    var user = "user-" + words[0];
    kubectl("create", "rolebinding", user, "--clusterrole=" + words[0], "--user=" + user).run();
    awaitAggregation(words[0]);

    var resource = words[2].split("/");
    var question =
        kubectl("auth", "can-i", words[1], resource[0] + ".windlass.dev", "--as=" + user);
    var run =
        (resource.length > 1 ? question.with("--subresource=" + resource[1]) : question).run();

    assertEquals(words[3], run.out().strip(), run.err());
  }

  /** The controller-manager adds our rules to the cluster's roles in its own time. */
  private static void awaitAggregation(String role) {
    kubectl("get", "clusterrole", "windlass-windlass-" + role).out();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!kubectl("get", "clusterrole", role, "-o", "yaml").out().contains("windlass.dev"))
      assertTrue(System.nanoTime() < end, role + " has none of our rules after a minute");
  }

  private static String arguments() {
    return kubectl("get", "fn/kept", "-o", "jsonpath={.spec.args[*]}").out();
  }

  private static String withArguments() {
    return "{\"spec\":{\"args\":[\"a\"]}}";
  }

  private static void helm(String verb, String chart) {
    Command.of("helm", verb, "windlass", chart, "--namespace=windlass")
        .with("--kubeconfig=" + plane.kubeconfigFile(), "--set=readinessCheck.enabled=false")
        .out();
  }

  private static Command kubectl(String... arguments) {
    return Command.of("kubectl", "--kubeconfig=" + plane.kubeconfigFile(), "-n", "windlass")
        .with(arguments);
  }

  /** The chart as it would be had Function no {@code args}. */
  private static void copyWithOlderFunctions() throws IOException {
    try (var files = Files.walk(Chart.DIRECTORY)) {
      for (var file : files.toList()) {
        var copy = old.resolve(Chart.DIRECTORY.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(copy);
        else Files.copy(file, copy);
      }
    }
    var path = old.resolve("files/crds/functions.windlass.dev.yaml");
    var crd = Chart.yaml(path);
    var spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    var properties = (ObjectNode) crd.at(spec + "/properties");
    assertTrue(properties.has("args"), () -> "Function has no args: " + properties);
    properties.remove("args");
    ((ObjectNode) crd.at(spec)).remove("x-kubernetes-validations");
    ((ObjectNode) crd.at("/spec/versions/0/schema/openAPIV3Schema"))
        .remove("x-kubernetes-validations");
    Files.writeString(path, crd.toString());
  }

  private static String crdName(String other) {
    var words = other.split("[/ ]");
    return words[3] + "." + words[0];
  }

  private static String crd(String other) {
    var words = other.split("[/ ]");
    return """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: %s
          annotations: {api-approved.kubernetes.io: "unapproved, for a test"}
        spec:
          group: %s
          scope: Namespaced
          names: {kind: %s, plural: %s, singular: %s}
          versions:
            - name: %s
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
        .formatted(
            crdName(other),
            words[0],
            words[2],
            words[3],
            words[2].toLowerCase(Locale.ROOT),
            words[1]);
  }
}
