package dev.windlass.registrar;

import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Json;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.receipt.Ed25519PublicKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The API server. */
final class KubeCluster implements Cluster {
  /** Somebody waits for an answer: that there is none he is told soon, and comes again. */
  private static final int TRIES_AGAIN = 1;

  private static final int TIMEOUT_MILLIS = 4_000;

  private final KubernetesClient client;
  private final KnownWorkers workers;
  private final String namespace;
  private final String zoneLabel;

  /**
   * @param namespace of the release
   */
  KubeCluster(KubernetesClient client, KnownWorkers workers, String namespace, String zoneLabel) {
    var usual = client.getConfiguration().getRequestConfig();
    this.client =
        client
            .newClient(
                new RequestConfigBuilder(usual)
                    .withRequestRetryBackoffLimit(TRIES_AGAIN)
                    .withRequestTimeout(TIMEOUT_MILLIS)
                    .build())
            .adapt(KubernetesClient.class);
    this.workers = workers;
    this.namespace = namespace;
    this.zoneLabel = zoneLabel;
  }

  @Override
  public PodClaims.Reviewed review(String token) throws IOException {
    var review =
        new TokenReviewBuilder()
            .withNewSpec()
            .withToken(token)
            .withAudiences(ApiNames.REGISTRAR_AUDIENCE)
            .endSpec()
            .build();
    return PodClaims.read(
        asked("review a token", () -> client.tokenReviews().create(review)).getStatus());
  }

  @Override
  public Optional<Pod> pod(String pods, String name) throws IOException {
    return found(
        "read the pod " + pods + "/" + name,
        () -> client.pods().inNamespace(pods).withName(name).get());
  }

  @Override
  public Optional<Worker> worker(String pods, String name) throws IOException {
    return found(
        "read the Worker " + pods + "/" + name,
        () -> client.resources(Worker.class).inNamespace(pods).withName(name).get());
  }

  @Override
  public Optional<String> zone(String node) throws IOException {
    return found("read the node " + node, () -> client.nodes().withName(node).get())
        .map(n -> n.getMetadata().getLabels())
        .map(labels -> labels.get(zoneLabel))
        .filter(zone -> !zone.isBlank());
  }

  @Override
  public Optional<String> workerOf(SpiffeId id) {
    return workers.nameOf(id);
  }

  @Override
  public Optional<SpiffeId> ownerOf(Ed25519PublicKey key) {
    return workers.ownerOf(key);
  }

  /** Heads are few, and each is asked for twice an hour. */
  @Override
  public Optional<Pod> headPodOf(SpiffeId id) throws IOException {
    var pods =
        asked(
            "list the pods of " + namespace,
            () -> client.pods().inNamespace(namespace).list().getItems());
    return pods.stream()
        .filter(
            pod -> {
              var annotations = pod.getMetadata().getAnnotations();
              var text = annotations == null ? null : annotations.get(Attested.ANNOTATION);
              return Attested.of(text).map(Attested::id).filter(id::equals).isPresent();
            })
        .findFirst();
  }

  @Override
  public void save(Worker seen, Attested identity) throws IOException {
    var meta = seen.getMetadata();
    var apply =
        Json.object()
            .put("apiVersion", ApiNames.GROUP + "/" + ApiNames.VERSION)
            .put("kind", "Worker")
            .put("metadata", metadata(meta.getName(), meta.getResourceVersion()).build())
            .put("status", Json.object().put("identity", identity.status()).build())
            .build();
    apply(
        client.resources(Worker.class).inNamespace(meta.getNamespace()).withName(meta.getName()),
        "status",
        apply);
  }

  @Override
  public void save(Pod seen, Attested identity) throws IOException {
    var meta = seen.getMetadata();
    var annotations = Json.object().put(Attested.ANNOTATION, identity.annotation()).build();
    var apply =
        Json.object()
            .put("apiVersion", "v1")
            .put("kind", "Pod")
            .put(
                "metadata",
                metadata(meta.getName(), meta.getResourceVersion())
                    .put("annotations", annotations)
                    .build())
            .build();
    apply(client.pods().inNamespace(meta.getNamespace()).withName(meta.getName()), "", apply);
  }

  private static Json.Members metadata(String name, String resourceVersion) {
    return Json.object().put("name", name).put("resourceVersion", resourceVersion);
  }

  private static <T> void apply(Resource<T> to, String subresource, Json what) throws IOException {
    var how =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(ApiNames.REGISTRAR_MANAGER)
            .withForce(true)
            .build();
    var text = what.canonicalText();
    try {
      if (subresource.isEmpty()) to.patch(how, text);
      else to.subresource(subresource).patch(how, text);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT)
        throw new ChangedException("somebody else wrote it in the meantime", e);
      throw failed("write an identity", e);
    }
  }

  /** A question to the API server. */
  private interface Question<T> {
    @Nullable T ask();
  }

  private static <T> Optional<T> found(String what, Question<T> question) throws IOException {
    try {
      return Optional.ofNullable(question.ask());
    } catch (KubernetesClientException e) {
      throw failed(what, e);
    }
  }

  private static <T> T asked(String what, Question<T> question) throws IOException {
    return found(what, question)
        .orElseThrow(() -> new IOException("the API server answered nothing to: " + what));
  }

  private static IOException failed(String what, KubernetesClientException e) {
    return new IOException("couldn't " + what + ": " + e.getMessage(), e);
  }
}
