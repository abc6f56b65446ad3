package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.WasmBytes;
import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.RealRegistry;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.Function;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions on a real API server, their modules in a real registry. */
class FunctionReconcilerTest {
  private static final Path CRDS = Path.of("helm/windlass/files/crds");

  @TempDir static Path shared;
  private static RealRegistry registry;

  @TempDir Path directory;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicReference<FunctionLog> log = new AtomicReference<>(new Entries());
  private String namespace;
  private KubernetesClient client;
  private ContentStore store;
  private AutoCloseable operator;

  @BeforeAll
  static void start() throws IOException {
    ControlPlane.shared().applyCrds(CRDS);
    registry = RealRegistry.start(shared, Optional.of("ada:correct horse"));
  }

  @AfterAll
  static void stop() throws IOException {
    registry.close();
  }

  @BeforeEach
  void begin() throws Exception {
    namespace = ControlPlane.shared().newNamespace();
    client = ControlPlane.shared().client();
    secret("login", "kubernetes.io/dockerconfigjson", login("ada:correct horse"));
    operator = operator("store", true);
  }

  @AfterEach
  void end() throws Exception {
    operator.close();
    client.resources(Function.class).inNamespace(namespace).delete();
  }

  /** A log that numbers what it gets. */
  private static final class Entries implements FunctionLog {
    private final AtomicInteger next = new AtomicInteger();

    @Override
    public long publish(dev.windlass.function.Manifest manifest, Digest version) {
      return next.incrementAndGet();
    }
  }

  /** As the leader has it, for Functions alone. */
  private AutoCloseable operator(String name, boolean logged) throws IOException {
    store = ContentStore.open(directory.resolve(name), ContentStore.UNBOUNDED);
    var metrics = new OperatorMetrics(meters);
    var counted =
        new KubernetesClientBuilder()
            .withConfig(client.getConfiguration())
            .withHttpClientBuilderConsumer(
                http -> http.addOrReplaceInterceptor("calls", metrics.apiCalls()))
            .build();
    var config = TestOperator.config("windlass", "operator-0");
    var clock = InstantSource.system();
    var caches = new Caches(counted, config, clock);
    var cluster = new Cluster(counted, ApiNames.OPERATOR_MANAGER);
    var events = new Events(cluster, metrics, clock, "operator-0");
    var parts = new Parts(config, cluster, caches, events, metrics, clock);
    Optional<FunctionLog> port =
        logged
            ? Optional.of((manifest, version) -> log.get().publish(manifest, version))
            : Optional.empty();
    var functions =
        new FunctionService(parts, new FunctionPorts(store, FetchSettings.DEFAULT, port));
    caches.start();
    Await.until("the caches have everything", caches::isSynced);
    var reconcilers = new Reconcilers(counted, List.of(functions.reconciler()), metrics);
    reconcilers.start();
    return () -> {
      reconcilers.close();
      functions.close();
      caches.close();
      counted.close();
    };
  }

  @Test
  void an_inline_module_is_verified_logged_and_named_by_its_digest() throws Exception {
    var module = module("inline");
    create("hello", inline(module));
    ready("hello");

    var status = get("hello").status();

    assertEquals(Digest.of(module).toString(), status.resolvedDigest());
    assertEquals("http://windlass-head.windlass.svc/fn/" + namespace + "/hello", status.url());
    assertNotNull(status.logIndex());
    assertEquals(1L, status.resolvedGeneration());
    var manifest = Bytes.utf8(status.manifest());
    assertEquals(Digest.of(manifest).toString(), status.manifestDigest());
    assertEquals(Digest.of(module), ManifestJson.parse(manifest.toArray()).module());
    assertEquals(Optional.of(module), store.read(Digest.of(module)));
    for (var condition : status.conditions()) assertEquals(1L, condition.observedGeneration());
    Await.until(
        "there is an event",
        () -> events("hello").contains("Verified") && events("hello").contains("Served"));
  }

  @Test
  void a_tag_is_resolved_once_and_again_when_the_spec_changes() throws Exception {
    var first = module("first");
    var second = module("second");
    registry.push("acme/moved", "1", first);
    create("hello", oci("acme/moved:1"));
    ready("hello");
    assertEquals(Digest.of(first).toString(), get("hello").status().resolvedDigest());

    registry.push("acme/moved", "1", second);
    operator.close();
    operator = operator("store", true);
    Await.pass(Duration.ofSeconds(2));
    assertEquals(Digest.of(first).toString(), get("hello").status().resolvedDigest());

    edit("hello", f -> oci("acme/moved:1") + "\nargs: [changed]");
    Await.until(
        "the new version is served",
        () -> Digest.of(second).toString().equals(get("hello").status().resolvedDigest()));
    assertEquals(2L, get("hello").status().resolvedGeneration());
  }

  @Test
  void what_is_wrong_stands_in_the_condition_by_its_own_reason() throws Exception {
    var module = module("reasons");
    var manifest = registry.push("acme/reasons", "1", module);
    registry.push("acme/reasons", "text", Bytes.utf8("not a module"));
    registry.push("acme/reasons", "noentry", module("main", "reasons"));
    secret("opaque", "Opaque", "{}");
    secret("broken", "kubernetes.io/dockerconfigjson", "{\"auths\":[]}");
    secret("wrong", "kubernetes.io/dockerconfigjson", login("ada:battery staple"));
    var other = Digest.of(Bytes.utf8("other"));
    var rows =
        Map.ofEntries(
            Map.entry(
                "missing-secret",
                List.of(
                    oci("acme/reasons:1", "absent"),
                    "PullSecretMissing",
                    "/absent does not exist")),
            Map.entry(
                "opaque-secret",
                List.of(oci("acme/reasons:1", "opaque"), "PullSecretInvalid", "is of type Opaque")),
            Map.entry(
                "broken-secret",
                List.of(
                    oci("acme/reasons:1", "broken"),
                    "PullSecretInvalid",
                    "$.auths: expected an object")),
            Map.entry(
                "wrong-login", List.of(oci("acme/reasons:1", "wrong"), "SourceDenied", "401")),
            Map.entry("no-tag", List.of(oci("acme/reasons:9"), "ArtifactNotFound", "404")),
            Map.entry(
                "mismatch",
                List.of(
                    oci("acme/reasons:1") + "\ndigest: " + other,
                    "DigestMismatch",
                    other.toString())),
            Map.entry(
                "text", List.of(oci("acme/reasons:text"), "InvalidModule", "not WebAssembly")),
            Map.entry(
                "no-entry",
                List.of(
                    oci("acme/reasons:noentry"), "InvalidModule", "no exported function _start")),
            Map.entry(
                "closed",
                List.of(
                    "source: {oci: {reference: '127.0.0.1:" + closedPort() + "/a/b:1'}}",
                    "SourceUnreachable",
                    "cannot be reached")),
            Map.entry(
                "ipfs",
                List.of("source: {ipfs: {cid: bafkrei}}", "NotSupported", "spec.source.ipfs")),
            Map.entry(
                "quorum",
                List.of(
                    oci("acme/reasons:1") + "\npolicy: {mode: quorum}",
                    "NotSupported",
                    "spec.policy.mode")),
            Map.entry(
                "files",
                List.of(
                    inline(module) + "\nfiles: {inline: bm8gdGFy}",
                    "InvalidFiles",
                    "spec.files.inline")),
            Map.entry(
                "reserved",
                List.of(
                    oci("acme/reasons:1") + "\nroute: {path: /api/x}", "RouteReserved", "/api")),
            Map.entry(
                "by-digest", List.of(oci("acme/reasons@" + manifest), "NoPool", "no WorkerPool")));
    rows.forEach((name, row) -> create(name, row.get(0)));

    rows.forEach(
        (name, row) -> {
          var type =
              switch (row.get(1)) {
                case "RouteReserved" -> "Routed";
                case "NoPool" -> "Schedulable";
                default -> "ArtifactVerified";
              };
          Await.until(
              () -> name + " says " + get(name).status().conditions(),
              () ->
                  condition(name, type)
                      .filter(c -> c.status().equals("False") && c.reason().equals(row.get(1)))
                      .filter(c -> c.message().contains(row.get(2)))
                      .isPresent());
        });
    for (var name : rows.keySet()) {
      var said = get(name).status().toString();
      assertTrue(!said.contains("battery") && !said.contains("horse"), said);
    }
  }

  @Test
  void a_secret_that_comes_later_is_found_by_the_next_try() throws Exception {
    registry.push("acme/later", "1", module("later"));
    create("hello", oci("acme/later:1", "later"));
    reason("hello", "ArtifactVerified", "PullSecretMissing");

    secret("later", "kubernetes.io/dockerconfigjson", login("ada:correct horse"));

    ready("hello");
  }

  @Test
  void a_generation_that_fails_leaves_the_version_before_it_and_can_be_mended() throws Exception {
    var module = module("good");
    registry.push("acme/stays", "1", module);
    create("hello", oci("acme/stays:1"));
    ready("hello");
    var served = get("hello").status();

    edit("hello", f -> oci("acme/stays:2"));
    reason("hello", "ArtifactVerified", "ArtifactNotFound");
    var failed = get("hello").status();
    assertEquals(served.resolvedDigest(), failed.resolvedDigest());
    assertEquals(served.manifest(), failed.manifest());
    assertEquals(served.logIndex(), failed.logIndex());
    assertTrue(
        condition("hello", "Ready")
            .orElseThrow()
            .message()
            .contains("until then " + served.resolvedDigest()),
        failed::toString);

    var next = module("next");
    registry.push("acme/stays", "2", next);
    Await.until(
        "it is mended",
        () -> Digest.of(next).toString().equals(get("hello").status().resolvedDigest()));
  }

  @Test
  void a_version_waits_for_the_log() throws Exception {
    log.set(
        (_, _) -> {
          throw new IOException("no log here");
        });
    create("hello", inline(module("waits")));
    reason("hello", "Logged", "LogUnreachable");
    assertEquals(null, get("hello").status().resolvedDigest());

    log.set(
        (_, _) -> {
          throw new FunctionLog.Refused("not this one");
        });
    reason("hello", "Logged", "LogRefused");

    log.set(new Entries());
    edit("hello", f -> inline(module("waits")) + "\nargs: [again]");
    ready("hello");
    assertEquals(1L, get("hello").status().logIndex());
  }

  @Test
  void without_a_log_a_function_is_ready_and_says_so() throws Exception {
    operator.close();
    operator = operator("other", false);
    create("hello", inline(module("unlogged")));

    ready("hello");

    assertEquals("NoLog", condition("hello", "Logged").orElseThrow().reason());
    assertEquals(null, get("hello").status().logIndex());
  }

  @Test
  void a_route_goes_to_the_oldest_and_is_inherited() throws Exception {
    var host = namespace + ".example";
    var spec = inline(module("route")) + "\nroute: {host: " + host + ", path: /shop}";
    create("older", spec);
    ready("older");
    Await.pass(Duration.ofSeconds(1));
    create("younger", spec);
    reason("younger", "Routed", "RouteConflict");
    assertTrue(
        condition("younger", "Routed").orElseThrow().message().contains(namespace + "/older"));
    assertEquals("http://" + host + "/shop", get("older").status().url());

    client.resources(Function.class).inNamespace(namespace).withName("older").delete();

    reason("younger", "Routed", "Routed");
    assertEquals("http://" + host + "/shop", get("younger").status().url());
  }

  @Test
  void workers_that_come_make_it_schedulable() throws Exception {
    create("hello", inline(module("room")));
    reason("hello", "Schedulable", "NoPool");

    client
        .load(
            stream(
                """
                apiVersion: windlass.dev/v1alpha1
                kind: WorkerPool
                metadata: {namespace: %1$s, name: edge}
                spec: {profile: small}
                ---
                apiVersion: windlass.dev/v1alpha1
                kind: Worker
                metadata: {namespace: %1$s, name: w-1, labels: {windlass.dev/pool: edge}}
                """
                    .formatted(namespace)))
        .create();
    reason("hello", "Schedulable", "TooFewWorkers");

    client
        .resources(dev.windlass.operator.api.Worker.class)
        .inNamespace(namespace)
        .withName("w-1")
        .subresource("status")
        .patch(
            io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
            "{\"status\":{\"state\":\"Ready\"}}");
    Await.until(
        () -> get("hello").status().toString(),
        () -> condition("hello", "Ready").filter(c -> c.status().equals("True")).isPresent());
  }

  @Test
  void an_operator_that_starts_with_an_empty_store_fetches_what_is_served() throws Exception {
    var module = module("again");
    registry.push("acme/again", "1", module);
    create("hello", oci("acme/again:1"));
    ready("hello");
    registry.push("acme/again", "1", module("moved"));
    var version = get("hello").getMetadata().getResourceVersion();

    operator.close();
    operator = operator("empty", true);

    Await.until("the module is there", () -> store.has(Digest.of(module)));
    assertEquals(version, get("hello").getMetadata().getResourceVersion(), "nothing is written");
  }

  @Test
  void what_vanished_is_said_by_an_event_and_goes_on_being_served() throws Exception {
    var passing = RealRegistry.start(directory.resolve("passing"), Optional.empty());
    var module = module("vanishes");
    passing.push("acme/gone", "1", module);
    create("hello", "source: {oci: {reference: '" + passing.host() + "/acme/gone:1'}}");
    ready("hello");
    passing.close();

    operator.close();
    operator = operator("empty", true);

    Await.until("there is an event", () -> events("hello").contains("ArtifactVanished"));
    assertEquals(Digest.of(module).toString(), get("hello").status().resolvedDigest());
    assertEquals("True", condition("hello", "ArtifactVerified").orElseThrow().status());
  }

  @Test
  void nothing_is_written_when_nothing_changes() throws Exception {
    for (int i = 0; i < 5; i++) create("fn-" + i, inline(module("quiet " + i)));
    for (int i = 0; i < 5; i++) ready("fn-" + i);
    Await.pass(Duration.ofSeconds(2));
    double before = writes();

    Await.pass(Duration.ofSeconds(5));

    assertEquals(before, writes());
  }

  @Test
  void two_hundred_functions_are_settled_whatever_a_few_of_them_do() throws Exception {
    registry.push("acme/many", "1", module("many"));
    try (var hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 10; i++)
        create(
            "hostile-" + i,
            "source: {oci: {reference: '127.0.0.1:" + hole.getLocalPort() + "/a/b:1'}}");
      create("strange", inline(Bytes.utf8("\u0000asm nonsense")));
      var begun = Instant.now();
      var names = IntStream.range(0, 190).mapToObj(i -> "fn-" + i).toList();
      for (int i = 0; i < names.size(); i++)
        create(names.get(i), i % 2 == 0 ? oci("acme/many:1") : inline(module("many " + i)));
      names.forEach(this::ready);
      var took = Duration.between(begun, Instant.now());
      System.out.println("190 functions settled within " + took.toMillis() + " ms of the first");
    }
  }

  private double writes() {
    return meters.find("windlass.operator.api.calls").counters().stream()
        .filter(c -> !"get".equals(c.getId().getTag("verb")))
        .mapToDouble(Counter::count)
        .sum();
  }

  /** Ready but for workers, which are not this test's matter. */
  private void ready(String name) {
    for (var type : List.of("ArtifactVerified", "Logged", "Routed"))
      Await.until(
          () -> name + " says " + get(name).status().conditions(),
          () -> condition(name, type).filter(c -> c.status().equals("True")).isPresent());
  }

  private void reason(String name, String type, String reason) {
    Await.until(
        () -> name + " says " + get(name).status().conditions(),
        () -> condition(name, type).filter(c -> c.reason().equals(reason)).isPresent());
  }

  /** Of the generation that the object has. */
  private Optional<Condition> condition(String name, String type) {
    var function = get(name);
    return function.status().conditions().stream()
        .filter(c -> c.type().equals(type))
        .filter(c -> function.getMetadata().getGeneration().equals(c.observedGeneration()))
        .findFirst();
  }

  private Function get(String name) {
    return client.resources(Function.class).inNamespace(namespace).withName(name).get();
  }

  private String events(String name) {
    return String.join(
        " ",
        client.events().v1().events().inNamespace(namespace).list().getItems().stream()
            .filter(e -> name.equals(e.getRegarding().getName()))
            .map(e -> e.getReason())
            .toList());
  }

  private void create(String name, String spec) {
    client.resource(function(name, spec)).create();
  }

  private void edit(String name, java.util.function.UnaryOperator<String> spec) {
    ControlPlane.patiently(
        () ->
            client
                .resources(Function.class)
                .inNamespace(namespace)
                .withName(name)
                .edit(
                    f -> {
                      f.setSpec(function(name, spec.apply("")).getSpec());
                      return f;
                    }));
  }

  private Function function(String name, String spec) {
    return Serialization.unmarshal(
        "metadata: {namespace: %s, name: %s}\nspec:\n%s".formatted(namespace, name, spec.indent(2)),
        Function.class);
  }

  private String oci(String rest) {
    return oci(rest, "login");
  }

  private static String oci(String rest, String secret) {
    return "source: {oci: {reference: '%s/%s', pullSecret: %s}}"
        .formatted(registry.host(), rest, secret);
  }

  private static String inline(Bytes module) {
    return "source: {inline: {module: "
        + Base64.getEncoder().encodeToString(module.toArray())
        + "}}";
  }

  private void secret(String name, String type, String config) {
    client.resource(secretOf(name, type, config)).create();
  }

  private Secret secretOf(String name, String type, String config) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .withType(type)
        .addToStringData(".dockerconfigjson", config)
        .build();
  }

  private static String login(String pair) {
    var auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"" + auth + "\"}}}";
  }

  private static java.io.InputStream stream(String yaml) {
    return new java.io.ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static int closedPort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Bytes module(String note) {
    return module("_start", note);
  }

  /** Does nothing when it is called; the note makes it differ from others. */
  private static Bytes module(String entry, String note) {
    return Bytes.wrap(
        WasmBytes.module()
            .section(1, 1, 0x60, 0, 0)
            .section(3, 1, 0)
            .section(7, WasmBytes.body().u32(1).name(entry).octets(0, 0))
            .section(10, 1, 2, 0, 0x0b)
            .section(0, WasmBytes.body().name(note))
            .done());
  }
}
