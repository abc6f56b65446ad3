package dev.windlass.witness;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * A witness within Quarkus, at the root of its HTTP, its health and its metrics. Does nothing
 * unless the process has this role.
 */
@Singleton
public final class WitnessRole {
  private final Vertx vertx;
  private final MeterRegistry registry;
  private final Instance<WitnessPorts> ports;
  private final boolean wanted;

  @Inject
  WitnessRole(
      Vertx vertx,
      MeterRegistry registry,
      Instance<WitnessPorts> ports,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.registry = registry;
    this.ports = ports;
    this.wanted = role.equals("witness");
  }

  void mount(@Observes Router router) {
    if (!wanted) return;
    var witness = ports.get().witness();
    new WitnessRoutes(vertx, witness, InstantSource.system()).mount(router, "");
    WitnessMetrics.register(registry, witness);
  }

  /** Ready as soon as it has its states: a log that is behind or away is not its fault. */
  @Produces
  @Singleton
  @Readiness
  HealthCheck ready() {
    return () -> {
      var named = HealthCheckResponse.named("witness").up();
      if (!wanted) return named.withData("role", "other").build();
      var witness = ports.get().witness();
      for (var origin : witness.origins()) named.withData(origin, witness.size(origin));
      return named.build();
    };
  }
}
