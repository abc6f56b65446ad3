package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Which values the chart refuses, and in which words. */
class ChartSchemaTest {
  /** May be given and has no default. */
  private static final Set<String> WITHOUT_DEFAULT =
      Set.of(
          "/global",
          "/head/hardware/profile/arch",
          "/head/hardware/profile/nvme",
          "/head/hardware/profile/nvme/bytes",
          "/head/hardware/profile/nvme/writeMBps",
          "/witness/hardware/profile/arch",
          "/log/updateStrategy/rollingUpdate",
          "/witness/updateStrategy/rollingUpdate",
          "/mirror/updateStrategy/rollingUpdate");

  @ParameterizedTest
  @CsvFileSource(resources = "refused-values.csv", delimiter = '|', quoteCharacter = '"')
  void a_bad_value_is_refused_by_name(String values, String words) {
    var said = Chart.refusal(values);

    assertTrue(said.contains(words), () -> "expected '" + words + "' in:\n" + said);
  }

  /** An older cluster would take the chart and then refuse its pods. */
  @Test
  void an_old_kubernetes_is_refused() {
    var run =
        Command.of("helm", "template", "w", Chart.DIRECTORY.toString(), "--kube-version=1.29.9")
            .run();

    assertTrue(run.exit() != 0);
    assertTrue(run.err().contains("kubeVersion: >=1.30.0-0"), run.err());
  }

  @Test
  void the_schema_has_every_value_and_no_other() {
    var schema =
        Chart.objects(Chart.read(Chart.DIRECTORY.resolve("values.schema.json"))).getFirst();
    var described = new TreeSet<String>();
    describe(schema, schema, "", described);
    var given = new TreeSet<String>();
    list(Chart.yaml(Chart.DIRECTORY.resolve("values.yaml")), schema, schema, "", given);

    var more = new TreeSet<>(described);
    more.removeAll(given);
    more.removeAll(WITHOUT_DEFAULT);
    assertEquals(Set.of(), more, "in the schema, and without a default");
    given.removeAll(described);
    assertEquals(Set.of(), given, "has a default, and is not in the schema");
  }

  private static void describe(JsonNode root, JsonNode node, String path, Set<String> found) {
    resolved(root, node)
        .path("properties")
        .properties()
        .forEach(
            e -> {
              if (isKubernetes(e.getKey())) return;
              found.add(path + "/" + e.getKey());
              describe(root, e.getValue(), path + "/" + e.getKey(), found);
            });
  }

  /** Stops where the schema leaves the rest to Kubernetes. */
  private static void list(
      JsonNode values, JsonNode root, JsonNode schema, String path, Set<String> found) {
    var here = resolved(root, schema);
    if (!here.has("properties")) return;
    values
        .properties()
        .forEach(
            e -> {
              if (isKubernetes(e.getKey())) return;
              found.add(path + "/" + e.getKey());
              list(
                  e.getValue(),
                  root,
                  here.path("properties").path(e.getKey()),
                  path + "/" + e.getKey(),
                  found);
            });
  }

  private static boolean isKubernetes(String key) {
    return key.equals("resources");
  }

  private static JsonNode resolved(JsonNode root, JsonNode node) {
    if (!node.has("$ref")) return node;
    return resolved(root, root.at(node.get("$ref").asText().substring(1)));
  }
}
