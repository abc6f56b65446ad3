package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * README.md of the chart is made of the comments in values.yaml; {@code -Dgolden.update} writes it.
 */
class ChartReadmeTest {
  private static final Path VALUES = Chart.DIRECTORY.resolve("values.yaml");
  private static final Path HEAD = Chart.DIRECTORY.resolve("README.head.md");
  private static final Path README = Chart.DIRECTORY.resolve("README.md");
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]+):.*");

  /** A value that somebody may set. */
  private record Value(String path, String description) {}

  @Test
  void the_readme_says_what_the_values_say() throws IOException {
    var text = new StringBuilder(Chart.read(HEAD));
    text.append("| value | default | |\n|---|---|---|\n");
    var defaults = Chart.yaml(VALUES);
    for (var value : values()) {
      var given = defaults.at("/" + value.path().replace('.', '/'));
      text.append(
          "| `%s` | %s | %s |\n".formatted(value.path(), shown(given), value.description()));
    }

    if (System.getProperty("golden.update") != null) Files.writeString(README, text);
    assertEquals(Files.readString(README), text.toString(), README + ": -Dgolden.update");
  }

  /** What nobody explains, nobody can use. */
  @Test
  void every_value_is_explained() {
    var explained = new ArrayList<String>();
    values().forEach(v -> explained.add(v.path()));
    var silent = new TreeSet<String>();
    leaves(Chart.yaml(VALUES), "", explained, silent);

    assertEquals(new TreeSet<>(), silent, "have no comment that begins with '# --'");
  }

  private static void leaves(
      JsonNode node, String path, List<String> explained, TreeSet<String> silent) {
    if (explained.contains(path)) return;
    if (!node.isObject() || node.isEmpty()) {
      silent.add(path);
      return;
    }
    node.properties()
        .forEach(
            e ->
                leaves(
                    e.getValue(),
                    path.isEmpty() ? e.getKey() : path + "." + e.getKey(),
                    explained,
                    silent));
  }

  /** Keys below a comment that begins with {@code # --}, by their indentation. */
  private static List<Value> values() {
    var values = new ArrayList<Value>();
    var parents = new ArrayList<String>();
    String comment = null;
    for (var line : Chart.read(VALUES).lines().toList()) {
      if (line.strip().startsWith("# -- ")) {
        comment = line.strip().substring(5);
        continue;
      }
      var key = KEY.matcher(line);
      if (!key.matches()) continue;
      int depth = key.group(1).length() / 2;
      while (parents.size() > depth) parents.removeLast();
      if (parents.size() < depth) continue;
      parents.add(key.group(2));
      if (comment != null) values.add(new Value(String.join(".", parents), comment));
      comment = null;
    }
    return values;
  }

  private static String shown(JsonNode value) {
    if (value.isTextual() && value.asText().isEmpty()) return "";
    var text = value.isTextual() ? value.asText() : value.toString();
    return text.length() <= 90 ? "`" + text.replace("|", "\\|") + "`" : "see values.yaml";
  }
}
