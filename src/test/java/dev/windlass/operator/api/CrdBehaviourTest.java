package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.Kubectl;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Columns, scale, status and server-side apply, as a real API server does them. */
class CrdBehaviourTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final String NOW = "2026-11-23T09:00:00Z";
  private static ControlPlane plane;
  private static KubernetesClient client;
  private static Kubectl kubectl;
  private static String namespace;

  @BeforeAll
  static void install_the_crds() {
    plane = ControlPlane.shared();
    plane.applyCrds(CrdFilesTest.DIRECTORY);
    client = plane.client();
    kubectl = new Kubectl(plane);
    namespace = plane.newNamespace();
  }

  @Test
  void columns_say_whether_it_works_and_if_not_why() {
    create("Function", "broken", "spec: {source: {oci: {reference: 'r.example/a:1'}}}");
    applyStatus(
        Function.ofStatus(
            namespace,
            "broken",
            new FunctionStatus(
                1L,
                "https://fn.example/broken",
                1L,
                DIGEST,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(ready(Condition.FALSE, "NoPool", "no pool has the profile big")))),
        ApiNames.OPERATOR_MANAGER);
    assertEquals(
        "NAME URL READY REASON DIGEST POLICY AGE\n"
            + "broken https://fn.example/broken False NoPool "
            + DIGEST
            + " single *",
        table("fn", "broken"));

    create("WorkerPool", "edge", "spec: {profile: tiny}");
    applyStatus(
        WorkerPool.ofStatus(
            namespace,
            "edge",
            new WorkerPoolStatus(
                1L,
                1,
                0,
                "windlass.dev/pool=edge",
                null,
                null,
                new WorkerPoolStatus.Resources(new Quantity("500m"), null, null),
                List.of(ready(Condition.FALSE, "CpuTooSlow", "cpu 3200 MHz < 3500 MHz")))),
        ApiNames.OPERATOR_MANAGER);
    assertEquals(
        "NAME PROFILE DESIRED READY USED REASON AGE\nedge tiny 1 0 500m CpuTooSlow *",
        table("wp", "edge"));

    create(
        "HardwareProfile",
        "columns",
        "spec: {cpu: {vcpu: 8, minMHz: 3500}, nvme: {bytes: 2T, writeMBps: 5000}}");
    applyStatus(
        HardwareProfile.ofStatus(
            "columns",
            new HardwareProfileStatus(
                1L, new Quantity("16Gi"), 3, 6L, List.of("a", "b", "c"), List.of(), List.of())),
        ApiNames.OPERATOR_MANAGER);
    assertEquals(
        "NAME VCPU MEMORY MHZ NVME NODES AGE\ncolumns 8 16Gi 3500 2T 3 *", table("hwp", "columns"));

    create("Worker", "edge-1", "");
    applyStatus(
        Worker.ofStatus(
            namespace,
            "edge-1",
            WorkerStatus.byOperator(
                "edge-1", "node-1", "eu-1a", WorkerState.READY, null, List.of())),
        ApiNames.OPERATOR_MANAGER);
    applyStatus(
        Worker.ofStatus(namespace, "edge-1", WorkerStatus.byRegistrar(identity())),
        ApiNames.REGISTRAR_MANAGER);
    assertEquals(
        "NAME POOL NODE ZONE STATE CREDIBILITY EXPIRES AGE\n"
            + "edge-1 edge node-1 eu-1a Ready 2026-11-23T10:00:00Z *",
        table("workers", "edge-1"));

    create("Dispute", "d-1", "spec: {logIndex: 4, reason: wrong}");
    assertEquals("NAME FUNCTION LOGINDEX VERDICT AGE\nd-1 4 *", table("disputes", "d-1"));
  }

  @Test
  void all_kinds_are_listed_by_their_short_names_and_their_category() {
    for (var name : List.of("fn", "wp", "hwp", "workers", "disputes", "windlass"))
      kubectl.output("get", name, "--namespace=" + namespace);
  }

  @Test
  void a_pool_scales_as_a_deployment_does() {
    create("WorkerPool", "scaled", "spec: {profile: tiny}");
    assertTrue(scale("scaled").contains("\"spec\":{\"replicas\":1}"), "1 where nothing is said");
    kubectl.output("scale", "wp/scaled", "--replicas=3", "--namespace=" + namespace);
    applyStatus(
        WorkerPool.ofStatus(
            namespace,
            "scaled",
            new WorkerPoolStatus(
                2L, 2, 1, "windlass.dev/pool=scaled", null, null, null, List.of())),
        ApiNames.OPERATOR_MANAGER);
    assertEquals(3, pool("scaled").spec().replicas());
    var scale = scale("scaled");
    assertTrue(scale.contains("\"spec\":{\"replicas\":3}"), scale);
    assertTrue(
        scale.contains("\"status\":{\"replicas\":2,\"selector\":\"windlass.dev/pool=scaled\"}"),
        scale);
    var refused =
        kubectl.run("", "scale", "wp/scaled", "--replicas=10001", "--namespace=" + namespace);
    assertTrue(
        refused.error().contains("spec.replicas in body should be less than or equal to 10000"),
        refused.error());
  }

  @Test
  void a_dispute_never_changes_and_its_status_may() {
    create("Dispute", "fixed", "spec: {logIndex: 4, reason: wrong}");
    var changed =
        kubectl.run(
            "",
            "patch",
            "dispute/fixed",
            "--namespace=" + namespace,
            "--type=merge",
            "-p",
            "{\"spec\":{\"reason\":\"worse\"}}");
    assertTrue(
        changed.error().contains("a dispute never changes: make another one"), changed.error());
    kubectl.output("label", "dispute/fixed", "a=b", "--namespace=" + namespace);
    kubectl.output(
        "patch",
        "dispute/fixed",
        "--namespace=" + namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        "{\"status\":{\"verdict\":\"upheld\"}}");
  }

  @Test
  void status_and_spec_have_doors_of_their_own() {
    create(
        "Function",
        "doors",
        "spec: {source: {oci: {reference: 'r.example/a:1'}}}\nstatus: {url: 'https://no.example'}");
    assertNull(function("doors").status().url(), "the main resource takes no status");
    applyStatus(
        Function.ofStatus(namespace, "doors", withUrl("https://yes.example")),
        ApiNames.OPERATOR_MANAGER);
    kubectl.output(
        "patch",
        "fn/doors",
        "--namespace=" + namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        "{\"spec\":{\"entry\":\"other\"},\"status\":{\"cid\":\"bafy\"}}");
    var function = function("doors");
    assertEquals("https://yes.example", function.status().url());
    assertEquals("bafy", function.status().cid());
    assertNull(function.spec().entry(), "the status takes no spec");
    assertEquals(1, function.getMetadata().getGeneration(), "a status is no new generation");
    kubectl.output(
        "patch",
        "fn/doors",
        "--namespace=" + namespace,
        "--type=merge",
        "-p",
        "{\"spec\":{\"entry\":\"other\"}}");
    assertEquals(2, function("doors").getMetadata().getGeneration());
  }

  @Test
  void three_write_a_workers_status_and_none_takes_what_another_wrote() {
    create("Worker", "shared-1", "");
    var operator =
        WorkerStatus.byOperator(
            "shared-1",
            "node-1",
            "eu-1a",
            WorkerState.JOINING,
            null,
            List.of(ready(Condition.UNKNOWN, "WaitingForHeads", "")));
    var head =
        WorkerStatus.byHead(
            new WorkerStatus.Engine("50.0.1", "f00d"),
            new WorkerStatus.Measured(3200, new Quantity("500m"), new Quantity("1Gi"), null, null),
            new WorkerStatus.Load(2, 1),
            List.of(DIGEST),
            NOW);
    applyStatus(Worker.ofStatus(namespace, "shared-1", operator), ApiNames.OPERATOR_MANAGER);
    applyStatus(
        Worker.ofStatus(namespace, "shared-1", WorkerStatus.byRegistrar(identity())),
        ApiNames.REGISTRAR_MANAGER);
    applyStatus(Worker.ofStatus(namespace, "shared-1", head), ApiNames.HEAD_MANAGER);
    var idle =
        WorkerStatus.byHead(
            head.engine(), head.measured(), new WorkerStatus.Load(2, 0), List.of(), NOW);
    applyStatus(Worker.ofStatus(namespace, "shared-1", idle), ApiNames.HEAD_MANAGER);

    var status = worker("shared-1").status();
    assertEquals("Joining", status.state());
    assertEquals("WaitingForHeads", status.conditions().getFirst().reason());
    assertEquals(identity(), status.identity());
    assertEquals(new WorkerStatus.Load(2, 0), status.load());
    assertEquals(List.of(), status.digests(), "what a manager leaves out of its own is gone");

    var thief =
        assertThrows(
            KubernetesClientException.class,
            () ->
                applyStatus(
                    Worker.ofStatus(namespace, "shared-1", WorkerStatus.byRegistrar(other())),
                    ApiNames.HEAD_MANAGER));
    assertEquals(409, thief.getCode());
    assertTrue(
        thief.getMessage().contains("conflict with \"windlass-registrar\""), thief.getMessage());
    assertEquals(identity(), worker("shared-1").status().identity());
  }

  @Test
  void two_managers_share_the_list_of_conditions_by_type() {
    create("Worker", "listed-1", "");
    applyStatus(listed("Ready"), ApiNames.OPERATOR_MANAGER);
    applyStatus(listed("HardwareKnown"), ApiNames.NODE_PROBE_MANAGER);
    applyStatus(listed("Ready"), ApiNames.OPERATOR_MANAGER);
    assertEquals(
        new TreeSet<>(List.of("Ready", "HardwareKnown")),
        worker("listed-1").status().conditions().stream()
            .map(Condition::type)
            .collect(Collectors.toCollection(TreeSet::new)));
    var twice =
        assertThrows(
            KubernetesClientException.class,
            () ->
                applyStatus(
                    Worker.ofStatus(
                        namespace,
                        "listed-1",
                        WorkerStatus.byOperator(
                            null,
                            null,
                            null,
                            WorkerState.READY,
                            null,
                            List.of(
                                ready(Condition.TRUE, "A", ""), ready(Condition.TRUE, "B", "")))),
                    ApiNames.OPERATOR_MANAGER));
    assertTrue(twice.getMessage().contains("duplicate"), twice.getMessage());
  }

  @Test
  void a_status_that_is_too_long_or_malformed_is_refused() {
    create("Worker", "strict-1", "");
    refusesStatus("{\"state\":\"Sleeping\"}", "supported values: \"Pending\", \"Joining\"");
    refusesStatus("{\"lastSeen\":\"yesterday\"}", "lastSeen in body must be of type date-time");
    refusesStatus("{\"credibility\":1000001}", "less than or equal to 1000000");
    refusesStatus("{\"load\":{\"lanes\":3000000000}}", "less than or equal to 2147483647");
    refusesStatus(
        "{\"digests\":[" + ("\"" + DIGEST + "\",").repeat(50) + "\"" + DIGEST + "\"]}",
        "must have at most 50 items");
    refusesStatus(
        "{\"identity\":{\"spiffeId\":\"spiffe://a/b\",\"notAfter\":\"" + NOW + "\"}}",
        "identity.ed25519: Required value"); // 1.30 leaves out "status."
  }

  @Test
  void a_word_that_nobody_knows_is_said_or_dropped_but_never_kept() {
    var spec = "spec: {sourc: {}, source: {oci: {reference: 'r.example/a:1'}}}";
    var said = kubectl.run(object("Function", "typo", spec), "apply", "-f", "-");
    assertTrue(said.error().contains("unknown field \"spec.sourc\""), said.error());
    var ran =
        kubectl.run(object("Function", "typo", spec), "apply", "--validate=ignore", "-f", "-");
    assertEquals(0, ran.exit(), ran.error());
    assertFalse(
        kubectl
            .output("get", "fn/typo", "-o", "json", "--namespace=" + namespace)
            .replaceAll("(?s)\"annotations\".*?\\}\\\\n\"", "")
            .contains("sourc\""));
    create("WorkerPool", "kept", "spec: {profile: tiny, podTemplate: {spec: {any: {b: [1]}}}}");
    assertEquals(
        Map.of("spec", Map.of("any", Map.of("b", List.of(1)))), pool("kept").spec().podTemplate());
  }

  @Test
  void a_module_that_is_too_large_for_an_object_is_refused_with_the_way_out() {
    var most = "A".repeat(1 << 20);
    create("Function", "large", "spec: {source: {inline: {module: " + most + "}}}");
    var ran = inline("A".repeat((1 << 20) + 4));
    assertTrue(
        ran.error()
            .contains(
                "inline holds at most 768 KiB of Wasm (1048576 characters of base64), not 1048580"
                    + " characters: push it to a registry and name it in source.oci"),
        shortened(ran.error()));
    ran = inline("A".repeat((3 << 19) + 4));
    // 1.30: "longer than 1572864"; later: "more than 1572864 bytes"
    assertTrue(ran.error().contains("Too long: may not be "), shortened(ran.error()));
    assertTrue(ran.error().contains(" than 1572864"), shortened(ran.error()));
  }

  @Test
  void a_user_and_the_operator_keep_to_their_own_fields() {
    var spec = "spec: {profile: tiny, replicas: 2}";
    kubectlApply("WorkerPool", "owned", spec, "user");
    kubectl.output("scale", "wp/owned", "--replicas=5", "--namespace=" + namespace);
    var conflict =
        kubectl.run(
            object("WorkerPool", "owned", spec),
            "apply",
            "--server-side",
            "--field-manager=user",
            "-f",
            "-");
    assertTrue(conflict.error().contains("conflict"), conflict.error());
    assertTrue(conflict.error().contains(".spec.replicas"), conflict.error());
    kubectlApply("WorkerPool", "owned", "spec: {profile: tiny}", "user");
    assertEquals(5, pool("owned").spec().replicas(), "who gives a field up does not reset it");
  }

  @Test
  void explain_says_what_the_source_says() {
    var text = kubectl.output("explain", "fn.spec.limits.concurrency");
    assertTrue(text.contains("runs at one time over all workers; 0 is no bound of its own"), text);
  }

  private static void refusesStatus(String status, String said) {
    var ran =
        kubectl.run(
            "",
            "patch",
            "worker/strict-1",
            "--namespace=" + namespace,
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":" + status + "}");
    assertTrue(ran.error().contains(said), ran.error());
  }

  private static Kubectl.Ran inline(String base64) {
    return kubectl.run(
        object("Function", "too-large", "spec: {source: {inline: {module: " + base64 + "}}}"),
        "create",
        "-f",
        "-");
  }

  private static String shortened(String text) {
    return text.length() + " characters: " + text.substring(Math.max(0, text.length() - 500));
  }

  private static FunctionStatus withUrl(String url) {
    return new FunctionStatus(
        1L, url, null, null, null, null, null, null, null, List.of(), List.of());
  }

  private static Condition ready(String status, String reason, String message) {
    return new Condition(ConditionTypes.READY, status, 1L, NOW, reason, message);
  }

  private static Worker listed(String type) {
    return Worker.ofStatus(
        namespace,
        "listed-1",
        new WorkerStatus(
            null,
            null,
            null,
            null,
            null,
            List.of(new Condition(type, Condition.TRUE, 1L, NOW, "Tested", "")),
            null,
            null,
            null,
            null,
            List.of(),
            null,
            null,
            null));
  }

  private static WorkerStatus.Identity identity() {
    return new WorkerStatus.Identity(
        "spiffe://windlass.local/ns/default/worker/1",
        "A".repeat(43) + "=",
        DIGEST,
        "2026-11-23T10:00:00Z",
        7L,
        DIGEST,
        0,
        null);
  }

  private static WorkerStatus.Identity other() {
    return new WorkerStatus.Identity(
        "spiffe://windlass.local/ns/default/worker/2",
        "B".repeat(43) + "=",
        null,
        NOW,
        null,
        null,
        null,
        null);
  }

  private static void applyStatus(HasMetadata object, String manager) {
    client
        .resource(object)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .build());
  }

  private static void create(String kind, String name, String rest) {
    var ran = kubectl.run(object(kind, name, rest), "create", "-f", "-");
    assertEquals(0, ran.exit(), () -> shortened(ran.error()));
  }

  private static void kubectlApply(String kind, String name, String rest, String manager) {
    var ran =
        kubectl.run(
            object(kind, name, rest),
            "apply",
            "--server-side",
            "--field-manager=" + manager,
            "-f",
            "-");
    assertEquals(0, ran.exit(), ran.error());
  }

  private static String object(String kind, String name, String rest) {
    return "apiVersion: windlass.dev/v1alpha1\nkind: %s\n".formatted(kind)
        + "metadata: {name: %s, %s labels: {windlass.dev/pool: edge}}\n"
            .formatted(name, kind.equals("HardwareProfile") ? "" : "namespace: " + namespace + ",")
        + rest
        + "\n";
  }

  private static String scale(String pool) {
    return kubectl.output(
        "get",
        "--raw",
        "/apis/windlass.dev/v1alpha1/namespaces/" + namespace + "/workerpools/" + pool + "/scale");
  }

  /** Fields set apart by one blank, ages by a star. */
  private static String table(String kind, String name) {
    return kubectl
        .output("get", kind, name, "--namespace=" + namespace)
        .strip()
        .replaceAll(" +", " ")
        .replaceAll("(?m) [0-9]+s$", " *");
  }

  private static Function function(String name) {
    return client.resources(Function.class).inNamespace(namespace).withName(name).get();
  }

  private static WorkerPool pool(String name) {
    return client.resources(WorkerPool.class).inNamespace(namespace).withName(name).get();
  }

  private static Worker worker(String name) {
    return client.resources(Worker.class).inNamespace(namespace).withName(name).get();
  }
}
