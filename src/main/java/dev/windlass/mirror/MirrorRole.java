package dev.windlass.mirror;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.health.api.Wellness;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * A mirror within Quarkus, its health and its metrics. Does nothing unless the process has a role
 * with a mirror; {@link MirrorPorts} is then a bean of the composition root.
 */
@Singleton
public final class MirrorRole {
  private static final Set<String> ROLES = Set.of("mirror", "up", "head");

  private final Vertx vertx;
  private final MeterRegistry registry;
  private final Optional<MirrorPorts> ports;

  @Inject
  MirrorRole(
      Vertx vertx,
      MeterRegistry registry,
      Instance<MirrorPorts> ports,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.registry = registry;
    this.ports =
        ROLES.contains(role) && ports.isResolvable() ? Optional.of(ports.get()) : Optional.empty();
  }

  private Optional<Mirror> mirror() {
    return ports.flatMap(MirrorPorts::mirror);
  }

  void mount(@Observes Router router) {
    mirror()
        .ifPresent(
            mirror -> {
              new MirrorRoutes(vertx, mirror).mount(router, ports.orElseThrow().prefix());
              MirrorMetrics.register(registry, mirror::status);
            });
  }

  /** Ready with a verified checkpoint, whatever the source shows now. */
  @Produces
  @Singleton
  @Readiness
  HealthCheck ready() {
    return () -> {
      var named = HealthCheckResponse.named("mirror");
      var mirror = mirror();
      if (mirror.isEmpty()) return named.up().withData("role", "other").build();
      var status = mirror.get().status();
      return named.status(status.served()).withData("size", status.size()).build();
    };
  }

  /** Down while the source shows what cannot be believed; the last good state is served on. */
  @Produces
  @Singleton
  @Wellness
  HealthCheck well() {
    return () -> {
      var named = HealthCheckResponse.named("mirror-source");
      var mirror = mirror();
      if (mirror.isEmpty()) return named.up().withData("role", "other").build();
      var status = mirror.get().status();
      status.problem().ifPresent(problem -> named.withData("problem", problem.toString()));
      return named.status(status.isGood()).build();
    };
  }
}
