package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Label selectors, taints and tolerations, as kube-scheduler understands them. */
final class Selectors {
  private static final int MAX_MESSAGE = 200;

  private Selectors() {}

  /** The first pair of a nodeSelector that the node does not have. */
  static Optional<Rejection> differs(Map<String, String> nodeSelector, NodeFacts node) {
    return nodeSelector.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(wanted -> !wanted.getValue().equals(node.labels().get(wanted.getKey())))
        .findFirst()
        .map(
            wanted ->
                new Rejection.SelectorDiffers(
                    has(node, wanted.getKey()),
                    "nodeSelector " + wanted.getKey() + "=" + wanted.getValue()));
  }

  /** No term holds. A node has to satisfy all of one term; a term that says nothing never holds. */
  static Optional<Rejection> differs(List<NodeSelectorTerm> terms, NodeFacts node) {
    if (terms.isEmpty() || terms.stream().anyMatch(term -> holds(term, node)))
      return Optional.empty();
    var first =
        terms.getFirst().getMatchExpressions().stream()
            .filter(
                e ->
                    !holds(e, node.labels().get(e.getKey()), node.labels().containsKey(e.getKey())))
            .findFirst();
    var has = first.map(e -> has(node, e.getKey())).orElse("node " + node.name());
    var needs =
        first
            .map(Selectors::text)
            .orElseGet(
                () ->
                    terms.getFirst().getMatchFields().stream()
                        .findFirst()
                        .map(Selectors::text)
                        .orElse("a term that says nothing"));
    var others =
        terms.size() == 1 ? "" : ", nor does it any of " + (terms.size() - 1) + " other terms";
    return Optional.of(new Rejection.SelectorDiffers(has, "affinity " + needs + others));
  }

  private static boolean holds(NodeSelectorTerm term, NodeFacts node) {
    if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) return false;
    return term.getMatchExpressions().stream()
            .allMatch(
                e -> holds(e, node.labels().get(e.getKey()), node.labels().containsKey(e.getKey())))
        && term.getMatchFields().stream()
            .allMatch(f -> "metadata.name".equals(f.getKey()) && holds(f, node.name(), true));
  }

  private static boolean holds(
      NodeSelectorRequirement wanted, @Nullable String value, boolean present) {
    var values = wanted.getValues();
    return switch (Objects.requireNonNullElse(wanted.getOperator(), "")) {
      case "In" -> present && values.contains(value);
      case "NotIn" -> !present || !values.contains(value);
      case "Exists" -> present;
      case "DoesNotExist" -> !present;
      case "Gt" -> compare(value, values).orElse(0) > 0;
      case "Lt" -> compare(value, values).orElse(0) < 0;
      default -> false;
    };
  }

  /** Empty unless both sides are integers. */
  private static Optional<Integer> compare(@Nullable String value, List<String> bound) {
    var has = Numbers.decimal(value);
    var needs = bound.size() == 1 ? Numbers.decimal(bound.getFirst()) : Numbers.decimal(null);
    if (has.isEmpty() || needs.isEmpty()) return Optional.empty();
    return Optional.of(Long.compare(has.getAsLong(), needs.getAsLong()));
  }

  static boolean tolerates(List<Toleration> tolerations, Taint taint) {
    return tolerations.stream().anyMatch(t -> tolerates(t, taint));
  }

  private static boolean tolerates(Toleration toleration, Taint taint) {
    if (isSet(toleration.getEffect()) && !toleration.getEffect().equals(taint.getEffect()))
      return false;
    if (isSet(toleration.getKey()) && !toleration.getKey().equals(taint.getKey())) return false;
    return switch (Objects.requireNonNullElse(toleration.getOperator(), "")) {
      case "", "Equal" -> orEmpty(toleration.getValue()).equals(orEmpty(taint.getValue()));
      case "Exists" -> true;
      default -> false;
    };
  }

  private static String has(NodeFacts node, String key) {
    return node.labels().containsKey(key)
        ? "label " + key + "=" + node.labels().get(key)
        : "no label " + key;
  }

  private static String text(NodeSelectorRequirement wanted) {
    var text = wanted.getKey() + " " + wanted.getOperator();
    if (!wanted.getValues().isEmpty()) text += " " + wanted.getValues();
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
  }

  private static boolean isSet(@Nullable String text) {
    return text != null && !text.isEmpty();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
