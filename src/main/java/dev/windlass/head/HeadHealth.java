package dev.windlass.head;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * {@code /q/health}: alive is a process that answers; ready is a head that has a worker and stays.
 * In a cluster a head needs no worker to be ready, but what it serves requests with: its identity,
 * whose link listens, and the resources that say which functions and workers there are.
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
      head.get()
          .membership()
          .ifPresent(
              cluster ->
                  named
                      .withData("resourcesHeard", cluster.isSynced())
                      .withData("functionsLookedAt", cluster.isReady())
                      .withData("linkListens", role.isListening()));
      return named
          .status(head.get().isReady() && role.isListening())
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
