package dev.windlass.log;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * {@code /q/health/ready}: a log is ready that takes entries. One without a quorum of witnesses
 * goes on, and says so in the data: taking it away would not bring the witnesses back.
 */
final class LogHealth {
  @Produces
  @Singleton
  @Readiness
  HealthCheck log(LogRole role) {
    return () -> {
      var named = HealthCheckResponse.named("log");
      var log = role.log();
      if (log.isEmpty()) return named.up().withData("role", "other").build();
      var now = log.get().publication();
      return named
          .status(log.get().isReady())
          .withData("committed", now.committed())
          .withData("published", now.published())
          .withData("quorum", now.quorum())
          .withData("missing", String.join("; ", now.missing()))
          .build();
    };
  }
}
