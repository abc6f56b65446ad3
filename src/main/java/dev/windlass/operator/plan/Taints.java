package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Optional;

/** Which taints keep pods away. */
final class Taints {
  static final Taint UNSCHEDULABLE =
      new TaintBuilder().withKey(Keys.UNSCHEDULABLE).withEffect("NoSchedule").build();

  private Taints() {}

  /**
   * The first taint that keeps away a pod with these tolerations. Taints that only repeat that the
   * node is cordoned or not ready are left out: there is a reason for each already.
   */
  static Optional<Taint> keepingAway(List<Toleration> tolerations, NodeFacts node) {
    return node.taints().stream()
        .filter(t -> "NoSchedule".equals(t.getEffect()) || "NoExecute".equals(t.getEffect()))
        .filter(t -> !(node.cordoned() && Keys.UNSCHEDULABLE.equals(t.getKey())))
        .filter(t -> node.ready() || !isOfNotReady(t))
        .filter(t -> !Selectors.tolerates(tolerations, t))
        .findFirst();
  }

  private static boolean isOfNotReady(Taint taint) {
    return Keys.NOT_READY.equals(taint.getKey()) || Keys.UNREACHABLE.equals(taint.getKey());
  }
}
