package dev.windlass.witness;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A witness within Quarkus, at the root of its HTTP. Does nothing unless the process has this role.
 */
@Singleton
public final class WitnessRole {
  private final Vertx vertx;
  private final Instance<WitnessPorts> ports;
  private final boolean wanted;

  @Inject
  WitnessRole(
      Vertx vertx,
      Instance<WitnessPorts> ports,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.ports = ports;
    this.wanted = role.equals("witness");
  }

  void mount(@Observes Router router) {
    if (!wanted) return;
    new WitnessRoutes(vertx, ports.get().witness(), InstantSource.system()).mount(router, "");
  }
}
