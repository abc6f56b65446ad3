package dev.windlass.kube;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real etcd and kube-apiserver on free ports of 127.0.0.1, RBAC on, in a directory of their own;
 * the scheduler and the controller-manager when asked for. Nothing of it outlives this JVM.
 *
 * <p>The one of {@link #shared} is shared by all tests of a JVM: use {@link #newNamespace}, names
 * of your own for what has no namespace, and leave it running. Without the controller-manager
 * nothing collects owned objects, and a deleted namespace stays.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String SERVICE_NETWORK = "10.96.0.0/16";
  private static final String SERVICE_ADDRESS = "10.96.0.1";

  /** Node objects without a kubelet stay Ready this long. */
  private static final String GRACE = "24h";

  private static @Nullable ControlPlane shared;

  private final Path directory;
  private final ServingKeys keys;
  private final String token;
  private final HttpClient probe;
  private boolean isShared;
  private int etcdPort;
  private int peerPort;
  private int apiPort;
  private @Nullable Leashed etcd;
  private @Nullable Leashed api;
  private @Nullable Leashed scheduler;
  private @Nullable Leashed controllers;
  private @Nullable KubernetesClient client;

  private ControlPlane(Path directory) throws IOException {
    this.directory = directory;
    this.keys = ServingKeys.make(directory, SERVICE_ADDRESS);
    var secret = new byte[16];
    ThreadLocalRandom.current().nextBytes(secret);
    this.token = HexFormat.of().formatHex(secret);
    this.probe = HttpClient.newBuilder().sslContext(trusting(keys.authority())).build();
  }

  /** The one of this JVM: started by the first who asks, in some four seconds. */
  public static synchronized ControlPlane shared() {
    if (shared == null) {
      shared = start();
      shared.isShared = true;
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close, "control-plane-end"));
    }
    return shared;
  }

  /** One of your own, to be stopped and broken as you like. */
  public static ControlPlane start() {
    try {
      var plane = new ControlPlane(Files.createTempDirectory("windlass-kube"));
      try {
        plane.begin();
      } catch (IOException | RuntimeException e) {
        plane.close();
        throw e;
      }
      return plane;
    } catch (IOException e) {
      throw new UncheckedIOException("no control plane: " + e.getMessage(), e);
    }
  }

  /** Sees and may do everything. Do not close it. */
  public synchronized KubernetesClient client() {
    if (client == null) client = clientWith(token);
    return client;
  }

  /**
   * What a process with this service account may do, by a token that the API server issued. The
   * account is made when it is not there; the client is yours to close.
   */
  public KubernetesClient clientFor(String namespace, String serviceAccount) {
    ensureServiceAccount(namespace, serviceAccount);
    return clientWith(tokenFor(namespace, serviceAccount, List.of()));
  }

  /** A token for these audiences; for the API server itself when there are none. */
  public String tokenFor(String namespace, String serviceAccount, List<String> audiences) {
    var request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withAudiences(audiences)
            .withExpirationSeconds(3600L)
            .endSpec()
            .build();
    return client()
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(serviceAccount)
        .tokenRequest(request)
        .getStatus()
        .getToken();
  }

  /** A client that says who it is by this token. */
  public KubernetesClient clientWith(String bearer) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfigWith(bearer)))
        .build();
  }

  /** The text of a kubeconfig that sees and may do everything. */
  public String kubeconfig() {
    return kubeconfigWith(token);
  }

  /** Such a kubeconfig as a file. */
  public Path kubeconfigFile() {
    return directory.resolve("admin.conf");
  }

  public String url() {
    return "https://127.0.0.1:" + apiPort;
  }

  /** Its certificate authority, as PEM. */
  public String authority() {
    return text(keys.authority());
  }

  /** A namespace that nobody else has, with its default service account. */
  public String newNamespace() {
    var name = "test-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    client()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    ensureServiceAccount(name, "default");
    return name;
  }

  /** Every CRD in the files of a directory, established. */
  public void applyCrds(Path manifests) {
    var all = new ArrayList<HasMetadata>();
    try (var files = Files.list(manifests)) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        try (var in = Files.newInputStream(file)) {
          all.addAll(client().load(in).items());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read the CRDs of " + manifests, e);
    }
    var crds = all.stream().filter(o -> o.getKind().equals("CustomResourceDefinition")).toList();
    if (crds.isEmpty()) throw new IllegalArgumentException("no CRD in " + manifests);
    for (var crd : crds) {
      client().resource(crd).forceConflicts().serverSideApply();
      await("CRD " + crd.getMetadata().getName(), () -> isEstablished(crd));
    }
  }

  /**
   * Writes again what somebody else overtook: admission, the scheduler and the controller-manager
   * write to the same objects, when they have time.
   *
   * @param write reads the object anew each time
   */
  public static <T> T patiently(Supplier<T> write) {
    for (int tries = 1; ; tries++) {
      try {
        return write.get();
      } catch (KubernetesClientException e) {
        boolean overtaken = e.getCode() == 409 || e.getCode() == 422;
        if (!overtaken || tries == 20) throw e;
      }
    }
  }

  /** Puts a pod on a node, as the scheduler does. */
  public static void bind(KubernetesClient client, Pod pod, String node) {
    var namespace = pod.getMetadata().getNamespace();
    client
        .bindings()
        .inNamespace(namespace)
        .resource(
            new BindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .withNewTarget()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(node)
                .endTarget()
                .build())
        .create();
  }

  /** A Node that the scheduler uses, without a kubelet: pods on it never start. */
  public Node fakeNode(String name, String cpu, String memory, Map<String, String> labels) {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(name)
            .addToLabels("kubernetes.io/hostname", name)
            .addToLabels("kubernetes.io/os", "linux")
            .addToLabels("kubernetes.io/arch", "amd64")
            .addToLabels(labels)
            .endMetadata()
            .build();
    client().resource(node).create();
    var room =
        Map.of(
            "cpu", new Quantity(cpu),
            "memory", new Quantity(memory),
            "pods", new Quantity("110"),
            "ephemeral-storage", new Quantity("4000G"));
    var made = client().nodes().withName(name);
    patiently(
        () ->
            made.editStatus(
                n ->
                    new NodeBuilder(n)
                        .editOrNewStatus()
                        .withCapacity(room)
                        .withAllocatable(room)
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("KubeletReady")
                        .withMessage("a test says so")
                        .withLastHeartbeatTime("2026-01-01T00:00:00Z")
                        .withLastTransitionTime("2026-01-01T00:00:00Z")
                        .endCondition()
                        .endStatus()
                        .build()));
    // admission puts this on every new Node, and only the controller-manager would take it off
    return patiently(
        () ->
            made.edit(
                n ->
                    new NodeBuilder(n)
                        .editSpec()
                        .removeMatchingFromTaints(
                            t -> "node.kubernetes.io/not-ready".equals(t.getKey()))
                        .endSpec()
                        .build()));
  }

  /**
   * Also starts the scheduler and the controller-manager, once. Not on the shared one: they write
   * to the pods of every test, and collect what names an owner that is not there.
   */
  public synchronized ControlPlane withSchedulerAndControllers() {
    if (isShared) throw new IllegalStateException("start a control plane of your own for this");
    try {
      if (scheduler == null) scheduler = leashed("kube-scheduler", schedulerFlags());
      if (controllers == null) controllers = leashed("kube-controller-manager", controllerFlags());
      var one = scheduler;
      var other = controllers;
      await(
          "the controllers' first work",
          () -> {
            mustLive(one, "kube-scheduler");
            mustLive(other, "kube-controller-manager");
            return client().serviceAccounts().inNamespace("kube-public").withName("default").get()
                != null;
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** As by kill -9: clients see their connections break, then nobody. */
  public synchronized void stopApi() {
    try {
      if (api != null) api.kill();
      api = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same port and the same data again. */
  public synchronized void startApi() {
    try {
      if (api == null) api = startedApi();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (client != null) client.close();
      for (var server : new Leashed[] {controllers, scheduler, api, etcd}) {
        if (server != null) server.kill();
      }
      if (!Files.exists(directory)) return;
      try (var files = Files.walk(directory)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("the control plane in " + directory + " did not end well: " + e);
    }
  }

  /** Somebody may take a port between our look and the server's: again, a few times. */
  private void begin() throws IOException {
    Files.createDirectories(directory.resolve("log"));
    Files.writeString(directory.resolve("tokens.csv"), token + ",admin,admin,\"system:masters\"\n");
    for (int attempt = 1; ; attempt++) {
      etcdPort = freePort();
      peerPort = freePort();
      apiPort = freePort();
      Files.writeString(kubeconfigFile(), kubeconfig());
      try {
        etcd = leashed("etcd", etcdFlags());
        api = startedApi();
        return;
      } catch (IOException e) {
        if (etcd != null) etcd.kill();
        if (attempt == 3 || !String.valueOf(e.getMessage()).contains("address already in use")) {
          throw e;
        }
      }
    }
  }

  private Leashed startedApi() throws IOException {
    var started = leashed("kube-apiserver", apiFlags());
    var store = etcd;
    try {
      await(
          "kube-apiserver",
          () -> {
            if (store != null) mustLive(store, "etcd");
            mustLive(started, "kube-apiserver");
            return isReady();
          });
      return started;
    } catch (UncheckedIOException e) {
      started.kill();
      throw new IOException(e.getMessage(), e);
    }
  }

  private Leashed leashed(String name, List<String> flags) throws IOException {
    var command = new ArrayList<String>();
    command.add(Assets.program(name).toString());
    command.addAll(flags);
    var litter = name.equals("etcd") ? directory.toString() : "";
    return Leashed.start(directory.resolve("log").resolve(name), litter, command);
  }

  private List<String> etcdFlags() {
    var url = "http://127.0.0.1:" + etcdPort;
    var peer = "http://127.0.0.1:" + peerPort;
    return List.of(
        "--data-dir=" + directory.resolve("etcd-" + etcdPort),
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--listen-client-urls=" + url,
        "--advertise-client-urls=" + url,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=default=" + peer);
  }

  private List<String> apiFlags() {
    return List.of(
        "--etcd-servers=http://127.0.0.1:" + etcdPort,
        "--bind-address=127.0.0.1",
        "--secure-port=" + apiPort,
        // a loopback address may not be an endpoint of the Service "kubernetes"
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=" + SERVICE_NETWORK,
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--token-auth-file=" + directory.resolve("tokens.csv"),
        "--tls-cert-file=" + keys.certificate(),
        "--tls-private-key-file=" + keys.key(),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        "--service-account-key-file=" + keys.tokenPublic(),
        "--service-account-signing-key-file=" + keys.tokenKey(),
        "--watch-cache=true",
        "--v=0");
  }

  private List<String> schedulerFlags() throws IOException {
    return List.of(
        "--kubeconfig=" + kubeconfigFile(),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=" + freePort(),
        "--authentication-tolerate-lookup-failure=true");
  }

  private List<String> controllerFlags() throws IOException {
    return List.of(
        "--kubeconfig=" + kubeconfigFile(),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=" + freePort(),
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--node-monitor-grace-period=" + GRACE,
        "--use-service-account-credentials=true",
        "--service-account-private-key-file=" + keys.tokenKey(),
        "--root-ca-file=" + keys.authority(),
        "--cluster-signing-cert-file=" + keys.authority(),
        "--cluster-signing-key-file=" + keys.authorityKey());
  }

  private boolean isReady() {
    var request =
        HttpRequest.newBuilder(URI.create(url() + "/readyz"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return probe.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  private boolean isEstablished(HasMetadata crd) {
    var now =
        client()
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withName(crd.getMetadata().getName())
            .get();
    return now != null
        && now.getStatus() != null
        && now.getStatus().getConditions() != null // at first
        && now.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  private void ensureServiceAccount(String namespace, String name) {
    try {
      client()
          .resource(
              new ServiceAccountBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .withNamespace(namespace)
                  .endMetadata()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) throw e;
    }
  }

  private String kubeconfigWith(String bearer) {
    return """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "%s", certificate-authority-data: %s}}]
        users: [{name: test, user: {token: "%s"}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        current-context: test
        """
        .formatted(
            url(),
            Base64.getEncoder().encodeToString(authority().getBytes(StandardCharsets.UTF_8)),
            bearer);
  }

  private static void mustLive(Leashed server, String name) {
    if (server.isAlive()) return;
    try {
      throw new UncheckedIOException(new IOException(name + " ended:\n" + server.lastWords()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void await(String what, BooleanSupplier holds) {
    var end = Instant.now().plus(PATIENCE);
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(end))
        throw new UncheckedIOException(
            new IOException(what + " is not ready after " + PATIENCE.toSeconds() + " s"));
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private static SSLContext trusting(Path authority) throws IOException {
    try (var in = Files.newInputStream(authority)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("TLS of the JDK", e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
