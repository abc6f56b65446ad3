package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** What Prometheus reads of an operator. */
final class OperatorMetrics implements Metrics {
  private static final Logger LOG = Logger.getLogger(OperatorMetrics.class);
  private final MeterRegistry registry;

  OperatorMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void leading(BooleanSupplier leads) {
    Gauge.builder("windlass.operator.leading", leads, l -> l.getAsBoolean() ? 1 : 0)
        .description("1 in the operator that holds the Lease")
        .strongReference(true)
        .register(registry);
  }

  Interceptor apiCalls() {
    return new ApiCalls(registry);
  }

  void event(String reason) {
    count("windlass.operator.events", "Events written, by reason", "reason", reason);
  }

  @Override
  public void reconciliationFinished(
      HasMetadata object, RetryInfo retry, Map<String, Object> metadata) {
    count("windlass.operator.reconciles", "Reconciles, by kind", "kind", object.getKind());
  }

  @Override
  public void reconciliationFailed(
      HasMetadata object, RetryInfo retry, Exception why, Map<String, Object> metadata) {
    count(
        "windlass.operator.failures",
        "Reconciles that failed and are tried again, by kind",
        "kind",
        object.getKind());
    LOG.warnf(
        "event=reconcile-failed kind=%s namespace=%s name=%s why=%s",
        object.getKind(),
        object.getMetadata().getNamespace(),
        object.getMetadata().getName(),
        why instanceof KubernetesClientException e ? Cluster.words(e) : why);
  }

  private void count(String name, String description, String tag, String value) {
    Counter.builder(name).description(description).tag(tag, value).register(registry).increment();
  }
}
