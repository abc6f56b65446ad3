package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** A head's part in a Kubernetes cluster: what it follows there, and what it writes. */
final class ClusterMembership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClusterMembership.class);

  /**
   * What is given to {@link ClusterMembership}.
   *
   * @param logged whether this head writes receipts
   */
  record Parts(
      ClusterHeadPorts cluster,
      Catalogue catalogue,
      FunctionRemoval removal,
      ContentStore store,
      Fleet fleet,
      HeadConfig config,
      boolean logged,
      InstantSource clock) {}

  private final OriginArtifacts origin = new OriginArtifacts();
  private final ClusterWatch watch;
  private final FunctionSync functions;
  private final WorkerStatuses statuses;

  ClusterMembership(KubernetesClient client, Parts parts, HeadMetrics metrics) {
    var register = parts.cluster().workers();
    this.watch = new ClusterWatch(client, register);
    this.functions =
        new FunctionSync(
            new FunctionSync.Parts(
                parts.catalogue(),
                parts.removal(),
                new ArtifactFinder(parts.store(), places(parts, origin)),
                watch,
                parts.logged()));
    this.statuses = new WorkerStatuses(client, watch, register, parts.fleet(), parts.clock());
    metrics.gauge("windlass.cluster.workers", "Workers the cluster vouches for", register::size);
    metrics.gauge(
        "windlass.cluster.functions.failing",
        "Functions whose resource could not be followed",
        functions::failing);
  }

  private static List<ArtifactFinder.Place> places(Parts parts, OriginArtifacts origin) {
    int maxBytes = parts.config().store().artifactBytes();
    var places = new ArrayList<ArtifactFinder.Place>();
    places.add(new InlineArtifacts());
    parts
        .cluster()
        .artifacts()
        .ifPresent(
            address ->
                places.add(
                    new OperatorArtifacts(
                        address,
                        parts.cluster().identity().toCompletableFuture(),
                        maxBytes,
                        parts.clock())));
    places.add(origin);
    return places;
  }

  /** Returns at once. */
  void start() {
    watch
        .start(functions::changed)
        .thenRun(
            () -> {
              LOG.info("event=cluster-heard");
              functions.begin();
              statuses.start();
            });
  }

  /** All resources were heard once. */
  boolean isSynced() {
    return watch.isSynced();
  }

  /** It serves what there is to serve, as far as it can. */
  boolean isReady() {
    return watch.isSynced() && functions.isCaughtUp();
  }

  @Override
  public void close() {
    statuses.close();
    functions.close();
    watch.close();
    origin.close();
  }
}
