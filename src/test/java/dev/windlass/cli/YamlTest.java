package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import org.junit.jupiter.api.Test;

class YamlTest {
  private static String yaml(String json) {
    return Yaml.yaml(Json.parse(json, Bounds.DEFAULT));
  }

  @Test
  void objects_and_arrays_nest_in_block_style() {
    assertEquals(
        """
        a:
          b: 1
          c: []
        list:
        - x: 1
          z:
          - 2
          - - 3
            - 4
        - plain
        - {}
        """,
        yaml("{\"a\":{\"b\":1,\"c\":[]},\"list\":[{\"x\":1,\"z\":[2,[3,4]]},\"plain\",{}]}"));
  }

  @Test
  void a_string_that_could_be_anything_else_is_quoted() {
    for (var text :
        new String[] {
          "",
          "true",
          "No",
          "null",
          "~",
          "1",
          "1e3",
          "-",
          "- a",
          "a: b",
          "a #b",
          "#a",
          " a",
          "a ",
          "2026-11-23T05:00:00Z",
          "a\nb",
          "é",
          "{a}",
          "[a]",
          "&a",
          "*a",
          "!a",
          "|",
          "%a",
          "@a",
          "`a",
          "'a'",
          "\"a\"",
          "a:",
          "0x1f",
          ".inf",
          "a\tb",
          "<<",
          "="
        }) assertEquals(Json.of(text).canonicalText() + "\n", Yaml.yaml(Json.of(text)), text);
    for (var text : new String[] {"a", "sha256:0af", "http://localhost:8080/fn/a/b", "w-1.x"})
      assertEquals(text + "\n", Yaml.yaml(Json.of(text)));
  }

  @Test
  void what_yaml_calls_not_printable_is_escaped() {
    assertEquals("\"\\u001b[31m\\u0085\\u007f\"\n", Yaml.yaml(Json.of("\033[31m\u0085\u007f")));
  }

  @Test
  void json_is_indented() {
    assertEquals(
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x\"\n}\n",
        Yaml.json(Json.parse("{\"b\":\"x\",\"a\":[1,{}]}", Bounds.DEFAULT)));
  }
}
