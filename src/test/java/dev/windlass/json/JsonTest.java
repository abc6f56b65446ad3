package dev.windlass.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static Json parse(String text) {
    return Json.parse(text, Bounds.DEFAULT);
  }

  private static String refusal(String text) {
    return assertThrows(JsonException.class, () -> parse(text)).getMessage();
  }

  /** Appendix B of RFC 8785: IEEE 754 bits and the text. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void numbers_are_written_as_rfc_8785_lists_them(String bits, String text) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));

    assertEquals(text, Json.of(value).canonicalText());
    assertEquals(Json.of(value), parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1",
    "1e3, 1000",
    "-0, 0",
    "-0.0e5, 0",
    "4.50, 4.5",
    "2e-3, 0.002",
    "0.000000000000000000000000001, 1e-27",
    "1E30, 1e+30",
    "1e-323, 1e-323",
    "100e-2, 1"
  })
  void a_number_has_one_canonical_form(String text, String canonical) {
    assertEquals(canonical, parse(text).canonicalText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "-",
        "0x1",
        "NaN",
        "Infinity",
        "1_0",
        "--1",
        "- 1"
      })
  void what_is_not_a_number_of_rfc_8259_is_refused(String text) {
    refusal(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e309", "-1e309", "1e-400", "9007199254740993", "123456789012345678901"})
  void a_number_that_a_double_cannot_hold_is_refused(String text) {
    assertTrue(refusal(text).contains(text), text);
  }

  @Test
  void members_are_sorted_by_utf16_code_units_as_rfc_8785_shows() {
    var unsorted =
        """
        {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh",
         "1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"o umlaut"}
        """;

    assertEquals(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            + "\"\u00f6\":\"o umlaut\",\"\u20ac\":\"Euro Sign\","
            + "\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
        parse(unsorted).canonicalText());
  }

  @Test
  void strings_are_escaped_as_rfc_8785_shows() {
    var text = "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\\u007f\\b\\f\\t\"";

    assertEquals(
        "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u007f\\b\\f\\t\"", parse(text).canonicalText());
  }

  @Test
  void the_canonical_form_is_utf8_without_space() {
    var json = Json.object().put("b", Json.texts(List.of("é", "😀"))).put("a", true).build();

    assertEquals(
        "{\"a\":true,\"b\":[\"é\",\"😀\"]}", new String(json.canonical(), StandardCharsets.UTF_8));
  }

  @Test
  void a_duplicate_name_is_refused_by_name() {
    assertTrue(refusal("{\"a\":1,\"b\":2,\"a\":1}").contains("duplicate name at character 13: a"));
    assertTrue(refusal("{\"a\":1,\"\\u0061\":1}").contains("duplicate name"));
    assertThrows(JsonException.class, () -> Json.object().put("a", 1).put("a", 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"a\\ud83d\"",
        "{\"\\udead\":1}",
        "\"\ud800x\""
      })
  void a_lone_surrogate_is_refused(String text) {
    assertTrue(refusal(text).contains("lone surrogate"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1]x",
        "1 2",
        "tru",
        "nul",
        "True",
        "\"",
        "\"a",
        "\"\\",
        "\"\\u12\"",
        "\"\\u00g0\"",
        "\"\\x\"",
        "\"\t\"",
        "\"\n\"",
        "\ufeff1",
        "// c\n1",
        "[1 2]",
        "{\"a\" 1}",
        "\u00a01",
        "\"\\u00\uff11\uff11\""
      })
  void what_is_not_json_is_refused(String text) {
    refusal(text);
  }

  @Test
  void an_error_says_where_and_what_was_expected() {
    assertEquals("at character 3 found RIGHT SQUARE BRACKET, expected a value", refusal("[1,]"));
    assertEquals("at character 4 the text ends, expected more", refusal("[1, "));
  }

  @Test
  void bounds_hold_for_size_depth_and_number_of_values() {
    var bounds = new Bounds(20, 3, 5);

    Json.parse("[[[1]]]", bounds);
    Json.parse("{\"a\":1,\"b\":2}", bounds);
    assertThrows(JsonException.class, () -> Json.parse("[[[[1]]]]", bounds));
    assertThrows(JsonException.class, () -> Json.parse("[1,2,3,4,5]", bounds));
    assertThrows(JsonException.class, () -> Json.parse("\"" + "a".repeat(19) + "\"", bounds));
    assertThrows(JsonException.class, () -> Json.parse(new byte[21], bounds));
    assertThrows(JsonException.class, () -> parse("[".repeat(100_000)));
    assertThrows(JsonException.class, () -> parse("1".repeat(10_000)));
  }

  @Test
  void malformed_utf8_is_refused() {
    for (var octets : List.of("ff", "c0af", "eda080", "f4908080", "e282", "22c3222c")) {
      var utf8 = java.util.HexFormat.of().parseHex("22" + octets + "22");
      assertThrows(JsonException.class, () -> Json.parse(utf8, Bounds.DEFAULT), octets);
    }
  }

  @Test
  void any_bytes_are_read_or_refused_with_a_json_exception() {
    var chance = new SplittableRandom(1);
    var alphabet = "{}[]\",:\\u0019eE+-.tfn \n\ud83dé".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 60_000; i++) {
      var octets = new byte[chance.nextInt(40)];
      chance.nextBytes(octets);
      if (i % 3 != 0)
        for (int k = 0; k < octets.length; k++)
          octets[k] = alphabet[Math.floorMod(octets[k], alphabet.length)];
      parseOrRefuse(octets);
    }
    for (int i = 0; i < 20_000; i++) {
      var octets = tree(chance, 4).canonical();
      if (octets.length > 0)
        octets[chance.nextInt(octets.length)] ^= (byte) (1 << chance.nextInt(8));
      parseOrRefuse(octets);
    }
  }

  @Test
  void what_was_written_is_read_as_the_same_value() {
    var chance = new SplittableRandom(2);
    for (int i = 0; i < 20_000; i++) {
      var value = tree(chance, 4);
      var canonical = value.canonical();

      assertEquals(value, Json.parse(canonical, Bounds.DEFAULT));
      assertEquals(
          value.canonicalText(), Json.parse(value.canonicalText(), Bounds.DEFAULT).canonicalText());
    }
  }

  @Test
  void every_double_is_written_shortest_and_read_as_itself() {
    var chance = new SplittableRandom(3);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(chance.nextLong());
      if (!Double.isFinite(value)) continue;
      var json = Json.of(value);

      assertEquals(json, parse(json.canonicalText()));
    }
  }

  @Test
  void a_getter_names_the_path_and_what_it_found() {
    var at = parse("{\"limits\":{\"fuel\":\"many\",\"args\":[1,\"x\"]}}").at();

    assertEquals(
        "$.limits.fuel: expected an integer, found a string",
        assertThrows(JsonException.class, () -> at.get("limits").get("fuel").integer(0, 9))
            .getMessage());
    assertEquals(
        "$.limits.args[0]: expected a string, found an integer",
        assertThrows(JsonException.class, () -> at.get("limits").get("args").texts()).getMessage());
    assertEquals(
        "$.name: missing", assertThrows(JsonException.class, () -> at.get("name")).getMessage());
    assertEquals(
        "$.limits: unknown member; known are name",
        assertThrows(JsonException.class, () -> at.only("name")).getMessage());
    assertTrue(at.find("name").isEmpty());
  }

  private static void parseOrRefuse(byte[] octets) {
    try {
      var value = Json.parse(octets, Bounds.DEFAULT);
      assertEquals(value, Json.parse(value.canonical(), Bounds.DEFAULT));
    } catch (JsonException _) {
      // refused as declared
    }
  }

  private static Json tree(RandomGenerator chance, int depth) {
    return switch (chance.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> Json.ofNull();
      case 1 -> Json.of(chance.nextBoolean());
      case 2 -> Json.of(chance.nextLong() >> (11 + chance.nextInt(52)));
      case 3 -> Json.of(chance.nextDouble() * Math.pow(10, chance.nextInt(-300, 300)));
      case 4, 5 -> Json.of(text(chance));
      case 6 -> {
        var elements = new java.util.ArrayList<Json>();
        for (int i = chance.nextInt(4); i > 0; i--) elements.add(tree(chance, depth - 1));
        yield Json.array(elements);
      }
      default -> {
        var members = new TreeMap<String, Json>();
        for (int i = chance.nextInt(4); i > 0; i--)
          members.put(text(chance), tree(chance, depth - 1));
        yield new Json.Obj(members);
      }
    };
  }

  private static String text(RandomGenerator chance) {
    var text = new StringBuilder();
    for (int i = chance.nextInt(6); i > 0; i--) {
      int point = chance.nextInt(4) == 0 ? chance.nextInt(0x110000) : chance.nextInt(128);
      if (point < 0xd800 || point > 0xdfff) text.appendCodePoint(point);
    }
    return text.toString();
  }
}
