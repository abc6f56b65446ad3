package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A node as the node probe sees it.
 *
 * @param probedBootId the boot that was measured; empty if none was
 */
public record ProbedNode(NodeFacts facts, String uid, String probedBootId) {
  public static ProbedNode of(Node node) {
    var meta = node.getMetadata();
    return new ProbedNode(
        NodeFacts.of(node),
        Objects.requireNonNullElse(meta.getUid(), ""),
        Optional.ofNullable(meta.getAnnotations())
            .map(a -> a.getOrDefault(ApiNames.PROBED_BOOT_ID_ANNOTATION, ""))
            .orElse(""));
  }

  public String name() {
    return facts.name();
  }

  /** This boot was measured, or an administrator has said all there is to measure. */
  boolean isKnown() {
    if (!probedBootId.isEmpty()) return probedBootId.equals(facts.bootId());
    return facts.mhz().isPresent()
        && facts.nvmeBytes().isPresent()
        && facts.nvmeWriteMBps().isPresent();
  }

  /** Whether a scheduler would let a pod with these tolerations in. */
  boolean takes(List<Toleration> tolerations) {
    return facts.ready()
        && !facts.cordoned()
        && !facts.bootId().isEmpty()
        && "linux".equals(facts.label(Keys.OS))
        && Taints.keepingAway(tolerations, facts).isEmpty();
  }
}
