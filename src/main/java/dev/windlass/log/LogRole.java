package dev.windlass.log;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The log within Quarkus: its routes, its channel, its metrics. Does nothing unless the process has
 * a role with a log; {@link LogPorts} is then a bean of the composition root, which opens the log
 * before and closes it after.
 */
@Singleton
public final class LogRole {
  private static final Set<String> ROLES = Set.of("log", "up", "head");

  private final Vertx vertx;
  private final MeterRegistry registry;
  private final EntriesIn entries;
  private final Optional<LogPorts> ports;

  @Inject
  LogRole(
      Vertx vertx,
      MeterRegistry registry,
      EntriesIn entries,
      Instance<LogPorts> ports,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.registry = registry;
    this.entries = entries;
    this.ports =
        ROLES.contains(role) && ports.isResolvable() ? Optional.of(ports.get()) : Optional.empty();
  }

  /** The log of this process, if it has one. */
  public Optional<LogService> log() {
    return ports.flatMap(LogPorts::log);
  }

  void mount(@Observes Router router) {
    log()
        .ifPresent(
            log ->
                ports
                    .flatMap(LogPorts::prefix)
                    .ifPresent(prefix -> LogRoutes.mount(vertx, router, log, prefix)));
  }

  void start(@Observes @Priority(100) StartupEvent event) {
    log()
        .ifPresent(
            log -> {
              LogMetrics.register(registry, log);
              entries.feed(log);
            });
  }
}
