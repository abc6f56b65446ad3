package dev.windlass.function;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ManifestJsonTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final String LEAST = "{\"name\":\"hello\",\"module\":\"" + DIGEST + "\"}";

  @Test
  void what_is_left_out_has_its_default() {
    assertEquals(
        new Manifest(
            new FunctionName("default", "hello"),
            Digest.parse(DIGEST),
            Optional.empty(),
            World.WASI,
            "_start",
            List.of(),
            new TreeMap<>(),
            Limits.DEFAULT,
            Determinism.STRICT,
            Retry.SAFE,
            HardwareNeeds.NONE,
            Route.NONE),
        parse(LEAST));
  }

  @Test
  void every_member_is_read() {
    assertEquals(
        full(),
        parse(
            "{\"name\":\"shop/cart\",\"module\":\""
                + DIGEST
                + "\",\"files\":\""
                + DIGEST
                + "\",\"world\":\"cgi\",\"entry\":\"main\",\"args\":[\"-v\",\"x\"],"
                + "\"env\":{\"LANG\":\"C\"},\"determinism\":\"none\",\"retry\":\"never\","
                + "\"limits\":{\"fuel\":\"5M\",\"memory\":\"64Mi\",\"tableElements\":10,"
                + "\"timeout\":\"2s\",\"input\":\"1Ki\",\"output\":2048,\"stderr\":100,"
                + "\"scratch\":0,\"concurrency\":7},"
                + "\"hardware\":{\"vcpus\":0.5,\"minMhz\":3500,\"memoryPerVcpu\":\"2Gi\","
                + "\"nvme\":\"500G\",\"architecture\":\"amd64\"},"
                + "\"route\":{\"host\":\"shop.example\",\"path\":\"/cart\",\"methods\":[\"GET\"]}}"));
  }

  @Test
  void the_canonical_form_is_read_back_and_names_the_manifest() {
    for (var manifest : List.of(full(), parse(LEAST))) {
      var octets = ManifestJson.write(manifest);
      assertEquals(manifest, ManifestJson.parse(octets));
      assertArrayEquals(octets, ManifestJson.write(ManifestJson.parse(octets)));
      assertEquals(Digest.of(octets), ManifestJson.digest(manifest));
    }
  }

  @Test
  void the_canonical_form_has_every_limit_as_an_integer() {
    assertEquals(
        "{\"args\":[],\"determinism\":\"strict\",\"entry\":\"_start\",\"env\":{},"
            + "\"limits\":{\"concurrency\":0,\"fuel\":10000000000,\"input\":10485760,"
            + "\"memory\":134217728,\"output\":10485760,\"scratch\":16777216,\"stderr\":65536,"
            + "\"tableElements\":20000,\"timeout\":10000},\"module\":\""
            + DIGEST
            + "\",\"name\":\"default/hello\",\"retry\":\"safe\",\"world\":\"wasi\"}",
        new String(ManifestJson.write(parse(LEAST)), StandardCharsets.UTF_8));
  }

  @Test
  void the_same_manifest_written_otherwise_has_the_same_digest() {
    var spelled =
        "{ \"module\":\""
            + DIGEST
            + "\", \"name\":\"default/hello\", \"limits\":{\"memory\":\"128Mi\",\"timeout\":\"10s\"}}";
    assertEquals(ManifestJson.digest(parse(LEAST)), ManifestJson.digest(parse(spelled)));
  }

  @Test
  void an_unknown_member_is_refused_by_name_with_the_known_ones() {
    var message = refused(LEAST.replace("\"name\"", "\"memmory\":1,\"name\""));
    assertTrue(message.startsWith("$.memmory: unknown member; known are name, module,"), message);
    assertTrue(refused(with("\"limits\":{\"mem\":1}")).startsWith("$.limits.mem: unknown member"));
    assertTrue(
        refused(with("\"route\":{\"paths\":\"/\"}")).startsWith("$.route.paths: unknown member"));
  }

  @Test
  void errors_name_the_path_the_value_and_what_was_expected() {
    var expected =
        Map.of(
            "\"limits\":{\"memory\":\"257Mi\"}",
            "$.limits: limit memory must be 65536 to 268435456, not 269484032",
            "\"limits\":{\"timeout\":\"10 s\"}",
            "$.limits.timeout: expected an integer with ms, s or m: 10 s",
            "\"limits\":{\"fuel\":0}",
            "$.limits: limit fuel must be 1 to 9007199254740991, not 0",
            "\"limits\":{\"input\":\"4Gi\"}",
            "$.limits.input: must be at most 2147483647, not 4294967296",
            "\"world\":\"http\"",
            "$.world: must be one of wasi, cgi, not http",
            "\"files\":\"abc\"",
            "$.files: not a digest, expected sha256:<64 hex digits>: abc",
            "\"env\":{\"A=B\":\"\"}",
            "$: a variable's name has a character and no =: A=B",
            "\"args\":[\"a\\u0000b\"]",
            "$: an argument contains a NUL",
            "\"hardware\":{\"vcpus\":-1}",
            "$.hardware: hardware needs must be 0 or more, and vcpus at most 4096: vcpus -1.0,"
                + " minMhz 0, memoryPerVcpu 0, nvme 0",
            "\"route\":{\"path\":\"cart\"}",
            "$.route: route path must be / or segments without ?, #, % and spaces, with no / at its"
                + " end: cart");
    expected.forEach((member, message) -> assertEquals(message, refused(with(member))));
    assertTrue(refused("{\"name\":\"hello\"}").startsWith("$.module: missing"));
  }

  @Test
  void routes_that_could_not_match_are_refused() {
    for (var route :
        List.of(
            "\"host\":\"Shop.example\",\"path\":\"/\"",
            "\"host\":\"shop.example:80\",\"path\":\"/\"",
            "\"host\":\"shop.example\"",
            "\"path\":\"/a/\"",
            "\"path\":\"/a//b\"",
            "\"path\":\"/a?b\"",
            "\"path\":\"/\",\"methods\":[\"get\"]")) {
      assertThrows(JsonException.class, () -> parse(with("\"route\":{" + route + "}")), route);
    }
  }

  @Test
  void amounts_too_large_for_63_bits_are_refused() {
    assertThrows(IllegalArgumentException.class, () -> Amount.parse("999999999999999999Ti"));
    assertEquals(1_500_000_000L, Amount.parse("1500M"));
    assertEquals(3L << 40, Amount.parse("3Ti"));
    assertEquals(Duration.ofMinutes(5), Amount.parseDuration("5m"));
    for (var bad : List.of("", "-1", "1.5", "1KB", "Mi", "1 M", "12345678901234567890"))
      assertThrows(IllegalArgumentException.class, () -> Amount.parse(bad), bad);
  }

  @Test
  void any_bytes_whatever_end_in_a_manifest_or_the_declared_exception() {
    var seed = ManifestJson.write(full());
    for (long n = 0; n < 50_000; n++) {
      var chance = new SplittableRandom(n);
      var octets = seed.clone();
      for (int i = 0; i <= chance.nextInt(3); i++)
        octets[chance.nextInt(octets.length)] = (byte) chance.nextInt(128);
      try {
        var manifest = ManifestJson.parse(octets);
        assertEquals(manifest, ManifestJson.parse(ManifestJson.write(manifest)));
      } catch (JsonException e) {
        assertTrue(e.getMessage().length() > 3);
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed " + n + ": " + new String(octets, StandardCharsets.UTF_8), e);
      }
    }
  }

  private static Manifest full() {
    return new Manifest(
        new FunctionName("shop", "cart"),
        Digest.parse(DIGEST),
        Optional.of(Digest.parse(DIGEST)),
        World.CGI,
        "main",
        List.of("-v", "x"),
        new TreeMap<>(Map.of("LANG", "C")),
        new Limits(5_000_000, 64 << 20, 10, Duration.ofSeconds(2), 1024, 2048, 100, 0, 7),
        Determinism.NONE,
        Retry.NEVER,
        new HardwareNeeds(0.5, 3500, 2L << 30, 500_000_000_000L, "amd64"),
        new Route("shop.example", "/cart", List.of("GET")));
  }

  private static String with(String member) {
    return LEAST.substring(0, LEAST.length() - 1) + "," + member + "}";
  }

  private static Manifest parse(String json) {
    return ManifestJson.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String refused(String json) {
    return assertThrows(JsonException.class, () -> parse(json), json).getMessage();
  }
}
