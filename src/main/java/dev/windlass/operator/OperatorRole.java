package dev.windlass.operator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The operator within Quarkus. Does nothing unless the process has this role: no client is made, so
 * nothing is asked of an API server.
 */
@Singleton
public final class OperatorRole {
  private static final String ROLE = "operator";
  private static final int BEFORE_HTTP_STOPS = 100;

  private final MeterRegistry registry;
  private final Instance<OperatorPorts> ports;
  private final Instance<Config> config;
  private final Instance<KubernetesSerialization> serialization;
  private final boolean isOperator;
  private final AtomicReference<Optional<OperatorService>> running =
      new AtomicReference<>(Optional.empty());

  @Inject
  OperatorRole(
      MeterRegistry registry,
      Instance<OperatorPorts> ports,
      Instance<Config> config,
      Instance<KubernetesSerialization> serialization,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.registry = registry;
    this.ports = ports;
    this.config = config;
    this.serialization = serialization;
    isOperator = role.equals(ROLE);
  }

  /** The operator of this process, if it is one. */
  Optional<OperatorService> operator() {
    return running.get();
  }

  /** Returns at once: a missing API server must not hold back health. */
  void start(@Observes @Priority(BEFORE_HTTP_STOPS) StartupEvent event) {
    if (!isOperator) return;
    var metrics = new OperatorMetrics(registry);
    var operator = new OperatorService(client(metrics), ports.get(), metrics);
    running.set(Optional.of(operator));
    operator.start();
  }

  void stop(@Observes @Priority(BEFORE_HTTP_STOPS) ShutdownEvent event) {
    running.getAndSet(Optional.empty()).ifPresent(OperatorService::close);
  }

  private KubernetesClient client(OperatorMetrics metrics) {
    return new KubernetesClientBuilder()
        .withConfig(config.get())
        .withKubernetesSerialization(serialization.get())
        .withHttpClientBuilderConsumer(
            http -> http.addOrReplaceInterceptor("windlass-api-calls", metrics.apiCalls()))
        .build();
  }
}
