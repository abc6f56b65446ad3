package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a plan reads of a node. Heartbeats are not in it: while a node's facts are equal, nothing
 * has to be decided again.
 *
 * @param bootId empty when the node has not said
 */
public record NodeFacts(
    String name,
    String bootId,
    boolean ready,
    boolean cordoned,
    List<Taint> taints,
    Map<String, String> labels,
    Resources allocatable) {
  public NodeFacts {
    taints = List.copyOf(taints);
    labels = Map.copyOf(labels);
  }

  public static NodeFacts of(Node node) {
    var spec = Optional.ofNullable(node.getSpec());
    var status = Optional.ofNullable(node.getStatus());
    return new NodeFacts(
        node.getMetadata().getName(),
        status
            .flatMap(s -> Optional.ofNullable(s.getNodeInfo()))
            .map(info -> Objects.requireNonNullElse(info.getBootID(), ""))
            .orElse(""),
        status.stream().flatMap(s -> s.getConditions().stream()).anyMatch(NodeFacts::saysReady),
        spec.map(s -> Boolean.TRUE.equals(s.getUnschedulable())).orElse(false),
        spec.map(s -> s.getTaints()).orElse(List.of()),
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of()),
        status.map(s -> Resources.of(s.getAllocatable())).orElse(Resources.NONE));
  }

  private static boolean saysReady(NodeCondition condition) {
    return "Ready".equals(condition.getType()) && "True".equals(condition.getStatus());
  }

  /** MHz, from its label. */
  public OptionalLong mhz() {
    return number(ApiNames.CPU_MHZ_LABEL);
  }

  public OptionalLong nvmeBytes() {
    return number(ApiNames.NVME_BYTES_LABEL);
  }

  /** Millions of bytes a second. */
  public OptionalLong nvmeWriteMBps() {
    return number(ApiNames.NVME_WRITE_MBPS_LABEL);
  }

  /** Empty when it has no such label. */
  String label(String key) {
    return labels.getOrDefault(key, "");
  }

  /** A decimal int64; any other text counts as absent, as it does for the scheduler. */
  OptionalLong number(String key) {
    return Numbers.decimal(labels.get(key));
  }
}
