package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator SDK with our reconcilers: its queue (one reconcile of an object at a time), its
 * retries and its timers. It is started by the leader only, and does not elect one.
 */
final class Reconcilers implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Reconcilers.class);

  /** Objects that are reconciled at the same time. */
  private static final int AT_ONCE = 4;

  /** Pauses after failures: from half a second, half as long again each time, for ever. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final double GROWTH = 1.5;

  /** Nothing depends on it: what depends on time is scheduled when it is due. */
  private static final Duration ANYWAY = Duration.ofHours(1);

  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

  private final Operator operator;

  Reconcilers(KubernetesClient client, List<Reconciler<?>> reconcilers, OperatorMetrics metrics) {
    operator = new Operator(overrider -> configure(overrider, client, metrics));
    reconcilers.forEach(this::register);
  }

  /** Blocks until the objects are listed and their reconciles have begun. */
  void start() {
    operator.start();
  }

  private static void configure(
      ConfigurationServiceOverrider overrider, KubernetesClient client, OperatorMetrics metrics) {
    overrider
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .checkingCRDAndValidateLocalModel(false)
        .withStopOnInformerErrorDuringStartup(false)
        .withInformerStoppedHandler(Reconcilers::stopped)
        .withReconciliationTerminationTimeout(LONGEST_STOP)
        .withExecutorService(
            Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofVirtual().name("reconcile-", 0).factory()))
        .withMetrics(metrics);
  }

  private static void stopped(SharedIndexInformer<?> informer, @Nullable Throwable why) {
    if (why != null)
      LOG.errorf("event=informer-stopped kind=%s why=%s", informer.getApiTypeClass(), why);
  }

  private <P extends HasMetadata> void register(Reconciler<P> reconciler) {
    operator.register(
        reconciler,
        overrider ->
            overrider
                .withRetry(retry())
                .withGenerationAware(true)
                .withReconciliationMaxInterval(ANYWAY)
                .watchingAllNamespaces());
  }

  private static GenericRetry retry() {
    return new GenericRetry()
        .setInitialInterval(FIRST_PAUSE)
        .setIntervalMultiplier(GROWTH)
        .setMaxInterval(LONGEST_PAUSE.toMillis())
        .withoutMaxAttempts();
  }

  @Override
  public void close() {
    operator.stop();
  }
}
