package dev.windlass.mirror;

import io.smallrye.health.api.Wellness;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * A mirror within Quarkus, at the root of its HTTP, and its health. Does nothing unless the process
 * has this role.
 */
@Singleton
public final class MirrorRole {
  private final Vertx vertx;
  private final Instance<MirrorPorts> ports;
  private final boolean wanted;

  @Inject
  MirrorRole(
      Vertx vertx,
      Instance<MirrorPorts> ports,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.ports = ports;
    this.wanted = role.equals("mirror");
  }

  void mount(@Observes Router router) {
    if (wanted) new MirrorRoutes(vertx, ports.get().mirror()).mount(router, "");
  }

  /** Ready with a verified checkpoint, whatever the source shows now. */
  @Produces
  @Singleton
  @Readiness
  HealthCheck ready() {
    return () -> {
      var named = HealthCheckResponse.named("mirror");
      if (!wanted) return named.up().withData("role", "other").build();
      var status = ports.get().mirror().status();
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
      if (!wanted) return named.up().withData("role", "other").build();
      var status = ports.get().mirror().status();
      status.problem().ifPresent(problem -> named.withData("problem", problem.toString()));
      return named.status(status.isGood()).build();
    };
  }
}
