package dev.windlass.operator;

import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.util.List;

/**
 * Every kind that is reconciled: one line each. A reconciler is annotated with the SDK's
 * {@code @Ignore}, because Quarkus would make a bean of it.
 */
final class Controllers {
  private Controllers() {}

  static List<Reconciler<?>> all(Parts parts, Acting acting) {
    return List.of(new PoolReconciler(parts, acting), new ProfileReconciler(parts));
  }
}
