package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.Kubectl;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileStatus;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster whose CRDs are older than the operator, and what its objects become when the CRDs are
 * upgraded. CRDs belong to a whole cluster, so each test has a control plane of its own.
 */
class CrdUpgradeTest {
  private static final Path NOW = Path.of("helm/windlass/files/crds");

  /** What the version before 0.1 would not have known: fields, by CRD. */
  private static final Map<String, List<String>> UNKNOWN =
      Map.of(
          "functions.windlass.dev",
              List.of("spec.retry", "status.manifest", "status.resolvedGeneration"),
          "hardwareprofiles.windlass.dev", List.of("status.slots", "status.memory"),
          "workerpools.windlass.dev", List.of("spec.shared", "status.allocated"),
          "workers.windlass.dev", List.of("status.load", "status.identity.restarts"));

  /** And columns. */
  private static final Map<String, String> WITHOUT_COLUMN =
      Map.of("workerpools.windlass.dev", "USED", "workers.windlass.dev", "CREDIBILITY");

  @TempDir Path older;

  private ControlPlane plane;
  private KubernetesClient client;
  private Kubectl kubectl;
  private String namespace;

  @BeforeEach
  void an_older_cluster() throws IOException {
    plane = ControlPlane.start();
    client = plane.client();
    kubectl = new Kubectl(plane);
    previous(Path.of("src/test/golden/crds/v0.1"), older);
    plane.applyCrds(older);
    namespace = plane.newNamespace();
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  @Test
  void objects_of_the_previous_version_are_read_kept_and_updated() {
    create("HardwareProfile", "small", "spec: {cpu: {vcpu: 500m}, disk: 4G}");
    create(
        "WorkerPool", "edge", "spec: {profile: small, replicas: 2, podTemplate: {spec: {a: 1}}}");
    create("Function", "hello", "spec: {source: {oci: {reference: 'r.example/a:1'}}, args: [x]}");
    create("Worker", "edge-1", "");
    patchStatus("worker/edge-1", "{\"state\":\"Ready\",\"node\":\"n1\"}");
    patchStatus("fn/hello", "{\"url\":\"https://a.example\",\"observedGeneration\":1}");
    var before = objects();
    assertNull(pool().spec().shared(), "the older CRD gives it no default");

    plane.applyCrds(NOW);

    var after = objects();
    assertEquals(before.keySet(), after.keySet());
    assertEquals(false, pool().spec().shared(), "what is new has its default, also of what is old");
    assertEquals(Map.of("spec", Map.of("a", 1)), pool().spec().podTemplate());
    assertEquals(2, pool().spec().replicas());
    assertEquals(List.of("x"), function().spec().args());
    assertEquals("https://a.example", function().status().url());
    assertEquals("Ready", worker().status().state());
    assertNull(worker().status().load());
    for (var uid : before.entrySet()) assertEquals(uid.getValue(), after.get(uid.getKey()));

    kubectl.output(
        "patch",
        "fn/hello",
        "-n",
        namespace,
        "--type=merge",
        "-p",
        "{\"spec\":{\"retry\":\"never\"}}");
    patchStatus("worker/edge-1", "{\"load\":{\"lanes\":2,\"running\":1}}");
    kubectl.output("scale", "wp/edge", "--replicas=3", "-n", namespace);
    assertEquals("never", function().spec().retry());
    assertEquals(1, worker().status().load().running());
    assertEquals(3, pool().spec().replicas());
    assertTrue(kubectl.output("get", "wp", "-n", namespace).contains("USED"));
    assertTrue(kubectl.output("get", "workers", "-n", namespace).contains("CREDIBILITY"));
  }

  /** Its status cannot be written, so nothing is done; and not much is tried either. */
  @Test
  void an_operator_waits_for_crds_that_are_too_old_and_needs_no_restart() {
    plane.fakeNode("n1", "64", "256Gi", Map.of());
    create("HardwareProfile", "small", "spec: {cpu: {vcpu: 500m}}");
    create("WorkerPool", "edge", "spec: {profile: small, replicas: 2}");
    TestOperator.pod(client, namespace, "operator-0");
    try (var operator = TestOperator.start(client, TestOperator.config(namespace, "operator-0"))) {
      Await.until("it tries", () -> failures(operator) >= 2);
      long writes = writes(operator);
      Await.pass(Duration.ofSeconds(15));
      long more = writes(operator) - writes;
      assertTrue(more <= 20, more + " writes in 15 s");
      assertTrue(operator.service.isReady());
      var refused =
          assertThrows(
              IllegalStateException.class,
              () ->
                  new Cluster(client, ApiNames.OPERATOR_MANAGER)
                      .applyStatus(HardwareProfile.ofStatus("small", slots())));
      assertEquals(
          "the CRD hardwareprofiles.windlass.dev is older than this operator (.status.slots: field"
              + " not declared in schema): upgrade it, by the chart with crds.enabled=true or from"
              + " k8s/crds",
          refused.getMessage());

      plane.applyCrds(NOW);

      Await.until("two pods", () -> workerPods() == 2);
      Await.until("its status", () -> pool().status().allocated() != null);
    }
  }

  private long writes(TestOperator operator) {
    return operator
        .recorded
        .writesIn(namespace)
        .filter(c -> c.resource().startsWith("workerpools"))
        .count();
  }

  private static double failures(TestOperator operator) {
    return operator.registry.find("windlass.operator.failures").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static HardwareProfileStatus slots() {
    return new HardwareProfileStatus(1L, null, 1, 6L, List.of(), List.of(), List.of());
  }

  private long workerPods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(ApiNames.POOL_LABEL)
        .list()
        .getItems()
        .size();
  }

  private Map<String, String> objects() {
    var uids = new TreeMap<String, String>();
    for (var kind : List.of(Function.class, WorkerPool.class, Worker.class, HardwareProfile.class))
      for (var object : client.resources(kind).list().getItems())
        uids.put(
            object.getKind() + "/" + object.getMetadata().getName(), object.getMetadata().getUid());
    return uids;
  }

  private WorkerPool pool() {
    return client.resources(WorkerPool.class).inNamespace(namespace).withName("edge").get();
  }

  private Function function() {
    return client.resources(Function.class).inNamespace(namespace).withName("hello").get();
  }

  private Worker worker() {
    return client.resources(Worker.class).inNamespace(namespace).withName("edge-1").get();
  }

  private void create(String kind, String name, String rest) {
    var object =
        "{apiVersion: windlass.dev/v1alpha1, kind: %s, metadata: {name: %s}}".formatted(kind, name);
    var text =
        rest.isEmpty() ? object : object.substring(0, object.length() - 1) + ", " + rest + "}";
    var ran = kubectl.run(text, "create", "-f", "-", "-n", namespace);
    assertEquals(0, ran.exit(), ran.error());
  }

  private void patchStatus(String object, String status) {
    kubectl.output(
        "patch",
        object,
        "-n",
        namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        "{\"status\":" + status + "}");
  }

  private static void previous(Path from, Path to) throws IOException {
    var json = new KubernetesSerialization();
    try (var files = Files.list(from)) {
      for (var file : files.toList()) {
        var crd = json.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        var name = crd.getMetadata().getName();
        var version = crd.getSpec().getVersions().getFirst();
        for (var field : UNKNOWN.getOrDefault(name, List.of()))
          forget(version.getSchema().getOpenAPIV3Schema(), field);
        version
            .getAdditionalPrinterColumns()
            .removeIf(c -> c.getName().equals(WITHOUT_COLUMN.get(name)));
        Files.writeString(to.resolve(name + ".yaml"), json.asYaml(crd));
      }
    }
  }

  private static void forget(JSONSchemaProps schema, String path) {
    int dot = path.indexOf('.');
    if (dot < 0 && schema.getProperties().remove(path) == null)
      throw new AssertionError("no field " + path);
    if (dot >= 0)
      forget(schema.getProperties().get(path.substring(0, dot)), path.substring(dot + 1));
  }
}
