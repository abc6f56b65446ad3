package dev.windlass.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/** Holds the Lease, or waits for it. */
final class Leadership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Leadership.class);

  /** One who leads, somebody else who does, or nobody that we know of. */
  sealed interface State {
    /** The API server has not told us yet. */
    record Unknown() implements State {}

    record Standby(String leader) implements State {}

    record Leading() implements State {}

    record Over() implements State {}
  }

  private final String identity;
  private final Runnable gained;
  private final Runnable lost;
  private final AtomicReference<State> state = new AtomicReference<>(new State.Unknown());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Optional<CompletableFuture<?>> election = Optional.empty();

  /**
   * @param identity in the Lease; another one for each process
   * @param gained called once, when this process begins to lead, by the thread that renews: it
   *     returns at once
   * @param lost called once, when it led and the lease went to somebody else or could not be
   *     renewed
   */
  Leadership(String identity, Runnable gained, Runnable lost) {
    this.identity = identity;
    this.gained = gained;
    this.lost = lost;
  }

  State state() {
    return state.get();
  }

  void start(KubernetesClient client, OperatorConfig config) {
    if (config.election().isEmpty()) {
      begin();
      return;
    }
    var times = config.election().get();
    var lock = new LeaseLock(config.namespace(), config.leaseName(), identity);
    var callbacks = new LeaderCallbacks(this::begin, this::end, this::seen);
    var how =
        new LeaderElectionConfig(
            lock,
            times.lease(),
            times.deadline(),
            times.retry(),
            callbacks,
            true,
            config.leaseName());
    election = Optional.of(new LeaderElector(client, how, threads).start());
  }

  private void begin() {
    if (state.getAndUpdate(s -> s instanceof State.Over ? s : new State.Leading())
        instanceof State.Over) return;
    LOG.infof("event=leading identity=%s", identity);
    gained.run();
  }

  private void seen(String leader) {
    if (leader == null || leader.isEmpty() || leader.equals(identity)) return;
    var before = state.getAndUpdate(s -> s instanceof State.Over ? s : new State.Standby(leader));
    if (!before.equals(new State.Standby(leader)) && !(before instanceof State.Over))
      LOG.infof("event=standing-by identity=%s leader=%s", identity, leader);
  }

  private void end() {
    if (state.getAndSet(new State.Over()) instanceof State.Over) return;
    LOG.errorf("event=leadership-lost identity=%s", identity);
    lost.run();
  }

  /** Gives the Lease up, so that another process leads within a retry. */
  @Override
  public void close() {
    state.set(new State.Over());
    election.ifPresent(e -> e.cancel(true));
    threads.shutdownNow();
  }
}
