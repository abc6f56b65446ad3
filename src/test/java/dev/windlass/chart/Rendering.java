package dev.windlass.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The objects of a release.
 *
 * @param objects in the order in which Helm gives them
 */
record Rendering(List<JsonNode> objects) {
  private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet", "Job", "Pod");

  Rendering {
    objects = List.copyOf(objects);
  }

  /**
   * The template of a workload's pods.
   *
   * @param owner {@code Kind/name}
   */
  record Pods(String owner, JsonNode metadata, JsonNode spec) {
    Map<String, String> labels() {
      return strings(metadata.path("labels"));
    }

    List<JsonNode> containers() {
      return Stream.concat(elements(spec.path("initContainers")), elements(spec.path("containers")))
          .toList();
    }
  }

  List<JsonNode> all(String kind) {
    return objects.stream().filter(o -> o.path("kind").asText().equals(kind)).toList();
  }

  JsonNode one(String kind, String name) {
    return all(kind).stream()
        .filter(o -> name(o).equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " among " + names()));
  }

  boolean has(String kind, String name) {
    return all(kind).stream().anyMatch(o -> name(o).equals(name));
  }

  Set<String> names() {
    var names = new TreeSet<String>();
    for (var o : objects) names.add(o.path("kind").asText() + "/" + name(o));
    return names;
  }

  List<Pods> pods() {
    var pods = new ArrayList<Pods>();
    for (var o : objects) {
      var kind = o.path("kind").asText();
      if (!WORKLOADS.contains(kind)) continue;
      var owner = kind + "/" + name(o);
      if (kind.equals("Pod")) pods.add(new Pods(owner, o.path("metadata"), o.path("spec")));
      else pods.add(new Pods(owner, o.at("/spec/template/metadata"), o.at("/spec/template/spec")));
    }
    return pods;
  }

  Pods podsOf(String component) {
    return pods().stream()
        .filter(p -> p.labels().get("app.kubernetes.io/component").equals(component))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no pods of " + component));
  }

  List<String> argumentsOf(String component) {
    return texts(podsOf(component).containers().getFirst().path("args"));
  }

  static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  static Map<String, String> strings(JsonNode object) {
    var strings = new TreeMap<String, String>();
    object.properties().forEach(e -> strings.put(e.getKey(), e.getValue().asText()));
    return strings;
  }

  /** Whether labels have all that a selector asks for. */
  static boolean selects(Map<String, String> selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(selector.entrySet());
  }
}
