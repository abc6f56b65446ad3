package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.AttestRequest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Csr;
import dev.windlass.identity.Grant;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.ResultKey;
import dev.windlass.identity.RootsPem;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.identity.Tls;
import dev.windlass.identity.TlsKeys;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.receipt.P256Key;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A registrar started against the real API server, and pods as a kubelet would report them. The
 * clock stands at the API server's time until it is moved.
 */
final class ClusterFixture implements AutoCloseable {
  static final String DOMAIN = "acme.test";
  static final Digest IMAGE = Digest.of("windlass".getBytes());
  static final Digest OTHER_IMAGE = Digest.of("something else".getBytes());
  static final String HEAD_ACCOUNT = "acme-head";
  static final String POOL_UID = UUID.randomUUID().toString();

  final ControlPlane plane;
  final KubernetesClient client;

  /** What the registrar uses. */
  KubernetesClient own;

  final String release;
  final String namespace;
  final TestClock clock = new TestClock();
  final TestDelays delays = new TestDelays(clock);
  final SecureRandom random = new SecureRandom();
  final Surroundings around = new Surroundings(clock, random, delays);
  final FakeLog log = new FakeLog();
  ClusterRegistrar registrar;
  int port;

  record Reply(int status, String body) {
    Json json() {
      return Json.parse(body, Bounds.DEFAULT);
    }
  }

  /** All keys of one pod. */
  record Keys(AttestRequest.Keys all, Optional<P256Key> receipts) {}

  private ClusterFixture(ControlPlane plane) {
    this.plane = plane;
    this.client = plane.client();
    this.own = client;
    this.release = plane.newNamespace();
    this.namespace = plane.newNamespace();
  }

  static ClusterFixture open() throws IOException {
    return open(ControlPlane.shared());
  }

  static ClusterFixture open(ControlPlane plane) throws IOException {
    var f = new ClusterFixture(plane);
    f.clock.forward(Duration.between(f.clock.instant(), Instant.now()));
    f.plane.applyCrds(Path.of("helm/windlass/files/crds"));
    f.account(f.namespace, ApiNames.WORKER_SERVICE_ACCOUNT);
    f.account(f.namespace, "default");
    f.account(f.release, HEAD_ACCOUNT);
    f.start();
    return f;
  }

  ClusterRegistrarSettings settings() {
    return ClusterRegistrarSettings.of(release, "acme", DOMAIN)
        .listening("127.0.0.1", 0)
        .allowing(Set.of(IMAGE), Optional.empty());
  }

  /** Again, as after a restart. */
  void start() throws IOException {
    if (registrar != null) registrar.close();
    registrar = ClusterRegistrar.open(own, settings(), Optional.of(log), around);
    port = registrar.start();
  }

  @Override
  public void close() {
    registrar.close();
  }

  void account(String in, String name) {
    try {
      client
          .resource(
              new ServiceAccountBuilder()
                  .withNewMetadata()
                  .withNamespace(in)
                  .withName(name)
                  .endMetadata()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) throw e;
    }
  }

  /** A worker's pod that runs, with its Worker. */
  Pod workerPod(String name) {
    worker(name, poolOwner(POOL_UID));
    return pod(namespace, name, ApiNames.WORKER_SERVICE_ACCOUNT, p -> p);
  }

  Pod headPod(String name) {
    return pod(release, name, HEAD_ACCOUNT, p -> p);
  }

  /** A pod that runs the allowed image. */
  Pod pod(String in, String name, String account, UnaryOperator<PodBuilder> change) {
    var builder =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(in)
            .withName(name)
            .withOwnerReferences(poolOwner(POOL_UID))
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(account)
            .addNewContainer()
            .withName("worker")
            .withImage("windlass:test")
            .endContainer()
            .endSpec();
    var made = client.resource(change.apply(builder).build()).create();
    return running(made, "containerd://1", IMAGE);
  }

  /** What the kubelet says of a pod. */
  Pod running(Pod pod, String containerId, Digest image) {
    var statuses =
        pod.getSpec().getContainers().stream()
            .map(
                c ->
                    new ContainerStatusBuilder()
                        .withName(c.getName())
                        .withImage(c.getImage())
                        .withImageID("example.com/windlass@" + image)
                        .withContainerID(containerId)
                        .withReady(true)
                        .withRestartCount(0)
                        .build())
            .toList();
    return ControlPlane.patiently(
        () ->
            client
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .editStatus(
                    p ->
                        new PodBuilder(p)
                            .editOrNewStatus()
                            .withPhase("Running")
                            .withContainerStatuses(statuses)
                            .endStatus()
                            .build()));
  }

  Worker worker(String name, OwnerReference... owners) {
    var worker = new Worker();
    worker.getMetadata().setNamespace(namespace);
    worker.getMetadata().setName(name);
    worker.getMetadata().setOwnerReferences(List.of(owners));
    worker.getMetadata().setFinalizers(List.of(ApiNames.REVOKE_FINALIZER));
    return client.resource(worker).create();
  }

  Worker readWorker(String name) {
    return client.resources(Worker.class).inNamespace(namespace).withName(name).get();
  }

  static OwnerReference poolOwner(String uid) {
    return new OwnerReferenceBuilder()
        .withApiVersion(ApiNames.GROUP + "/" + ApiNames.VERSION)
        .withKind("WorkerPool")
        .withName("edge")
        .withUid(uid)
        .withController(true)
        .build();
  }

  /** As the kubelet asks for it. */
  String token(Pod pod) {
    return token(pod, ApiNames.REGISTRAR_AUDIENCE);
  }

  String token(Pod pod, String audience) {
    var meta = pod.getMetadata();
    return client
        .serviceAccounts()
        .inNamespace(meta.getNamespace())
        .withName(pod.getSpec().getServiceAccountName())
        .tokenRequest(
            new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(600L)
                .withNewBoundObjectRef()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(meta.getName())
                .withUid(meta.getUid())
                .endBoundObjectRef()
                .endSpec()
                .build())
        .getStatus()
        .getToken();
  }

  Keys workerKeys() {
    var tls = TlsKeys.make(random);
    var made =
        new AttestRequest.Keys(
            tls, Csr.make(tls, random), ResultKey.make(random), Optional.empty());
    return new Keys(made, Optional.empty());
  }

  Keys headKeys() {
    var tls = TlsKeys.make(random);
    var p256 = P256Key.make(random);
    var made =
        new AttestRequest.Keys(
            tls, Csr.make(tls, random), ResultKey.make(random), Optional.of(receiptKey(p256)));
    return new Keys(made, Optional.of(p256));
  }

  static AttestRequest.ReceiptKey receiptKey(P256Key key) {
    return new AttestRequest.ReceiptKey() {
      @Override
      public byte[] spki() {
        return key.publicKey().spki().toArray();
      }

      @Override
      public byte[] sign(byte[] message) {
        return key.sign(message).toArray();
      }
    };
  }

  /** With a fresh nonce. */
  Reply attest(String role, String token, Keys keys) throws Exception {
    return attest(request(role, token, nonce(), keys));
  }

  static Json request(String role, String token, byte[] nonce, Keys keys) {
    return AttestRequest.make(role, token, nonce, keys.all()).json();
  }

  Reply attest(Json request) throws Exception {
    return post(null, "attest", request);
  }

  byte[] nonce() throws Exception {
    var reply = post(null, "attest/challenge", Json.object().put("v", 1).build());
    assertEquals(200, reply.status(), reply.body());
    return Base64.getDecoder().decode(reply.json().at().get("nonce").text());
  }

  Reply renew(CredentialSource who) throws Exception {
    var csr = Csr.make(TlsKeys.make(random), random);
    var body = Json.object().put("v", 1).put("csr", Base64.getEncoder().encodeToString(csr));
    return post(who, "renew", body.build());
  }

  private Reply post(CredentialSource who, String path, Json body) throws Exception {
    var registrars =
        new PeerVerifier(
            () -> RootsPem.parse(registrar.roots()),
            DOMAIN,
            id -> id.role().equals(SpiffeId.REGISTRAR),
            clock);
    var tls = who == null ? Tls.context(registrars) : Tls.context(who, registrars);
    try (var http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build()) {
      var request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/" + path))
              .timeout(Duration.ofSeconds(30))
              .POST(BodyPublishers.ofByteArray(body.canonical()))
              .build();
      var reply = http.send(request, BodyHandlers.ofString());
      return new Reply(reply.statusCode(), reply.body());
    }
  }

  static Grant granted(Reply reply) {
    assertEquals(200, reply.status(), reply.body());
    return Grant.parse(reply.json());
  }

  static CredentialSource source(Grant grant, Keys keys) {
    return CredentialSource.fixed(
        new Credentials(grant.id(), keys.all().tls().getPrivate(), grant.chain(), grant.roots()));
  }

  /** The registrar's watch is a moment behind. */
  void await(SpiffeId id) {
    awaitTrue("the registrar has heard of " + id, () -> registrar.hasHeardOf(id));
  }

  static void assertRefused(Reply reply, int status, String detail) {
    assertEquals(status, reply.status(), reply.body());
    var text = reply.json().at().get("detail").text();
    assertTrue(text.contains(detail), text);
  }

  static SpiffeId idOf(java.security.cert.X509Certificate leaf) throws CertificateException {
    return PeerVerifier.idOf(leaf);
  }

  static Bytes raw(ResultKey key) {
    return Bytes.copyOf(key.publicKey().raw());
  }

  static void awaitTrue(String what, BooleanSupplier holds) {
    var end = Instant.now().plusSeconds(30);
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(end)) throw new AssertionError("not within 30 s: " + what);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
