package dev.windlass.image;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.Worker;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the program is, run once for the tracer: commands, all on one machine, and the
 * roles of a cluster against a real API server. There is no kubelet, so the pods that the operator
 * makes are told to run, and the processes of this machine stand for them.
 */
final class Roles implements AutoCloseable {
  private static final String IMAGE = "registry.local/windlass@sha256:" + "ab".repeat(32);
  private static final String RELEASE = "windlass";
  private static final Map<String, String> NOTHING = Map.of();

  private final TracedRole.Place place;
  private final Path work;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<TracedRole> running = new ArrayList<>();
  private @Nullable ControlPlane plane;

  Roles(TracedRole.Place place) {
    this.place = place;
    this.work = place.work();
  }

  void commands() throws Exception {
    place.run(NOTHING, "version");
    place.run(NOTHING, "help");
    place.run(NOTHING, "doctor");
    place.run(NOTHING, "run", "examples/hello.wat");
    place.run(
        NOTHING,
        "verify",
        "docs/examples/receipt.tlog-proof",
        "--policy",
        "docs/examples/policy.txt");
  }

  /** {@code up}: a log within, a worker that joins by a token. */
  void oneMachine() throws Exception {
    var up = start("up", NOTHING, "up", "--port", "0", "--workers", "1", "--data", data("up"));
    var url = up.line("ready ");
    var at = Map.of("WINDLASS_URL", url);
    up.await("joined by a worker", () -> text(url + "/api/v1/workers").contains("\"ready\""));
    place.run(at, "deploy", "examples/hello.wat", "--name", "hello");
    var receipt = data("hello.tlog-proof");
    place.run(at, "invoke", "hello", "--data", "Ada", "--show", "--receipt", receipt);
    place.run(at, "get", "functions", "-o", "json");
    place.run(at, "get", "workers");
    place.run(at, "verify", receipt, "--policy", data("up/log/policy.txt"));
    place.run(at, "log", "head", "--log", url + "/log", "--policy", data("up/log/policy.txt"));
    place.run(at, "delete", "hello");
    ask(url);
    up.close();
  }

  void cluster() throws Exception {
    plane = ControlPlane.start().withSchedulerAndControllers();
    plane.applyCrds(Path.of("helm/windlass/files/crds"));
    var client = plane.client();
    var release = plane.newNamespace();
    var namespace = plane.newNamespace();
    plane.clientFor(release, RELEASE + "-head").close(); // and the account is there
    pod(client, release, "operator-0", "default", "operator");
    plane.fakeNode("node-" + release, "8", "64Gi", Map.of());
    int log = freePort();
    var witness = freePort();
    int registrar = freePort();
    int link = freePort();
    int health = freePort();
    int artifacts = freePort();
    var kube = Map.of("KUBECONFIG", plane.kubeconfigFile().toString());
    // the API server takes the list before the operator has seen the first object
    var operator =
        start(
            "operator",
            kube,
            "operator",
            "--namespace=" + release,
            "--name=" + RELEASE,
            "--pod=operator-0",
            "--listen=127.0.0.1:" + health,
            "--registrar-listen=127.0.0.1:" + registrar,
            "--artifacts-listen=127.0.0.1:" + artifacts,
            "--data=" + data("operator"),
            "--worker-image=" + IMAGE,
            "--allowed-image=sha256:" + "ab".repeat(32),
            "--registrar-address=127.0.0.1:" + registrar,
            "--heads-address=127.0.0.1:" + link,
            "--log=http://127.0.0.1:" + log,
            "--witnesses=1",
            "--quorum=1",
            "--witness-url-template=http://127.0.0.1:" + witness + "/{i}/..");
    awaitKeys(client, release, operator);
    log(client, release, log, witness);
    apply(plane, namespace, "examples/hello.yaml");
    var pod = workerPod(client, namespace, operator);
    worker(client, pod, registrar, link);
    var head = head(client, release, registrar, link, artifacts, log, kube);
    awaitAnswer(head, namespace);
    place.run(Map.of("WINDLASS_URL", head), "get", "functions");
    ask(head);
    ask("http://127.0.0.1:" + health);
    gone(client, namespace, pod);
  }

  /** Keys that the operator makes, each in a file as a volume would hold it. */
  private void awaitKeys(KubernetesClient client, String release, TracedRole operator) {
    operator.await(
        "done with the keys",
        () ->
            client.secrets().inNamespace(release).withName(RELEASE + "-witness-keys").get() != null
                && map(client, release, RELEASE + "-log-policy") != null
                && map(client, release, RELEASE + "-trust") != null);
  }

  private void log(KubernetesClient client, String release, int port, int witness)
      throws IOException {
    var policy =
        file("policy.txt", map(client, release, RELEASE + "-log-policy").get("policy.txt"));
    start(
            "witness",
            NOTHING,
            "witness",
            "--data=" + data("witness"),
            "--key=" + secret(client, release, "-witness-keys", "witness-0.key"),
            "--policy=" + policy,
            "--listen=127.0.0.1:" + witness)
        .line("ready ");
    start(
            "log",
            NOTHING,
            "log",
            "serve",
            "--data=" + data("log"),
            "--listen=127.0.0.1:" + port,
            "--key=" + secret(client, release, "-log-key", "log.key"),
            "--operator-key=" + secret(client, release, "-operator-key", "operator.pem"),
            "--policy=" + policy,
            "--registrar-key-file="
                + file(
                    "registrar-key",
                    map(client, release, RELEASE + "-log-policy").get("registrar-key")))
        .line("ready ");
    ask(
        start(
                "mirror",
                NOTHING,
                "mirror",
                "--data=" + data("mirror"),
                "--source=http://127.0.0.1:" + port,
                "--policy=" + policy,
                "--listen=127.0.0.1:0")
            .line("ready "));
    ask("http://127.0.0.1:" + port);
    ask("http://127.0.0.1:" + witness);
  }

  private Pod workerPod(KubernetesClient client, String namespace, TracedRole operator) {
    var pods = client.pods().inNamespace(namespace);
    operator.await(
        "done with the pool",
        () -> pods.list().getItems().stream().anyMatch(p -> p.getSpec().getNodeName() != null));
    var pod =
        pods.list().getItems().stream()
            .filter(p -> p.getSpec().getNodeName() != null)
            .findFirst()
            .orElseThrow();
    return running(client, pod);
  }

  private void worker(KubernetesClient client, Pod pod, int registrar, int link)
      throws IOException {
    start(
        "worker",
        NOTHING,
        "worker",
        "--head=127.0.0.1:" + link,
        "--registrar=127.0.0.1:" + registrar,
        "--token-file=" + token(client, pod),
        "--roots=" + roots(client, pod.getMetadata().getNamespace()),
        "--data=" + data("worker"),
        "--lanes=1");
  }

  /** Its URL. */
  private String head(
      KubernetesClient client,
      String release,
      int registrar,
      int link,
      int artifacts,
      int log,
      Map<String, String> kube)
      throws IOException {
    var pod = running(client, pod(client, release, "head-0", RELEASE + "-head", "head"));
    int port = freePort();
    start(
        "head",
        kube,
        "head",
        "--cluster=true",
        "--namespace=" + release,
        "--listen=127.0.0.1:" + port,
        "--link-listen=127.0.0.1:" + link,
        "--data=" + data("head"),
        "--registrar=127.0.0.1:" + registrar,
        "--artifacts=127.0.0.1:" + artifacts,
        "--token-file=" + token(client, pod),
        "--roots=" + roots(client, release),
        "--log=http://127.0.0.1:" + log,
        "--log-policy=" + work.resolve("policy.txt"));
    return "http://127.0.0.1:" + port;
  }

  private void awaitAnswer(String head, String namespace) {
    var call =
        HttpRequest.newBuilder(URI.create(head + "/fn/" + namespace + "/hello"))
            .POST(BodyPublishers.ofString("Ada"))
            .build();
    TracedRole.await(
        () -> "no answer of a function:\n" + outputs(),
        () -> send(call).map(r -> r.statusCode() == 200).orElse(false));
  }

  /** A pool that shrinks, a worker that is revoked, a function that goes. */
  private void gone(KubernetesClient client, String namespace, Pod pod) {
    client.resources(Function.class).inNamespace(namespace).delete();
    client.resource(pod).withGracePeriod(0).delete();
    var workers = client.resources(Worker.class).inNamespace(namespace);
    var name = pod.getMetadata().getName();
    TracedRole.await(
        () -> "the Worker " + name + " is still there:\n" + outputs(),
        () -> workers.withName(name).get() == null);
  }

  private String outputs() {
    var all = new StringBuilder();
    for (var role : running) all.append(role.output()).append('\n');
    return all.toString();
  }

  /** Health, metrics, and what else is behind /q. */
  private void ask(String url) {
    for (var path : List.of("/q/health", "/q/health/ready", "/q/metrics", "/q/openapi", "/nowhere"))
      text(url + path);
  }

  private String text(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build()).map(HttpResponse::body).orElse("");
  }

  private java.util.Optional<HttpResponse<String>> send(HttpRequest request) {
    try {
      return java.util.Optional.of(http.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return java.util.Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private TracedRole start(String name, Map<String, String> environment, String... words)
      throws IOException {
    var role = place.start(name, environment, List.of(words));
    running.add(role);
    return role;
  }

  private String data(String name) {
    return work.resolve(name).toString();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(work.resolve(name), text);
  }

  private Path secret(KubernetesClient client, String release, String name, String key)
      throws IOException {
    var data = client.secrets().inNamespace(release).withName(RELEASE + name).get().getData();
    return Files.write(work.resolve(key), Base64.getDecoder().decode(data.get(key)));
  }

  private static Map<String, String> map(KubernetesClient client, String namespace, String name) {
    var found = client.configMaps().inNamespace(namespace).withName(name).get();
    return found == null ? null : found.getData();
  }

  private Path roots(KubernetesClient client, String namespace) throws IOException {
    TracedRole.await(
        () -> namespace + " has no roots",
        () -> map(client, namespace, RELEASE + "-trust") != null);
    return file(
        "roots-" + namespace + ".pem", map(client, namespace, RELEASE + "-trust").get("roots.pem"));
  }

  private static Pod pod(
      KubernetesClient client, String namespace, String name, String account, String component) {
    return client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app.kubernetes.io/component", component)
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(account)
                .addNewContainer()
                .withName(component)
                .withImage(IMAGE)
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** What a kubelet would say. */
  private static Pod running(KubernetesClient client, Pod pod) {
    var statuses =
        pod.getSpec().getContainers().stream()
            .map(
                c ->
                    new ContainerStatusBuilder()
                        .withName(c.getName())
                        .withImage(IMAGE)
                        .withImageID(IMAGE)
                        .withContainerID("containerd://1")
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

  private Path token(KubernetesClient client, Pod pod) throws IOException {
    var meta = pod.getMetadata();
    var request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withAudiences(ApiNames.REGISTRAR_AUDIENCE)
            .withExpirationSeconds(3600L)
            .withNewBoundObjectRef()
            .withApiVersion("v1")
            .withKind("Pod")
            .withName(meta.getName())
            .withUid(meta.getUid())
            .endBoundObjectRef()
            .endSpec()
            .build();
    return file(
        "token-" + meta.getName(),
        client
            .serviceAccounts()
            .inNamespace(meta.getNamespace())
            .withName(pod.getSpec().getServiceAccountName())
            .tokenRequest(request)
            .getStatus()
            .getToken());
  }

  private static void apply(ControlPlane plane, String namespace, String file) throws IOException {
    try (var in = Files.newInputStream(Path.of(file))) {
      for (var object : plane.client().load(in).items()) {
        var one = plane.client().resource(object);
        (object.getKind().equals("HardwareProfile") ? one : one.inNamespace(namespace))
            .serverSideApply();
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    for (var role : running.reversed()) role.close();
    http.close();
    if (plane != null) plane.close();
  }
}
