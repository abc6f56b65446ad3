package dev.windlass.operator;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** {@code /q/health/ready}: ready is a leader that reconciles, and one who stands by. */
final class OperatorHealth {
  @Produces
  @Singleton
  @Readiness
  HealthCheck operator(OperatorRole role) {
    return () -> {
      var named = HealthCheckResponse.named("operator");
      var operator = role.operator();
      if (operator.isEmpty()) return named.up().withData("role", "other").build();
      return named
          .status(operator.get().isReady())
          .withData("leadership", operator.get().leadership().toString())
          .withData("synced", operator.get().isSynced())
          .build();
    };
  }
}
