package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.LocalCredentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The registrar of a release in a cluster. Opened, it has the release's keys, which it makes where
 * there are none; started, which only the leader among the operators does, it answers pods, enters
 * what it issues in the log, ends the identities of workers that are gone, and renews the
 * authority. It keeps no state of its own: identities stand in {@code Worker.status.identity} and,
 * for heads, in an annotation of their pods.
 */
public final class ClusterRegistrar implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ClusterRegistrar.class.getName());

  private final KubernetesClient client;
  private final ClusterRegistrarSettings settings;
  private final ClusterKeyStore store;
  private final Surroundings around;
  private final ClusterKeys keys;
  private final ClusterAuthority authority;
  private final Optional<EntryLog> log;
  private final AtomicBoolean closed = new AtomicBoolean();

  private volatile @Nullable KnownWorkers known;

  /** What was started, newest first; guarded by this. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private ClusterRegistrar(
      KubernetesClient client,
      ClusterRegistrarSettings settings,
      ClusterKeyStore store,
      ClusterKeys keys,
      Optional<RegistrarLog> log,
      Surroundings around) {
    this.client = client;
    this.settings = settings;
    this.store = store;
    this.around = around;
    this.keys = keys;
    this.authority = new ClusterAuthority(store, settings, keys, around);
    this.log = log.map(port -> new EntryLog(keys.entries(), port));
  }

  /**
   * Makes the keys that are missing and reads all; blocks. Every operator may do it, the leader or
   * not.
   *
   * @param log where every identity is entered before its certificate is handed out; absent where
   *     there is none; it need not answer yet
   * @throws IOException if the API server says no, or a key that somebody has supplied is broken:
   *     it names the Secret and the key in it
   */
  public static ClusterRegistrar open(
      KubernetesClient client, ClusterRegistrarSettings settings, Optional<RegistrarLog> log)
      throws IOException {
    return open(client, settings, log, Surroundings.real());
  }

  static ClusterRegistrar open(
      KubernetesClient client,
      ClusterRegistrarSettings settings,
      Optional<RegistrarLog> log,
      Surroundings around)
      throws IOException {
    var store = new ClusterKeyStore(client, settings, around);
    return new ClusterRegistrar(client, settings, store, store.bootstrap(), log, around);
  }

  /**
   * Begins to answer; blocks until it does. Only the leader calls it, once.
   *
   * @return the port
   * @throws IOException if the API server says no, or the port is taken
   */
  public synchronized int start() throws IOException {
    authority.read(store.bootstrap());
    authority.step(Set.of());
    try {
      var revocations = new Revocations(client, log, settings.times(), around);
      opened.push(revocations);
      var workers = KnownWorkers.open(client, revocations::changed);
      opened.push(workers);
      known = workers;
      int port = serve(workers);
      tick(workers);
      return port;
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whether its watch has told of the Worker with this identity. */
  boolean hasHeardOf(SpiffeId id) {
    var workers = known;
    return workers != null && workers.nameOf(id).isPresent();
  }

  /** What is in the release's Secrets. */
  public ClusterKeys keys() {
    return keys;
  }

  /** {@code roots.pem}, for the trust ConfigMap of each namespace with a WorkerPool. */
  public String roots() {
    return authority.roots();
  }

  /** Calls {@code listener} with each new {@link #roots}, on any thread; it must return soon. */
  public void onRoots(Consumer<String> listener) {
    authority.onRoots(listener);
  }

  /** Credentials for an identity in this process, renewed until this closes. */
  public synchronized CredentialSource issueLocal(SpiffeId id) {
    var local = new LocalCredentials(() -> authority.current().credentials(id), around);
    opened.push(local);
    return local;
  }

  /** Waits until nobody is answered any more. */
  @Override
  public synchronized void close() {
    closed.set(true);
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) { // the edge: the others are to be closed as well
        LOG.log(Level.WARNING, "couldn't close: " + e.getMessage(), e);
      }
    }
  }

  private int serve(KnownWorkers workers) throws IOException {
    var cluster = new KubeCluster(client, workers, settings.namespace(), settings.zoneLabel());
    var rules = new PodRules(images());
    var pods = new AttestedPods(cluster, rules, settings.namespace(), settings.headAccount());
    var desk = new ClusterAdmission(authority::current, cluster, pods, log, around);
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1));
    opened.push(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
    var own =
        new LocalCredentials(
            () -> Issuing.registrar(authority.current(), settings.namespace()), around);
    opened.push(own);
    var server = new RegistrarServer(vertx, desk, own, around);
    opened.push(() -> server.close().toCompletionStage().toCompletableFuture().join());
    try {
      int port =
          server
              .listen(settings.host(), settings.port())
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      LOG.log(
          Level.INFO,
          "registrar of {0} on port {1,number,#}, images {2}",
          settings.trustDomain(),
          port,
          rules.images());
      return port;
    } catch (CompletionException e) {
      throw new IOException(
          "the registrar cannot listen on %s:%d: %s"
              .formatted(settings.host(), settings.port(), e.getCause().getMessage()),
          e);
    }
  }

  private Set<Digest> images() throws IOException {
    if (!settings.allowedImages().isEmpty()) return settings.allowedImages();
    if (settings.pod().isEmpty())
      throw new IOException("no image is allowed: name some, or our own pod");
    var name = settings.pod().get();
    try {
      var pod = client.pods().inNamespace(settings.namespace()).withName(name).get();
      var images =
          pod == null || pod.getStatus() == null
              ? Set.<Digest>of()
              : pod.getStatus().getContainerStatuses().stream()
                  .map(ContainerStatus::getImageID)
                  .flatMap(id -> PodRules.digestOf(id).stream())
                  .collect(Collectors.toUnmodifiableSet());
      if (images.isEmpty())
        throw new IOException(
            "no image is allowed: our own pod %s/%s has no image digest"
                .formatted(settings.namespace(), name));
      return images;
    } catch (KubernetesClientException e) {
      throw new IOException("couldn't read our own pod " + name + ": " + e.getMessage(), e);
    }
  }

  private void tick(KnownWorkers workers) {
    around
        .delays()
        .after(
            settings.times().tick(),
            () -> {
              if (closed.get()) return;
              try {
                authority.step(workers.namespaces());
              } catch (IOException | RuntimeException e) { // the edge: the next look may succeed
                LOG.log(Level.WARNING, "the roots stay as they are: " + e.getMessage());
              }
              tick(workers);
            });
  }
}
