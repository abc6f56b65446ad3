package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * k8s/ is the chart with its default values, for those without Helm; {@code -Dgolden.update} writes
 * it.
 */
class ChartManifestsTest {
  private static final Path DIRECTORY = Path.of("k8s");
  private static final ObjectMapper YAML =
      new ObjectMapper(
          new YAMLFactory()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR));
  private static final String SAID =
      "# Generated from helm/windlass: never edit it. mvn test -Dtest=ChartManifestsTest -Dgolden.update\n";
  private static final String NAMESPACE =
      """
      apiVersion: v1
      kind: Namespace
      metadata:
        name: windlass
        labels:
          pod-security.kubernetes.io/enforce: restricted
          pod-security.kubernetes.io/warn: restricted
      """;

  @Test
  void the_manifests_are_what_the_chart_renders() throws IOException {
    var wanted = manifests();
    if (System.getProperty("golden.update") != null) write(wanted);

    var there = new TreeSet<String>();
    try (var files = Files.walk(DIRECTORY)) {
      files
          .filter(Files::isRegularFile)
          .forEach(f -> there.add(DIRECTORY.relativize(f).toString()));
    }
    assertEquals(wanted.keySet(), there, "k8s/: -Dgolden.update");
    for (var e : wanted.entrySet())
      assertEquals(e.getValue(), Chart.read(DIRECTORY.resolve(e.getKey())), e.getKey());
  }

  private static Map<String, String> manifests() throws IOException {
    var objects = Chart.render("{}").objects();
    var files = new TreeMap<String, String>();
    for (var crd : of(objects, o -> kind(o).equals("CustomResourceDefinition")))
      files.put("crds/" + Rendering.name(crd) + ".yaml", SAID + text(List.of(crd)));
    files.put("profiles.yaml", SAID + text(of(objects, o -> kind(o).equals("HardwareProfile"))));
    var rest =
        of(
            objects,
            o ->
                !Set.of("CustomResourceDefinition", "HardwareProfile").contains(kind(o))
                    && !o.at("/metadata/annotations").has("helm.sh/hook"));
    files.put("install.yaml", SAID + NAMESPACE + "---\n" + text(rest));
    return files;
  }

  private static List<JsonNode> of(List<JsonNode> objects, Predicate<JsonNode> which) {
    return objects.stream().filter(which).toList();
  }

  private static String kind(JsonNode object) {
    return object.path("kind").asText();
  }

  /** Without what only Helm reads. */
  private static String text(List<JsonNode> objects) throws IOException {
    var text = new StringBuilder();
    for (var object : objects) {
      var copy = (ObjectNode) object.deepCopy();
      for (var at : List.of("/metadata", "/spec/volumeClaimTemplates/0/metadata")) {
        var labels = copy.at(at + "/labels");
        if (labels instanceof ObjectNode members) {
          members.remove("helm.sh/chart");
          if (members.has("app.kubernetes.io/managed-by"))
            members.put("app.kubernetes.io/managed-by", "kubectl");
        }
        var annotations = copy.at(at + "/annotations");
        if (annotations instanceof ObjectNode members) {
          members.properties().stream()
              .map(Map.Entry::getKey)
              .filter(k -> k.startsWith("helm.sh/"))
              .toList()
              .forEach(members::remove);
          if (members.isEmpty()) ((ObjectNode) copy.at(at)).remove("annotations");
        }
      }
      if (!text.isEmpty()) text.append("---\n");
      text.append(YAML.writeValueAsString(copy));
    }
    return text.toString();
  }

  private static void write(Map<String, String> files) throws IOException {
    if (Files.isDirectory(DIRECTORY)) {
      try (var old = Files.walk(DIRECTORY)) {
        for (var file : old.filter(Files::isRegularFile).toList()) Files.delete(file);
      }
    }
    for (var e : files.entrySet()) {
      var file = DIRECTORY.resolve(e.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, e.getValue());
    }
  }
}
