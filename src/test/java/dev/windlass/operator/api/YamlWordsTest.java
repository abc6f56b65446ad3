package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kubectl and Helm read YAML 1.1, in which the bare key {@code n} is false and {@code 1:30} a
 * number. No key and no word that a user writes is one of those (0012).
 */
class YamlWordsTest {
  private static final Path VALUES = Path.of("helm/windlass/values.schema.json");

  /** yaml.org/type: bool, null, merge, value, int, float and timestamp. */
  private static final Pattern SOMETHING_ELSE =
      Pattern.compile(
          "(?i:y|yes|n|no|on|off|true|false|null|~|)"
              + "|<<|="
              + "|[-+]?[0-9][0-9_,]*(:[0-5]?[0-9])*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?0[xb][0-9a-fA-F_]+"
              + "|[-+]?\\.(?i:inf|nan)"
              + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*");

  /** What Kubernetes itself writes there, and no user. */
  private static final Set<String> OF_KUBERNETES =
      Set.of("conditions[].status: True", "conditions[].status: False");

  @Test
  void no_field_and_no_value_of_a_kind_is_a_word_that_yaml_takes_for_something_else() {
    var words = new ArrayList<String>();
    var wrong = new ArrayList<String>();
    CrdSchemas.generate()
        .values()
        .forEach(crd -> schema("", CrdFilesTest.schema(CrdFilesTest.version(crd)), words, wrong));
    assertTrue(words.size() > 200, words.size() + " words");
    assertEquals(List.of(), wrong);
  }

  @Test
  void no_value_of_the_chart_is_a_word_that_yaml_takes_for_something_else() throws IOException {
    var words = new ArrayList<String>();
    var wrong = new ArrayList<String>();
    values("", new ObjectMapper().readTree(VALUES.toFile()), words, wrong);
    assertTrue(words.size() > 100, words.size() + " words");
    assertEquals(List.of(), wrong);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n",
        "N",
        "y",
        "No",
        "YES",
        "on",
        "Off",
        "True",
        "FALSE",
        "null",
        "~",
        "",
        "<<",
        "=",
        "1",
        "-1",
        "1.5",
        "1_000",
        "1:30",
        "1e3",
        ".5",
        "0x1f",
        ".inf",
        "-.INF",
        ".NaN",
        "2026-11-23"
      })
  void such_a_word_is_found(String word) {
    var wrong = new ArrayList<String>();
    word("a", word, new ArrayList<>(), wrong);
    assertEquals(List.of("a: " + word), wrong);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "workers", "nvme", "not", "only", "amd64", "net24", "e2", "v1"})
  void another_is_not(String word) {
    var wrong = new ArrayList<String>();
    word("a", word, new ArrayList<>(), wrong);
    assertEquals(List.of(), wrong);
  }

  private static void schema(
      String path, JSONSchemaProps schema, List<String> words, List<String> wrong) {
    for (var value : schema.getEnum()) word(path, value.asText(), words, wrong);
    schema
        .getProperties()
        .forEach(
            (name, property) -> {
              word(path, name, words, wrong);
              schema(path.isEmpty() ? name : path + "." + name, property, words, wrong);
            });
    if (schema.getItems() != null) schema(path + "[]", schema.getItems().getSchema(), words, wrong);
    if (schema.getAdditionalProperties() != null)
      schema(path + "{}", schema.getAdditionalProperties().getSchema(), words, wrong);
  }

  /** Of a JSON Schema: the names of properties, and the texts that an enum or const takes. */
  private static void values(String path, JsonNode node, List<String> words, List<String> wrong) {
    node.properties()
        .forEach(
            member -> {
              var at = path + "/" + member.getKey();
              var value = member.getValue();
              if (member.getKey().equals("properties") && value.isObject())
                value.fieldNames().forEachRemaining(name -> word(at, name, words, wrong));
              if (member.getKey().equals("enum"))
                value.forEach(one -> taken(at, one, words, wrong));
              if (member.getKey().equals("const")) taken(at, value, words, wrong);
              values(at, value, words, wrong);
            });
    if (node.isArray()) node.forEach(one -> values(path + "[]", one, words, wrong));
  }

  /** Nobody writes an empty text without quotes. */
  private static void taken(String at, JsonNode value, List<String> words, List<String> wrong) {
    if (value.isTextual() && !value.asText().isEmpty()) word(at, value.asText(), words, wrong);
  }

  private static void word(String path, String word, List<String> words, List<String> wrong) {
    words.add(word);
    var found = path + ": " + word;
    boolean known = OF_KUBERNETES.stream().anyMatch(found::endsWith);
    if (SOMETHING_ELSE.matcher(word).matches() && !known) wrong.add(found);
  }
}
