package dev.windlass.head;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * {@code /q/health}: alive is a process that answers; ready is a head that has a worker and stays.
 */
final class HeadHealth {
  @Produces
  @Singleton
  @Readiness
  HealthCheck ready(HeadRole role) {
    return () -> {
      var named = HealthCheckResponse.named("head");
      var head = role.head();
      if (head.isEmpty()) return named.up().withData("role", "other").build();
      return named
          .status(head.get().isReady())
          .withData("workers", head.get().workers())
          .withData("draining", head.get().isDraining())
          .build();
    };
  }

  @Produces
  @Singleton
  @Liveness
  HealthCheck alive() {
    return () -> HealthCheckResponse.named("process").up().build();
  }
}
