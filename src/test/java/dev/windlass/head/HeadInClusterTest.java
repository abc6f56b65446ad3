package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.kube.ControlPlane;
import dev.windlass.link.HeadAddress;
import dev.windlass.link.LinkClient;
import dev.windlass.link.LinkLimits;
import dev.windlass.link.LinkServer;
import dev.windlass.link.Peers;
import dev.windlass.operator.Grants;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerState;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.operator.plan.FunctionManifest;
import dev.windlass.protocol.Order;
import dev.windlass.receipt.Ed25519PublicKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A head that follows a real API server, with resources as operator and registrar write them. The
 * control plane is its own, because tests stop it.
 */
class HeadInClusterTest {
  private static final Path CRDS = Path.of("helm/windlass/files/crds");

  /** {@code -Daway=PT2M}, as {@code make soak} does, keeps the API server away for longer. */
  private static final Duration AWAY = Duration.parse(System.getProperty("away", "PT10S"));

  /** Of the identities that fake workers have. */
  private static final String WORKERS = "default";

  private static ControlPlane plane;
  private static KubernetesClient client;

  @TempDir Path data;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private WorkerRegister register;
  private String namespace;

  @BeforeAll
  static void start() {
    plane = ControlPlane.start();
    plane.applyCrds(CRDS);
    client = plane.client();
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @BeforeEach
  void fresh() {
    namespace = plane.newNamespace();
  }

  @AfterEach
  void close() throws Exception {
    plane.startApi();
    for (var o : opened.reversed()) o.close();
    for (var worker : client.resources(Worker.class).inNamespace(WORKERS).list().getItems())
      client.resource(worker).delete();
  }

  @Test
  void a_head_of_an_empty_cluster_is_ready_and_serves_what_comes() {
    var at = head();
    await("it is ready without a worker", at.head::isReady);
    problem(ProblemType.UNKNOWN_FUNCTION, at.post("/fn/" + namespace + "/hello", "Ada"));

    worker(at, "w-1", "edge");
    apply(function("hello", List.of()));
    resolve("hello");

    await("it is served", () -> status(at, "hello") == 200);
    assertEquals("Ada", at.post("/fn/" + namespace + "/hello", "Ada").body());
  }

  @Test
  void a_changed_function_is_served_as_before_until_it_is_resolved_and_then_as_it_is() {
    var at = head();
    worker(at, "w-1", "edge");
    apply(function("hello", List.of()));
    resolve("hello");
    await("it is served", () -> status(at, "hello") == 200);
    var before = version(at, "hello");

    apply(function("hello", List.of("more")));
    apply(function("other", List.of()));
    resolve("other");
    await("what came later is served", () -> status(at, "other") == 200);
    assertEquals(before, version(at, "hello"));

    resolve("hello");
    await("the new version is served", () -> !version(at, "hello").equals(before));
    assertEquals(200, status(at, "hello"));
  }

  @Test
  void a_deleted_function_is_gone_and_deploying_is_the_clusters_business() {
    var at = head();
    worker(at, "w-1", "edge");
    apply(function("hello", List.of()));
    resolve("hello");
    await("it is served", () -> status(at, "hello") == 200);

    problem(
        ProblemType.MANAGED_ELSEWHERE,
        at.send("PUT", "/api/v1/artifacts/" + Digest.of(HeadFixture.MODULE).hex(), "x"));
    problem(
        ProblemType.MANAGED_ELSEWHERE,
        at.send("PUT", "/api/v1/namespaces/" + namespace + "/functions/mine", "{}"));
    problem(
        ProblemType.MANAGED_ELSEWHERE,
        at.send("DELETE", "/api/v1/namespaces/" + namespace + "/functions/hello", ""));
    assertEquals(200, status(at, "hello"));

    client.resources(Function.class).inNamespace(namespace).withName("hello").delete();
    await("it is gone", () -> status(at, "hello") == 404);
  }

  @Test
  void functions_are_served_while_the_api_server_is_away_and_what_changed_is_found_after() {
    var at = head();
    var staying = worker(at, "w-1", "edge");
    var going = worker(at, "w-2", "edge");
    for (var name : List.of("hello", "gone", "changed")) {
      apply(function(name, List.of()));
      resolve(name);
      await("it is served", () -> status(at, name) == 200);
    }
    var before = version(at, "changed");

    plane.stopApi();
    long end = System.nanoTime() + AWAY.toNanos();
    int answered = 0;
    for (; System.nanoTime() < end; answered++) {
      assertEquals(200, status(at, "hello"));
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    assertTrue(at.head.isReady());
    assertTrue(answered > 10, "answered " + answered);
    for (var worker : List.of(staying, going))
      assertTrue(register.keyOf(worker.id).isPresent(), worker.id + " is believed as before");

    plane.startApi();
    long back = System.nanoTime();
    client.resources(Function.class).inNamespace(namespace).withName("gone").delete();
    client.resources(Worker.class).inNamespace(WORKERS).withName("w-2").delete();
    apply(function("changed", List.of("more")));
    resolve("changed");
    apply(function("new", List.of()));
    resolve("new");
    awaitLong("the deleted worker is given nothing", () -> register.keyOf(going.id).isEmpty());
    awaitLong("it heard of what is gone", () -> status(at, "gone") == 404);
    awaitLong("of what is new", () -> status(at, "new") == 200);
    awaitLong("and of what changed", () -> !version(at, "changed").equals(before));
    System.out.printf(
        "away %s: %d answers; caught up after %d ms%n",
        AWAY, answered, Duration.ofNanos(System.nanoTime() - back).toMillis());
    assertEquals(200, status(at, "hello"));
    assertTrue(register.keyOf(staying.id).isPresent());
  }

  /** A restarted container finds its data directory as it was. */
  @Test
  void a_restarted_head_serves_from_its_disk_as_soon_as_it_hears_of_the_cluster() {
    var first = head();
    worker(first, "w-1", "edge");
    apply(function("hello", List.of()));
    resolve("hello");
    apply(function("gone", List.of()));
    resolve("gone");
    await("both are served", () -> status(first, "hello") == 200 && status(first, "gone") == 200);
    close(first);
    client.resources(Function.class).inNamespace(namespace).withName("gone").delete();
    plane.stopApi();

    var again = head();
    assertFalse(again.head.isReady(), "nobody vouches for a worker yet");
    worker(again, "w-1");
    problem(ProblemType.NONE_ELIGIBLE, again.post("/fn/" + namespace + "/hello", "Ada"));

    plane.startApi();
    awaitLong("it is ready", again.head::isReady);
    assertEquals(200, status(again, "hello"));
    assertEquals(404, status(again, "gone"));
  }

  @Test
  void a_worker_that_drains_gets_nothing_new_and_one_that_is_not_vouched_for_never_did() {
    var at = head();
    apply(function("hello", List.of()));
    resolve("hello");
    var first = worker(at, "w-1", "edge");
    await("it is served", () -> status(at, "hello") == 200);
    var rogue = worker(at, "w-rogue");
    var second = worker(at, "w-2", "edge");

    state("w-1", WorkerState.DRAINING);
    await("placement heard", () -> register.stands(first.id).draining());
    int had = runs(first);
    for (int i = 0; i < 50; i++) assertEquals(200, status(at, "hello"));

    assertEquals(had, runs(first));
    assertTrue(runs(second) >= 50, "the second had " + runs(second));
    assertEquals(0, runs(rogue));
    state("w-2", WorkerState.DRAINING);
    await("placement heard", () -> register.stands(second.id).draining());
    var refused = problem(ProblemType.NONE_ELIGIBLE, at.post(path("hello"), "Ada"));
    var why = refused.get("detail").text();
    assertTrue(why.contains("is draining"), why);
    assertTrue(why.contains("has no Worker resource with this identity"), why);
  }

  @Test
  void a_pool_that_is_not_shared_serves_its_own_namespace_and_its_profile() {
    var at = head();
    apply(ClusterResources.pool(WORKERS, "own", "small", false));
    var own = worker(at, "w-own", "own");
    apply(function("hello", List.of()));
    resolve("hello");

    await("it is known", () -> status(at, "hello") == 503);
    var refused = problem(ProblemType.NONE_ELIGIBLE, at.post(path("hello"), "Ada"));
    var why = refused.get("detail").text();
    assertTrue(why.contains("1 worker serves other namespaces only"), why);
    assertFalse(why.contains(own.id.toString()), "one tenant hears nothing of another's workers");

    apply(ClusterResources.pool(WORKERS, "own", "small", true));
    await("the pool is shared now", () -> status(at, "hello") == 200);

    apply(withHardware(function("hello", List.of()), "fast"));
    resolve("hello");
    await("the profile counts", () -> status(at, "hello") == 503);
    var profile = problem(ProblemType.NONE_ELIGIBLE, at.post(path("hello"), "Ada"));
    assertTrue(
        profile.get("detail").text().contains("is of profile small, the function needs fast"));
  }

  @Test
  void a_deleted_worker_loses_its_real_link_within_two_seconds_and_is_given_nothing() {
    var authority = CertificateAuthority.create("test", InstantSource.system(), new SecureRandom());
    var vertx = Vertx.vertx();
    opened.add(() -> HeadFixture.get(vertx.close()));
    var server = new CompletableFuture<LinkServer>();
    var head = new SpiffeId("test", "windlass", SpiffeId.HEAD, "head-1");
    var at =
        cluster(
            peers -> {
              var link =
                  new LinkServer(
                      vertx,
                      CredentialSource.fixed(authority.credentials(head)),
                      LinkLimits.DEFAULT,
                      peers);
              server.complete(link);
              return HeadFixture.linkOf(link);
            });
    int port = HeadFixture.get(server.join().listen("127.0.0.1", 0));
    var id = new SpiffeId("test", WORKERS, SpiffeId.WORKER, "w-real");
    var own = new FakeWorker("w-real", 7, 4, null);
    vouch("w-real", id, own.key.publicKey(), "edge", WorkerState.READY);
    var worker =
        new LinkClient(
                Vertx.vertx(),
                CredentialSource.fixed(authority.credentials(id)),
                List.of(new HeadAddress("127.0.0.1", port)),
                own::report,
                LinkLimits.DEFAULT)
            .onOrder(_ -> Future.failedFuture("never ordered"));
    opened.add(() -> HeadFixture.get(worker.close()));
    HeadFixture.get(worker.start());
    await("the worker is vouched for", () -> register.keyOf(id).isPresent());
    await("linked", () -> at.head.workers() == 1);

    client.resources(Worker.class).inNamespace(WORKERS).withName("w-real").delete();
    long deleted = System.nanoTime();
    await("its link is closed", () -> server.join().counts().joined() > 1 || worker.linked() == 0);
    var took = Duration.ofNanos(System.nanoTime() - deleted);

    assertTrue(took.toMillis() < 2_000, "took " + took);
    assertEquals(Optional.empty(), register.keyOf(id));
  }

  @Test
  void what_a_worker_says_of_itself_is_in_its_resource_beside_what_others_write() {
    var at = head();
    var worker = worker(at, "w-1", "edge");
    await("written", () -> resource("w-1").status().lastSeen() != null);

    var status = resource("w-1").status();
    assertEquals(FakeWorker.ENGINE.toString(), status.engine().fingerprint());
    assertEquals(new WorkerStatus.Load(worker.capacity, 0), status.load());
    assertEquals(worker.id.toString(), status.identity().spiffeId());
    assertEquals("Ready", status.state());
    var managers =
        resource("w-1").getMetadata().getManagedFields().stream()
            .filter(f -> f.getManager().equals(ApiNames.HEAD_MANAGER))
            .toList();
    assertEquals(1, managers.size());
    assertEquals("status", managers.getFirst().getSubresource());
  }

  @Test
  void a_head_needs_no_more_than_its_rules_and_may_do_nothing_else() {
    var rights = Grants.head(plane, plane.newNamespace());
    opened.addFirst(rights);
    register = new WorkerRegister(false, InstantSource.system());
    var ports = new ClusterHeadPorts(register, new CompletableFuture<>(), Optional.empty());
    var at = new HeadFixture(data, ports, Optional.empty());
    opened.add(at);
    at.head.follow(rights, ports);
    worker(at, "w-1", "edge");
    apply(function("hello", List.of()));
    resolve("hello");

    await("it is served", () -> status(at, "hello") == 200);
    await("its workers' state is written", () -> resource("w-1").status().lastSeen() != null);
    for (Executable beyond :
        List.<Executable>of(
            () -> rights.secrets().inNamespace(namespace).list(),
            () -> rights.pods().inNamespace(namespace).list(),
            () -> rights.configMaps().inNamespace(namespace).list(),
            () -> rights.resources(Worker.class).inNamespace(WORKERS).withName("w-1").delete(),
            () -> rights.resources(Function.class).inNamespace(namespace).delete())) {
      var refused = assertThrows(KubernetesClientException.class, beyond);
      assertEquals(403, refused.getCode(), refused::getMessage);
    }
  }

  private HeadFixture head() {
    register = new WorkerRegister(false, InstantSource.system());
    var ports = new ClusterHeadPorts(register, new CompletableFuture<>(), Optional.empty());
    return following(new HeadFixture(data, ports, Optional.empty()), ports);
  }

  private HeadFixture cluster(java.util.function.Function<Peers, Link> links) {
    register = new WorkerRegister(false, InstantSource.system());
    var ports = new ClusterHeadPorts(register, new CompletableFuture<>(), Optional.empty());
    return following(new HeadFixture(data, ports, links), ports);
  }

  private HeadFixture following(HeadFixture at, ClusterHeadPorts ports) {
    opened.add(at);
    at.head.follow(client, ports);
    return at;
  }

  private void close(HeadFixture at) {
    opened.remove(at);
    at.close();
  }

  /** A fake worker that is linked, and vouched for as one of a shared pool. */
  private FakeWorker worker(HeadFixture at, String name, String pool) {
    if (pool.equals("edge")) apply(ClusterResources.pool(WORKERS, "edge", "small", true));
    var worker = worker(at, name);
    vouch(name, worker.id, worker.key.publicKey(), pool, WorkerState.READY);
    await(name + " is vouched for", () -> register.keyOf(worker.id).isPresent());
    return worker;
  }

  private FakeWorker worker(HeadFixture at, String name) {
    return at.worker(name, 8);
  }

  private void vouch(
      String name, SpiffeId id, Ed25519PublicKey key, String pool, WorkerState state) {
    apply(ClusterResources.worker(WORKERS, name, pool, "small"));
    var end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
    status(
        ApiNames.REGISTRAR_MANAGER,
        Worker.ofStatus(
            WORKERS, name, WorkerStatus.byRegistrar(ClusterResources.identity(id, key, end))));
    state(name, state);
  }

  private void state(String name, WorkerState state) {
    status(
        ApiNames.OPERATOR_MANAGER,
        Worker.ofStatus(
            WORKERS,
            name,
            WorkerStatus.byOperator(name, "node-1", "zone-1", state, null, List.of())));
  }

  private Worker resource(String name) {
    return client.resources(Worker.class).inNamespace(WORKERS).withName(name).get();
  }

  private Function function(String name, List<String> args) {
    var module = Base64.getEncoder().encodeToString(HeadFixture.MODULE.toArray());
    var source = new FunctionSpec.Source(new FunctionSpec.Inline(module), null, null, null);
    var spec =
        new FunctionSpec(
            source, null, null, null, args, Map.of(), List.of(), null, null, null, null, null, null,
            null, null);
    return ClusterResources.function(namespace, name, spec);
  }

  private static Function withHardware(Function function, String profile) {
    var s = function.spec();
    function.setSpec(
        new FunctionSpec(
            s.source(),
            null,
            null,
            null,
            s.args(),
            Map.of(),
            List.of(),
            null,
            null,
            null,
            null,
            null,
            profile,
            null,
            null));
    return function;
  }

  /** What the operator writes when it has looked at the present generation. */
  private void resolve(String name) {
    var function = client.resources(Function.class).inNamespace(namespace).withName(name).get();
    var module = Digest.of(HeadFixture.MODULE);
    if (!(FunctionManifest.of(function, module, Optional.empty())
        instanceof FunctionManifest.Accepted(var manifest))) throw new AssertionError("refused");
    long generation = function.getMetadata().getGeneration();
    status(
        ApiNames.OPERATOR_MANAGER,
        Function.ofStatus(
            namespace,
            name,
            ClusterResources.resolved(generation, manifest, null, Condition.TRUE)));
  }

  private static void apply(HasMetadata object) {
    object.getMetadata().setGeneration(null);
    client.resource(object).fieldManager("test").forceConflicts().serverSideApply();
  }

  private static void status(String manager, HasMetadata object) {
    var how =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(manager)
            .withForce(true)
            .build();
    client.resource(object).subresource("status").patch(how);
  }

  private String path(String name) {
    return "/fn/" + namespace + "/" + name;
  }

  /** Workers report once a second; one that is silent for ten is passed over. */
  private int status(HeadFixture at, String name) {
    at.workers.values().forEach(FakeWorker::tell);
    return at.post(path(name), "Ada").statusCode();
  }

  private String version(HeadFixture at, String name) {
    var shown = at.get("/api/v1/namespaces/" + namespace + "/functions/" + name);
    return HeadFixture.json(shown).get("manifest").text();
  }

  private static int runs(FakeWorker worker) {
    return (int) worker.orders.stream().filter(o -> o instanceof Order.Invoke).count();
  }

  /** The client of Kubernetes waits longer and longer before it tries again. */
  private static void awaitLong(String what, java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean())
      assertTrue(System.nanoTime() < end, () -> "not within a minute: " + what);
  }
}
