package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Limits;
import dev.windlass.link.Peers;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * All parts of a head, wired. {@link #mount} gives it HTTP; workers come through the {@link Peers}
 * that its link was made with.
 */
final class Head {
  private static final Logger LOG = Logger.getLogger(Head.class);
  private static final long SWEEP_MILLIS = 60_000;
  private static final long DRAIN_TICK_MILLIS = 20;

  /** Before everything that Quarkus mounts: what comes after it may find the request paused. */
  private static final int FIRST = -1_000;

  private static final int LAST = 100_000;

  private final Vertx vertx;
  private final HeadConfig config;
  private final Catalogue catalogue;
  private final Fleet fleet;
  private final Gateway gateway;
  private final OperationApi operations;
  private final ManagementApi api;
  private final Optional<Trail> trail;
  private final long sweeper;
  private final HeadMetrics metrics;
  private final Function<ClusterHeadPorts, ClusterMembership.Parts> membershipParts;
  private Optional<ClusterMembership> membership = Optional.empty();
  private volatile boolean draining;

  private Head(
      Vertx vertx,
      HeadConfig config,
      HeadPorts ports,
      MeterRegistry registry,
      Function<Peers, Link> links)
      throws IOException {
    this.vertx = vertx;
    this.config = config;
    InstantSource clock = InstantSource.system();
    var store = ContentStore.open(config.data().resolve("artifacts"), config.store().bytes());
    this.catalogue = Catalogue.open(config, store, clock);
    var waiting = new WaitingRoom(config.traffic().waiters());
    // Placement's dice need not be secret; ids and nonces must not be guessed.
    var cluster = ports.cluster();
    this.fleet =
        new Fleet(
            clock,
            dice(),
            cluster.<Fleet.Standings>map(c -> c.workers()::stands).orElse(Fleet.Standings.NONE),
            waiting::tell);
    cluster.ifPresent(c -> c.workers().onChange(fleet::stands));
    var link = links.apply(new HeadPeers(vertx, fleet, store));
    this.metrics = new HeadMetrics(registry);
    var results = new Results(config.memory());
    this.trail = Trail.of(ports, config, results, metrics, clock);
    var receipts = trail.map(Trail::receipts);
    var registrations = trail.<ResultCheck.Registrations>map(_ -> ports::registration);
    var dispatch =
        new Dispatch(
            new Dispatch.Parts(
                fleet, waiting, link, new ResultCheck(ports.keys(), registrations), metrics),
            config.traffic(),
            clock,
            new SecureRandom());
    ports.onRevocation(
        worker -> {
          var why = "its identity was revoked";
          fleet.quarantine(worker, why); // it may dial again until its certificate ends
          link.disconnect(worker, why);
        });
    var logs = new Logs(config.memory());
    var invoker =
        new Invoker(
            new Invoker.Parts(catalogue, dispatch, results, logs, receipts, metrics),
            config,
            clock);
    var replays = new Replays(config.memory(), longestRequest(config.traffic()), clock);
    this.gateway =
        new Gateway(
            vertx,
            new Gateway.Parts(catalogue, invoker, replays, receipts, trail.map(Trail::witnesses)),
            config.traffic());
    var deployer =
        new Deployer(
            new Deployer.Parts(
                catalogue, store, fleet, waiting, link, trail.flatMap(Trail::publications)),
            config.traffic().prepare());
    this.operations =
        new OperationApi(
            new OperationApi.Parts(
                catalogue,
                results,
                logs,
                fleet,
                ports::trustFile,
                ports::mintJoinToken,
                new DirectSignatures(fleet, link, ports.keys()),
                ports::revokeWorker),
            clock);
    var removal = new FunctionRemoval(catalogue, logs, fleet, link);
    var functions =
        new FunctionApi(
            new FunctionApi.Parts(catalogue, store, deployer, removal, cluster.isEmpty()), config);
    this.api =
        new ManagementApi(
            vertx,
            new AdminGuard(config.adminToken()),
            functions,
            operations,
            new ManagementApi.Receipts(
                trail.<Consumer<ApiExchange>>map(t -> t.api()::receipt).orElse(ReceiptApi::none),
                cluster.isPresent()));
    metrics.gauge("windlass.workers", "Linked workers", fleet::size);
    metrics.gauge("windlass.functions", "Deployed functions", catalogue::size);
    metrics.gauge("windlass.requests.in.flight", "Requests of functions", gateway::inFlight);
    metrics.gauge("windlass.requests.waiting", "Requests that wait for room", waiting::waiting);
    metrics.gauge("windlass.request.body.bytes", "Memory of request bodies", gateway::bodyBytes);
    metrics.gauge("windlass.results.kept.bytes", "Memory of kept results", results::bytes);
    metrics.gauge("windlass.artifacts.bytes", "Disk of artifacts", store::usedBytes);
    this.membershipParts =
        given ->
            new ClusterMembership.Parts(
                given, catalogue, removal, store, fleet, config, trail.isPresent(), clock);
    trail.flatMap(Trail::publications).ifPresent(p -> p.catchUp(catalogue));
    this.sweeper = vertx.setPeriodic(SWEEP_MILLIS, _ -> Thread.startVirtualThread(this::sweep));
  }

  /**
   * Reads the data directory.
   *
   * @param links makes the link to the workers for those who hear of them
   * @throws IOException when the data directory cannot be used
   */
  static Head open(
      Vertx vertx,
      HeadConfig config,
      HeadPorts ports,
      MeterRegistry registry,
      Function<Peers, Link> links)
      throws IOException {
    return new Head(vertx, config, ports, registry, links);
  }

  void mount(Router router) {
    router.route("/fn/*").order(FIRST).handler(gateway::byName);
    api.mount(router);
    router.route().order(FIRST + 1).handler(gateway::byRoute);
    router.route().order(LAST).handler(gateway::nobody);
  }

  /**
   * Begins to follow the cluster that says which functions and workers there are. Once, where there
   * is one.
   */
  void follow(KubernetesClient client, ClusterHeadPorts cluster) {
    var begun = new ClusterMembership(client, membershipParts.apply(cluster), metrics);
    membership = Optional.of(begun);
    begun.start();
  }

  /**
   * A request would find a worker; in a cluster, that this head would find one if there were any: a
   * new installation has none, and becomes ready.
   */
  boolean isReady() {
    if (draining) return false;
    return membership.map(ClusterMembership::isReady).orElseGet(() -> fleet.size() > 0);
  }

  Optional<ClusterMembership> membership() {
    return membership;
  }

  int workers() {
    return fleet.size();
  }

  boolean isDraining() {
    return draining;
  }

  int inFlight() {
    return gateway.inFlight();
  }

  /**
   * Is no longer ready at once, refuses new requests after the grace, and returns when those in
   * flight have ended or the bound is over, and the log has their receipts. Blocks.
   */
  void drain() {
    if (draining) return;
    draining = true;
    operations.drain();
    long now = System.nanoTime();
    awaitUntil(now + config.traffic().grace().toNanos(), () -> false);
    gateway.drain();
    long end = now + config.traffic().grace().plus(config.traffic().drain()).toNanos();
    awaitUntil(end, () -> gateway.inFlight() == 0);
    LOG.infof("event=drained left=%d", gateway.inFlight());
    trail.ifPresent(t -> t.receipts().close());
  }

  private static void awaitUntil(long end, BooleanSupplier done) {
    while (!done.getAsBoolean() && System.nanoTime() < end) {
      try {
        Thread.sleep(DRAIN_TICK_MILLIS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  void close() {
    vertx.cancelTimer(sweeper);
    membership.ifPresent(ClusterMembership::close);
    trail.ifPresent(Trail::close);
  }

  private void sweep() {
    try {
      int removed = catalogue.sweep();
      if (removed > 0) LOG.infof("event=swept artifacts=%d", removed);
    } catch (IOException | RuntimeException e) {
      LOG.errorf("event=sweep-failed why=%s", e.getMessage());
    }
  }

  private static RandomGenerator dice() {
    return () -> ThreadLocalRandom.current().nextLong();
  }

  private static Duration longestRequest(HeadConfig.Traffic bounds) {
    var once = Limits.MAX_TIMEOUT.plus(bounds.coldMargin());
    return once.multipliedBy(bounds.attempts());
  }
}
