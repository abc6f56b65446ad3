package dev.windlass.registrar;

import static dev.windlass.registrar.ClusterFixture.assertRefused;
import static dev.windlass.registrar.ClusterFixture.awaitTrue;
import static dev.windlass.registrar.ClusterFixture.granted;
import static dev.windlass.registrar.ClusterFixture.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.Attestation;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.Delays;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.RootsPem;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.json.Json;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.LogEntry;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attestation, renewal and revocation against a real API server; a kubelet's words are ours. */
class ClusterRegistrarTest {
  private static ClusterFixture f;
  @TempDir Path mounts;
  private static int made;

  @BeforeAll
  static void open() throws Exception {
    f = ClusterFixture.open();
  }

  @AfterAll
  static void close() {
    f.close();
  }

  /** One address may not ask too often. */
  @BeforeEach
  void rest() {
    f.clock.forward(Duration.ofSeconds(10));
    f.log.is(FakeLog.Mood.WELL);
  }

  @Test
  void a_worker_that_shows_its_token_and_keys_gets_an_identity() throws Exception {
    var pod = f.workerPod(name());
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));

    var uid = pod.getMetadata().getUid();
    var id = new SpiffeId(ClusterFixture.DOMAIN, f.namespace, "worker", uid);
    assertEquals(id, grant.id());
    assertEquals(id, ClusterFixture.idOf(grant.chain().getFirst()));
    assertEquals(f.registrar.keys().authority().roots(), grant.roots());
    var identity = identity(pod);
    assertEquals(id.toString(), identity.spiffeId());
    var raw = ClusterFixture.raw(keys.all().result());
    assertEquals(Base64.getEncoder().encodeToString(raw.toArray()), identity.ed25519());
    assertEquals(
        grant.chain().getFirst().getNotAfter().toInstant().toString(), identity.notAfter());
    assertEquals(0, identity.restarts());
    var entry =
        assertInstanceOf(LogEntry.WorkerRegister.class, f.log.at(identity.registerIndex()).entry());
    assertEquals(raw, entry.key().raw());
    assertEquals(id.toString(), entry.holder().spiffeId());
    assertTrue(
        f.log.at(identity.registerIndex()).isSignedBy(f.registrar.keys().registrarKey()),
        "signed by the registrar");
  }

  @Test
  void the_zone_of_the_node_is_in_the_entry() throws Exception {
    var node = "node-" + UUID.randomUUID();
    f.plane.fakeNode(node, "1", "1Gi", Map.of(ClusterRegistrarSettings.ZONE_LABEL, "eu-1a"));
    var name = name();
    f.worker(name, owner());
    var pod =
        f.pod(
            f.namespace,
            name,
            ApiNames.WORKER_SERVICE_ACCOUNT,
            p -> p.editSpec().withNodeName(node).endSpec());
    var grant = granted(f.attest("worker", f.token(pod), f.workerKeys()));

    var entry = (LogEntry.WorkerRegister) f.log.at(identity(pod).registerIndex()).entry();
    assertEquals(Optional.of("eu-1a"), entry.holder().zone(), grant.id().toString());
  }

  @Test
  void a_head_gets_an_identity_and_its_receipt_keys_are_in_the_log() throws Exception {
    var pod = f.headPod(name());
    var keys = f.headKeys();
    var grant = granted(f.attest("head", f.token(pod), keys));

    assertEquals("head", grant.id().role());
    assertEquals(f.release, grant.id().namespace());
    var entry = (LogEntry.HeadRegister) f.log.at(grant.index().orElseThrow()).entry();
    assertEquals(keys.receipts().orElseThrow().publicKey(), entry.singles());
    assertEquals(ClusterFixture.raw(keys.all().result()), entry.batches().raw());

    var renewed = granted(f.renew(source(grant, keys)));
    assertEquals(grant.id(), renewed.id());
    var again = (LogEntry.HeadRegister) f.log.at(renewed.index().orElseThrow()).entry();
    assertEquals(entry.singles(), again.singles());
    assertNotEquals(grant.index(), renewed.index());
  }

  @Test
  void a_renewal_is_entered_and_stands_in_the_workers_status() throws Exception {
    var pod = f.workerPod(name());
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    var first = identity(pod);
    f.await(grant.id());
    f.clock.forward(Duration.ofMinutes(30));

    var renewed = granted(f.renew(source(grant, keys)));

    assertEquals(grant.id(), renewed.id());
    var now = identity(pod);
    assertEquals(first.ed25519(), now.ed25519());
    assertEquals(first.tokenHash(), now.tokenHash());
    assertNotEquals(first.notAfter(), now.notAfter());
    var entry = (LogEntry.WorkerRegister) f.log.at(now.registerIndex()).entry();
    assertEquals(now.certificate(), entry.holder().certificate().toString());
  }

  @Test
  void a_token_shown_again_with_another_key_is_refused() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    granted(f.attest("worker", token, f.workerKeys()));

    assertRefused(
        f.attest("worker", token, f.workerKeys()), 401, "it was used already, for another key");
  }

  @Test
  void an_answer_that_was_lost_is_asked_for_again_with_the_same_keys() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    var keys = f.workerKeys();
    var first = granted(f.attest("worker", token, keys));
    var again = granted(f.attest("worker", token, keys));

    assertEquals(first.id(), again.id());
    assertEquals(0, identity(pod).restarts());
  }

  @Test
  void a_container_that_was_started_again_gets_a_name_of_its_own() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", token, keys));
    f.running(pod, "containerd://2", ClusterFixture.IMAGE);

    var second = granted(f.attest("worker", token, f.workerKeys()));

    assertEquals(pod.getMetadata().getUid() + "-1", second.id().name());
    assertEquals(1, identity(pod).restarts());
    awaitTrue("the old one is forgotten", () -> !f.registrar.hasHeardOf(grant.id()));
    assertRefused(f.renew(source(grant, keys)), 403, "no pod any more");
  }

  @Test
  void a_token_of_a_deleted_pod_is_refused() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    delete(pod);

    assertRefused(
        f.attest("worker", token, f.workerKeys()), 401, "the API server does not believe");
  }

  @Test
  void a_token_of_a_pod_of_the_same_name_before_is_refused() throws Exception {
    var name = name();
    var pod = f.workerPod(name);
    var token = f.token(pod);
    delete(pod);
    f.pod(f.namespace, name, ApiNames.WORKER_SERVICE_ACCOUNT, p -> p);

    assertRefused(
        f.attest("worker", token, f.workerKeys()), 401, "the API server does not believe");
  }

  @Test
  void a_token_for_another_audience_is_refused() throws Exception {
    var pod = f.workerPod(name());
    assertRefused(
        f.attest("worker", f.token(pod, "somebody-else"), f.workerKeys()),
        401,
        "the API server does not believe");
  }

  @Test
  void an_expired_token_is_refused() throws Exception {
    var pod = f.workerPod(name());
    assertRefused(
        f.attest("worker", expired(f.token(pod)), f.workerKeys()), 401, "token has expired");
  }

  @Test
  void a_token_that_is_bound_to_no_pod_is_refused() throws Exception {
    var token =
        f.plane.tokenFor(
            f.namespace, ApiNames.WORKER_SERVICE_ACCOUNT, List.of(ApiNames.REGISTRAR_AUDIENCE));
    assertRefused(f.attest("worker", token, f.workerKeys()), 401, "it is not bound to a pod");
  }

  @Test
  void a_pod_of_another_service_account_is_refused() throws Exception {
    var name = name();
    f.worker(name, owner());
    var pod = f.pod(f.namespace, name, "default", p -> p);
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()),
        403,
        "/default is neither windlass-worker nor " + f.release + "/acme-head");
  }

  @Test
  void a_head_is_no_worker_and_a_worker_no_head() throws Exception {
    var head = f.headPod(name());
    assertRefused(
        f.attest("worker", f.token(head), f.workerKeys()), 403, "makes a head, not a worker");
    var worker = f.workerPod(name());
    assertRefused(
        f.attest("head", f.token(worker), f.headKeys()), 403, "makes a worker, not a head");
  }

  @Test
  void a_head_account_of_another_namespace_makes_no_head() throws Exception {
    f.account(f.namespace, ClusterFixture.HEAD_ACCOUNT);
    var pod = f.pod(f.namespace, name(), ClusterFixture.HEAD_ACCOUNT, p -> p);
    assertRefused(f.attest("head", f.token(pod), f.headKeys()), 403, "is neither windlass-worker");
  }

  @Test
  void an_image_that_is_not_on_the_list_is_refused() throws Exception {
    var pod = f.workerPod(name());
    f.running(pod, "containerd://1", ClusterFixture.OTHER_IMAGE);
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()),
        403,
        "runs the image " + ClusterFixture.OTHER_IMAGE + " in the container worker, allowed are ");
  }

  @Test
  void a_pod_whose_image_is_not_known_yet_comes_again() throws Exception {
    var pod = f.workerPod(name());
    ControlPlane.patiently(
        () ->
            f.client
                .pods()
                .inNamespace(f.namespace)
                .withName(pod.getMetadata().getName())
                .editStatus(
                    p ->
                        new PodBuilder(p)
                            .editStatus()
                            .withContainerStatuses(List.of())
                            .endStatus()
                            .build()));
    assertRefused(f.attest("worker", f.token(pod), f.workerKeys()), 503, "no image digest yet");
  }

  @Test
  void a_pod_with_an_ephemeral_container_is_refused_and_not_renewed() throws Exception {
    var pod = f.workerPod(name());
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    f.await(grant.id());
    ControlPlane.patiently(
        () ->
            f.client
                .pods()
                .inNamespace(f.namespace)
                .withName(pod.getMetadata().getName())
                .ephemeralContainers()
                .edit(
                    p ->
                        new PodBuilder(p)
                            .editSpec()
                            .addToEphemeralContainers(
                                new EphemeralContainerBuilder()
                                    .withName("debugger")
                                    .withImage("busybox")
                                    .build())
                            .endSpec()
                            .build()));

    assertRefused(f.renew(source(grant, keys)), 403, "has the ephemeral container debugger");
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()), 403, "the ephemeral container debugger");
  }

  @Test
  void a_privileged_pod_is_refused() throws Exception {
    var name = name();
    f.worker(name, owner());
    var pod =
        f.pod(
            f.namespace,
            name,
            ApiNames.WORKER_SERVICE_ACCOUNT,
            p ->
                p.editSpec()
                    .editContainer(0)
                    .withNewSecurityContext()
                    .withPrivileged(true)
                    .endSecurityContext()
                    .endContainer()
                    .endSpec());
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()), 403, "the privileged container worker");
  }

  @Test
  void a_rogue_pod_with_the_workers_service_account_has_no_worker_and_is_refused()
      throws Exception {
    var name = name();
    var pod = f.pod(f.namespace, name, ApiNames.WORKER_SERVICE_ACCOUNT, p -> p);
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()),
        403,
        "there is no Worker " + f.namespace + "/" + name);

    f.worker(name, ClusterFixture.poolOwner(UUID.randomUUID().toString()));
    assertRefused(
        f.attest("worker", f.token(pod), f.workerKeys()), 403, "belongs to another WorkerPool");
  }

  @Test
  void a_nonce_is_used_once_and_soon_and_is_the_registrars() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    var keys = f.workerKeys();
    var nonce = f.nonce();
    granted(f.attest(ClusterFixture.request("worker", token, nonce, keys)));
    assertRefused(
        f.attest(ClusterFixture.request("worker", token, nonce, keys)), 401, "it was used already");
    assertRefused(
        f.attest(ClusterFixture.request("worker", token, new byte[32], keys)),
        401,
        "not one of this registrar");
    var late = f.nonce();
    f.clock.forward(Duration.ofSeconds(60));
    assertRefused(
        f.attest(ClusterFixture.request("worker", token, late, keys)), 401, "older than 60 s");
  }

  @Test
  void a_request_that_one_of_its_keys_has_not_signed_is_refused() throws Exception {
    var pod = f.headPod(name());
    var token = f.token(pod);
    var one = ClusterFixture.request("head", token, f.nonce(), f.headKeys());
    var other = ClusterFixture.request("head", token, f.nonce(), f.headKeys());
    for (var member : List.of("csr", "ed25519", "p256", "nonce", "proofs")) {
      var members = new TreeMap<>(one.at().object().members());
      members.put(member, other.at().get(member).value());
      assertRefused(f.attest(new Json.Obj(members)), 400, "not a signature of this request");
    }
    granted(f.attest(one));
  }

  @Test
  void a_result_key_has_one_owner() throws Exception {
    var keys = f.workerKeys();
    var one = f.workerPod(name());
    var grant = granted(f.attest("worker", f.token(one), keys));
    f.await(grant.id());
    var other = f.workerPod(name());
    assertRefused(f.attest("worker", f.token(other), keys), 409, "has an owner; make another");
  }

  @Test
  void while_the_log_is_away_nobody_gets_an_identity_and_it_is_entered_once() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    var keys = f.workerKeys();
    f.log.is(FakeLog.Mood.ANSWERS_LOST);
    int before = f.log.entries().size();
    assertRefused(f.attest("worker", token, keys), 503, "could not be entered");
    assertEquals(null, f.readWorker(pod.getMetadata().getName()).status().identity());
    f.log.is(FakeLog.Mood.WELL);
    granted(f.attest("worker", token, keys));
    assertEquals(before + 1, f.log.entries().size());
  }

  @Test
  void what_was_attested_is_renewed_by_the_next_leader() throws Exception {
    var pod = f.workerPod(name());
    var keys = f.workerKeys();
    var token = f.token(pod);
    var grant = granted(f.attest("worker", token, keys));
    var head = f.headPod(name());
    var headKeys = f.headKeys();
    var headGrant = granted(f.attest("head", f.token(head), headKeys));

    f.start();

    assertEquals(grant.id(), granted(f.renew(source(grant, keys))).id());
    assertEquals(headGrant.id(), granted(f.renew(source(headGrant, headKeys))).id());
    assertRefused(f.attest("worker", token, f.workerKeys()), 401, "it was used already");
  }

  /** The whole way, by the client that workers use. */
  @Test
  void a_pod_with_mounted_token_and_roots_enrols_and_renews() throws Exception {
    var pod = f.workerPod(name());
    Files.writeString(mounts.resolve("token"), f.token(pod));
    Files.writeString(mounts.resolve("roots.pem"), f.registrar.roots());
    try (var worker = Enrolment.attest(how(), f.around)) {
      assertEquals(pod.getMetadata().getUid(), worker.id().name());
      var first = worker.current();
      f.await(worker.id());
      f.delays.forward(Duration.ofMinutes(34));
      assertNotEquals(first.chain(), worker.current().chain());
      assertEquals(identity(pod).notAfter(), worker.current().notAfter().toString());
    }
  }

  @Test
  void a_pod_says_nothing_to_a_registrar_under_another_authority() throws Exception {
    var pod = f.workerPod(name());
    var other = CertificateAuthority.create(ClusterFixture.DOMAIN, f.clock, f.random);
    Files.writeString(mounts.resolve("token"), f.token(pod));
    Files.writeString(mounts.resolve("roots.pem"), RootsPem.text(other.roots()));
    var tries = new AtomicInteger();
    Delays thrice =
        (_, then) -> {
          if (tries.incrementAndGet() == 3) Thread.currentThread().interrupt();
          then.run();
        };
    assertThrows(
        InterruptedIOException.class,
        () -> Enrolment.attest(how(), new Surroundings(f.clock, f.random, thrice)));
    assertTrue(Thread.interrupted());
    assertEquals(3, tries.get());
    assertEquals(null, f.readWorker(pod.getMetadata().getName()).status().identity());
  }

  @Test
  void no_secret_is_in_an_answer() throws Exception {
    var pod = f.workerPod(name());
    var token = f.token(pod);
    var granted = f.attest("worker", token, f.workerKeys());
    var refused = f.attest("worker", token, f.workerKeys());
    for (var reply : List.of(granted, refused))
      for (var part : token.split("\\.")) assertTrue(!reply.body().contains(part), reply.body());
  }

  private Attestation how() {
    return Attestation.ofWorker(
        "127.0.0.1:" + f.port, mounts.resolve("token"), mounts.resolve("roots.pem"));
  }

  private static WorkerStatus.Identity identity(Pod pod) {
    var identity = f.readWorker(pod.getMetadata().getName()).status().identity();
    assertNotNull(identity);
    return identity;
  }

  private static OwnerReference owner() {
    return ClusterFixture.poolOwner(ClusterFixture.POOL_UID);
  }

  private static void delete(Pod pod) {
    f.client.resource(pod).withGracePeriod(0).delete();
    awaitTrue("the pod is gone", () -> f.client.resource(pod).get() == null);
  }

  /** The same claims, an hour older, signed with the API server's own key. */
  private static String expired(String token) throws Exception {
    var parts = token.split("\\.");
    var claims =
        new String(Base64.getUrlDecoder().decode(parts[1]))
            .replaceAll("\"exp\":\\d+", "\"exp\":1600000600")
            .replaceAll("\"iat\":\\d+", "\"iat\":1600000000")
            .replaceAll("\"nbf\":\\d+", "\"nbf\":1600000000");
    var b64 = Base64.getUrlEncoder().withoutPadding();
    var text = parts[0] + "." + b64.encodeToString(claims.getBytes());
    var pem = Files.readString(tokenKey()).replaceAll("-----[A-Z ]+-----|\\s", "");
    var key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    var signer = Signature.getInstance("SHA256withECDSAinP1363Format");
    signer.initSign(key);
    signer.update(text.getBytes());
    return text + "." + b64.encodeToString(signer.sign());
  }

  private static Path tokenKey() {
    return f.plane.kubeconfigFile().resolveSibling("sa.key");
  }

  private static String name() {
    made++;
    return "edge-" + made;
  }
}
