package dev.windlass.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.util.List;

/**
 * Every kind that is reconciled: one line each. A reconciler is annotated with the SDK's
 * {@code @Ignore}, because Quarkus would make a bean of it.
 */
final class Controllers {
  private Controllers() {}

  static List<Reconciler<?>> all(
      KubernetesClient client, Caches caches, OperatorConfig config, OperatorMetrics metrics) {
    return List.of();
  }
}
