package dev.windlass.operator;

import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every kind that is reconciled: one line each. A reconciler is annotated with the SDK's
 * {@code @Ignore}, because Quarkus would make a bean of it.
 */
final class Controllers {
  private Controllers() {}

  static List<Reconciler<?>> all(Parts parts, Acting acting, Optional<FunctionService> functions) {
    var all = new ArrayList<Reconciler<?>>();
    all.add(new PoolReconciler(parts, acting));
    all.add(new ProfileReconciler(parts));
    functions.ifPresent(f -> all.add(f.reconciler()));
    return all;
  }
}
