package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * One operator: watches, waits for the Lease, then reconciles. It starts without the API server and
 * goes on when there is one.
 */
public final class OperatorService implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OperatorService.class);

  /** Between two tries of something that only the leader does. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration SYNC_POLL = Duration.ofMillis(50);

  private final KubernetesClient client;
  private final OperatorPorts ports;
  private final OperatorMetrics metrics;
  private final Caches caches;
  private final Parts parts;
  private final Acting acting;
  private final Optional<FunctionService> functions;
  private final Optional<NodeProbes> probes;
  private final Leadership leadership;
  private final LeaderLabel label;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<Optional<Reconcilers>> reconciling =
      new AtomicReference<>(Optional.empty());
  private final AtomicBoolean isReconciling = new AtomicBoolean();

  /** Guarded by itself: what has to be stopped, in the order it was started. */
  private final List<LeaderTask> running = new ArrayList<>();

  OperatorService(KubernetesClient client, OperatorPorts ports, OperatorMetrics metrics) {
    this(client, ports, metrics, UnaryOperator.identity());
  }

  /**
   * @param wrap around what acts: a test lets it die
   */
  OperatorService(
      KubernetesClient client,
      OperatorPorts ports,
      OperatorMetrics metrics,
      UnaryOperator<Acting> wrap) {
    this.client = client;
    this.ports = ports;
    this.metrics = metrics;
    var config = ports.config();
    var clock = InstantSource.system();
    caches = new Caches(client, config, clock);
    var cluster = new Cluster(client, ApiNames.OPERATOR_MANAGER);
    var events = new Events(cluster, metrics, clock, config.pod().orElse(config.name()));
    parts = new Parts(config, cluster, caches, events, metrics, clock);
    acting = wrap.apply(new Acts(cluster, caches, events, clock));
    functions = ports.functions().map(f -> new FunctionService(parts, f));
    probes = ports.nodeProbe().map(settings -> new NodeProbes(parts, settings));
    label = new LeaderLabel(client, config);
    var identity = config.pod().orElse("operator") + "_" + UUID.randomUUID();
    leadership =
        new Leadership(
            identity, () -> threads.execute(this::lead), () -> ports.lost("the lease is lost"));
    metrics.leading(this::isLeading);
  }

  void start() {
    caches.start();
    leadership.start(client, ports.config());
  }

  Leadership.State leadership() {
    return leadership.state();
  }

  boolean isLeading() {
    return leadership.state() instanceof Leadership.State.Leading;
  }

  boolean isSynced() {
    return caches.isSynced();
  }

  /** A standby is ready when it knows whom it stands by for, a leader when it reconciles. */
  boolean isReady() {
    return switch (leadership.state()) {
      case Leadership.State.Unknown() -> false;
      case Leadership.State.Standby(_) -> true;
      case Leadership.State.Leading() -> isReconciling.get();
      case Leadership.State.Over() -> false;
    };
  }

  private void lead() {
    threads.execute(this::runTasks);
    probes.ifPresent(p -> threads.execute(() -> untilDone(p.name(), () -> run(p))));
    untilDone("reconcile", this::reconcile);
  }

  private void runTasks() {
    untilDone("label", label::take);
    for (var task : ports.leaderTasks(client)) untilDone(task.name(), () -> run(task));
  }

  private void run(LeaderTask task) throws Exception {
    synchronized (running) {
      if (closed.get()) return;
      task.start();
      running.add(task);
    }
    LOG.infof("event=leader-task-started task=%s", task.name());
  }

  private void reconcile() throws InterruptedException {
    while (!caches.isSynced()) TimeUnit.MILLISECONDS.sleep(SYNC_POLL.toMillis());
    var reconcilers = new Reconcilers(client, Controllers.all(parts, acting, functions), metrics);
    reconciling.set(Optional.of(reconcilers));
    try {
      reconcilers.start();
    } catch (RuntimeException e) {
      reconciling.getAndSet(Optional.empty()).ifPresent(Reconcilers::close);
      throw e;
    }
    isReconciling.set(true);
    LOG.info("event=reconciling");
  }

  private interface Step {
    void run() throws Exception;
  }

  /** What the leader needs comes late, not never: the API server may be away just now. */
  private void untilDone(String what, Step step) {
    while (!closed.get()) {
      try {
        step.run();
        return;
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      } catch (Exception e) {
        if (closed.get()) return;
        LOG.warnf("event=leader-retries what=%s why=%s", what, e);
        if (!pause()) return;
      }
    }
  }

  /** False when this ends. */
  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * What the leader runs ends first, then the label goes, then the Lease: nobody else begins while
   * something of this one still acts.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) return;
    boolean led = isLeading();
    threads.shutdownNow();
    if (led) label.drop();
    stopTasks();
    reconciling.getAndSet(Optional.empty()).ifPresent(Reconcilers::close);
    functions.ifPresent(FunctionService::close);
    leadership.close();
    caches.close();
    client.close();
    LOG.infof("event=operator-stopped led=%s", led);
  }

  private void stopTasks() {
    synchronized (running) {
      for (var task : running.reversed()) {
        try {
          task.stop();
        } catch (RuntimeException e) {
          LOG.warnf("event=leader-task-not-stopped task=%s why=%s", task.name(), e);
        }
      }
      running.clear();
    }
  }
}
