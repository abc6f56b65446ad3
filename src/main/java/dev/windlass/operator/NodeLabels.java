package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.plan.ProbedNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the probe writes on a node: the labels, by server-side apply without force, so that one that
 * somebody else has set wins; then, as a patch of its own, which boot was measured.
 */
final class NodeLabels {
  private static final String FIELD = ".metadata.labels.";

  private final Cluster cluster;

  NodeLabels(Cluster cluster) {
    this.cluster = cluster;
  }

  /** For events, and as the beginning of an apply. */
  static Node reference(ProbedNode node) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(node.name())
        .withUid(node.uid())
        .endMetadata()
        .build();
  }

  /**
   * @return labels that somebody else has set to something else; empty if the node is gone, or
   *     another one has its name
   */
  Optional<Set<String>> apply(ProbedNode node, Map<String, String> labels) {
    var wanted = new TreeMap<>(labels);
    var theirs = new TreeSet<String>();
    while (true) {
      try {
        apply(labelled(node, wanted));
        said(node);
        return Optional.of(theirs);
      } catch (KubernetesClientException e) {
        if (!Cluster.isGone(e)) throw e;
        var taken = conflicts(e);
        if (!wanted.keySet().removeAll(taken)) return Optional.empty();
        theirs.addAll(taken);
      }
    }
  }

  private void apply(Node node) {
    cluster.client().resource(node).fieldManager(ApiNames.NODE_PROBE_MANAGER).serverSideApply();
  }

  private static Node labelled(ProbedNode node, Map<String, String> labels) {
    return new NodeBuilder(reference(node)).editMetadata().withLabels(labels).endMetadata().build();
  }

  private void said(ProbedNode node) {
    var patch =
        Map.of(
            "metadata",
            Map.of(
                "uid",
                node.uid(),
                "annotations",
                Map.of(ApiNames.PROBED_BOOT_ID_ANNOTATION, node.facts().bootId())));
    cluster
        .client()
        .resource(reference(node))
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(ApiNames.NODE_PROBE_MANAGER)
                .build(),
            cluster.json(patch));
  }

  private static Set<String> conflicts(KubernetesClientException e) {
    var keys = new TreeSet<String>();
    Optional.ofNullable(e.getStatus())
        .map(s -> s.getDetails())
        .map(d -> d.getCauses())
        .ifPresent(
            causes ->
                causes.stream()
                    .map(c -> Objects.requireNonNullElse(c.getField(), ""))
                    .filter(f -> f.startsWith(FIELD))
                    .forEach(f -> keys.add(f.substring(FIELD.length()))));
    return keys;
  }
}
