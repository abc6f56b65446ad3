package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.HardwareNeeds;
import dev.windlass.function.Limits;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.Retry;
import dev.windlass.function.Route;
import dev.windlass.function.World;
import dev.windlass.json.Json;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionManifestTest {
  private static final Digest MODULE = Digest.of("module".getBytes(StandardCharsets.UTF_8));
  private static final Digest ARCHIVE = Digest.of("archive".getBytes(StandardCharsets.UTF_8));
  private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

  @Test
  void every_manifest_can_be_said_in_a_resource_and_comes_back_the_same() {
    for (int seed = 0; seed < 3_000; seed++) {
      var manifest = anyManifest(new Random(seed));
      var yaml = resource(manifest, new Random(-seed));
      var read = KUBERNETES.unmarshal(yaml, Function.class);
      assertEquals(
          new FunctionManifest.Accepted(manifest),
          FunctionManifest.of(read, manifest.module(), manifest.files()),
          "seed " + seed + "\n" + yaml);
      var again = KUBERNETES.unmarshal(KUBERNETES.asYaml(read), Function.class);
      assertEquals(
          new FunctionManifest.Accepted(manifest),
          FunctionManifest.of(again, manifest.module(), manifest.files()),
          "written and read again, seed " + seed);
    }
  }

  @Test
  void what_is_left_out_is_what_deploy_leaves_out() {
    var said = accepted("source: {inline: {module: AGFzbQEAAAA=}}");
    var deployed =
        ManifestJson.parse(
            ("{\"name\":\"shop/hello\",\"module\":\"" + MODULE + "\"}")
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(deployed, said);
  }

  /** A member that a manifest gets some day needs its field here, or a reason why not. */
  @Test
  void every_member_of_a_manifest_has_a_field() {
    var manifest = ManifestJson.toJson(anyManifest(new Random(7)));
    var spec = components(FunctionSpec.class);
    var elsewhere = Set.of("name", "module", "hardware");
    var members = new TreeSet<>(((Json.Obj) manifest).members().keySet());
    members.removeAll(elsewhere);
    assertTrue(spec.containsAll(members), members + " against " + spec);
    assertEquals(
        new TreeSet<>(((Json.Obj) ManifestJson.toJson(Limits.DEFAULT)).members().keySet()),
        components(FunctionSpec.Limits.class));
    var route = components(FunctionSpec.Route.class);
    assertTrue(route.remove("auth"));
    assertEquals(components(Route.class), route);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "source: {ipfs: {cid: bafy}} | spec.source.ipfs | bafy",
        "world: blockless | spec.world | blockless",
        "determinism: recorded | spec.determinism | recorded",
        "secrets: [{name: db, key: password}] | spec.secrets | db",
        "permissions: {http: [{url: 'https://a.example/'}]} | spec.permissions.http"
            + " | https://a.example/",
        "route: {path: /a, auth: token} | spec.route.auth | token",
        "policy: {mode: quorum} | spec.policy.mode | quorum",
        "policy: {mode: single, workers: 2} | spec.policy.workers | 2",
        "policy: {mode: single, threshold: 2} | spec.policy.threshold | 2",
        "policy: {mode: single, audit: 50000} | spec.policy.audit | 50000",
        "policy: {mode: single, pins: [w-1]} | spec.policy.pins | w-1",
        "policy: {mode: single, diversity: [zone]} | spec.policy.diversity | zone",
      })
  void what_is_not_built_is_refused_by_name(String spec, String field, String found) {
    var refused = refused(spec);
    assertEquals(FunctionManifest.Cause.NOT_SUPPORTED, refused.cause());
    assertEquals(field, refused.field());
    assertEquals(found, refused.found());
    assertTrue(
        refused.message().startsWith(field + " " + found + " is not supported yet: "),
        refused.message());
    assertEquals(
        Optional.of(refused),
        FunctionManifest.unsupported(function(spec).spec()),
        "known before anything is fetched");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "limits: {fuel: 0} | spec.limits.fuel | 0"
            + " | must be a whole number from 1 to 9007199254740991, such as 10G or 128Mi",
        "limits: {memory: 257Mi} | spec.limits.memory | 257Mi"
            + " | must be a whole number from 65536 to 268435456, such as 10G or 128Mi",
        "limits: {memory: 65536.5} | spec.limits.memory | 65536.5"
            + " | must be a whole number from 65536 to 268435456, such as 10G or 128Mi",
        "limits: {output: '1e99'} | spec.limits.output | 1e99"
            + " | must be a whole number from 0 to 67108864, such as 10G or 128Mi",
        "limits: {input: 2Gi} | spec.limits.input | 2Gi"
            + " | must be a whole number from 0 to 67108864, such as 10G or 128Mi",
        "limits: {stderr: -1} | spec.limits.stderr | -1"
            + " | must be a whole number from 0 to 1048576, such as 10G or 128Mi",
        "limits: {scratch: lots} | spec.limits.scratch | lots"
            + " | must be a whole number from 0 to 67108864, such as 10G or 128Mi",
        "limits: {tableElements: -1} | spec.limits.tableElements | -1 | must be 0 to 1000000",
        "limits: {concurrency: 100001} | spec.limits.concurrency | 100001 | must be 0 to 100000",
        "limits: {timeout: 6m} | spec.limits.timeout | 6m | must be 1ms to 5m, digits and ms, s or m",
        "limits: {timeout: 0s} | spec.limits.timeout | 0s | must be 1ms to 5m, digits and ms, s or m",
        "limits: {timeout: 1h} | spec.limits.timeout | 1h | must be 1ms to 5m, digits and ms, s or m",
        "world: lunar | spec.world | lunar | must be one of wasi, cgi",
        "retry: often | spec.retry | often | must be one of safe, never",
        "determinism: some | spec.determinism | some | must be one of strict, none",
        "entry: '' | spec.entry |  | entry must have 1 to 256 characters: 0",
        "args: [\"a\\0b\"] | spec.args | 1 arguments | an argument contains a NUL",
        "env: {A=B: c} | spec.env | 1 variables | a variable's name has a character and no =: A=B",
        "route: {path: hello} | spec.route.path | hello | route path must be / or segments"
            + " without ?, #, % and spaces, with no / at its end: hello",
        "route: {host: Example.com, path: /} | spec.route.host | Example.com | route host must be"
            + " a name of a-z, 0-9, '-' and '.', without a port: Example.com",
        "route: {host: example.com} | spec.route.host | example.com"
            + " | a route with a host needs a path, / for all: example.com",
        "route: {path: /, methods: [get]} | spec.route.methods | get"
            + " | route method must be in upper case: get",
        "digest: sha256:00 | spec.digest | sha256:00"
            + " | not a sha256 (64 lower-case hex digits): 00",
      })
  void a_value_that_cannot_be_is_refused_with_what_could(
      String spec, String field, String found, String expected) {
    var refused = refused(spec);
    assertEquals(FunctionManifest.Cause.INVALID, refused.cause());
    assertEquals(field, refused.field());
    assertEquals(found == null ? "" : found, refused.found());
    assertEquals(expected, refused.expected());
    assertEquals(field + " is " + refused.found() + ": " + expected, refused.message());
  }

  @Test
  void a_digest_that_names_other_bytes_is_refused() {
    assertEquals(
        new FunctionManifest.Refused(
            FunctionManifest.Cause.INVALID,
            "spec.digest",
            ARCHIVE.toString(),
            "must be " + MODULE + ", the digest of the source's bytes"),
        refused("digest: " + ARCHIVE));
    assertEquals(MODULE, accepted("digest: " + MODULE).module());
  }

  @Test
  void files_are_there_when_the_resource_names_them_and_only_then() {
    var with = function("files: {inline: AAAA, digest: '" + ARCHIVE + "'}");
    var manifest =
        assertInstanceOf(
                FunctionManifest.Accepted.class,
                FunctionManifest.of(with, MODULE, Optional.of(ARCHIVE)))
            .manifest();
    assertEquals(Optional.of(ARCHIVE), manifest.files());
    assertEquals("spec.files", field(FunctionManifest.of(with, MODULE, Optional.empty())));
    assertEquals(
        "spec.files.digest", field(FunctionManifest.of(with, MODULE, Optional.of(MODULE))));
    assertEquals(
        "spec.files", field(FunctionManifest.of(function(""), MODULE, Optional.of(ARCHIVE))));
  }

  @Test
  void a_resource_without_a_spec_or_with_a_strange_name_is_no_exception() {
    var bare = KUBERNETES.unmarshal("metadata: {name: hello, namespace: shop}", Function.class);
    assertInstanceOf(
        FunctionManifest.Accepted.class, FunctionManifest.of(bare, MODULE, Optional.empty()));
    var dotted = KUBERNETES.unmarshal("metadata: {name: a.b, namespace: shop}", Function.class);
    assertEquals("metadata.name", field(FunctionManifest.of(dotted, MODULE, Optional.empty())));
    var nameless = KUBERNETES.unmarshal("metadata: {}", Function.class);
    assertEquals("metadata.name", field(FunctionManifest.of(nameless, MODULE, Optional.empty())));
  }

  private static String field(FunctionManifest outcome) {
    return assertInstanceOf(FunctionManifest.Refused.class, outcome).field();
  }

  private static FunctionManifest.Refused refused(String spec) {
    return assertInstanceOf(
        FunctionManifest.Refused.class,
        FunctionManifest.of(function(spec), MODULE, Optional.empty()));
  }

  private static Manifest accepted(String spec) {
    return assertInstanceOf(
            FunctionManifest.Accepted.class,
            FunctionManifest.of(function(spec), MODULE, Optional.empty()))
        .manifest();
  }

  private static Function function(String spec) {
    return KUBERNETES.unmarshal(
        "metadata: {name: hello, namespace: shop}\nspec:\n  " + (spec.isEmpty() ? "{}" : spec),
        Function.class);
  }

  private static TreeSet<String> components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(c -> c.getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Manifest anyManifest(Random random) {
    var env = new TreeMap<String, String>();
    for (int i = random.nextInt(4); i > 0; i--) env.put("E" + random.nextInt(9), text(random));
    return new Manifest(
        new FunctionName("shop", "hello-" + random.nextInt(9)),
        MODULE,
        random.nextBoolean() ? Optional.empty() : Optional.of(ARCHIVE),
        any(random, World.values()),
        random.nextBoolean() ? Manifest.DEFAULT_ENTRY : "run",
        Stream.generate(() -> text(random)).limit(random.nextInt(4)).toList(),
        env,
        anyLimits(random),
        any(random, Determinism.values()),
        any(random, Retry.values()),
        HardwareNeeds.NONE,
        anyRoute(random));
  }

  private static Limits anyLimits(Random random) {
    if (random.nextInt(4) == 0) return Limits.DEFAULT;
    return new Limits(
        random.nextLong(1, Limits.MAX_FUEL + 1),
        random.nextLong(Limits.MIN_MEMORY_BYTES, Limits.MAX_MEMORY_BYTES + 1),
        random.nextInt(Limits.MAX_TABLE_ELEMENTS + 1),
        Duration.ofMillis(random.nextLong(1, Limits.MAX_TIMEOUT.toMillis() + 1)),
        random.nextInt(Limits.MAX_BODY_BYTES + 1),
        random.nextInt(Limits.MAX_BODY_BYTES + 1),
        random.nextInt(Limits.MAX_STDERR_BYTES + 1),
        random.nextInt(16) << 20,
        random.nextInt(Limits.MAX_CONCURRENCY + 1));
  }

  private static Route anyRoute(Random random) {
    var methods = random.nextBoolean() ? List.<String>of() : List.of("GET", "POST");
    return switch (random.nextInt(4)) {
      case 0 -> Route.NONE;
      case 1 -> new Route("", "/a/b.c", methods);
      case 2 -> new Route("hello.example.com", "/", methods);
      default -> new Route("", "", methods);
    };
  }

  private static <E> E any(Random random, E[] of) {
    return of[random.nextInt(of.length)];
  }

  private static String text(Random random) {
    return any(
        random, new String[] {"", "a", "Ada Lovelace", "ä€😀", "null", "--x=\"1\"", "a\nb", "0"});
  }

  /** YAML, with what has its default left out by chance. */
  private static String resource(Manifest manifest, Random random) {
    var lines = new ArrayList<String>();
    lines.add("apiVersion: windlass.dev/v1alpha1");
    lines.add("kind: Function");
    lines.add(
        "metadata: {namespace: %s, name: %s}"
            .formatted(manifest.name().namespace(), manifest.name().name()));
    lines.add("spec:");
    lines.add("  source: {https: {url: 'https://example.com/m.wasm'}}");
    lines.add("  digest: " + manifest.module());
    manifest.files().ifPresent(f -> lines.add("  files: {inline: AAAA, digest: '" + f + "'}"));
    if (manifest.world() != World.WASI || random.nextBoolean())
      lines.add("  world: " + manifest.world().name().toLowerCase(Locale.ROOT));
    if (!manifest.entry().equals(Manifest.DEFAULT_ENTRY) || random.nextBoolean())
      lines.add("  entry: " + manifest.entry());
    lines.add("  args: " + utf8(Json.texts(manifest.args())));
    lines.add("  env: " + utf8(Json.texts(manifest.env())));
    lines.add("  determinism: " + manifest.determinism().name().toLowerCase(Locale.ROOT));
    lines.add("  retry: " + manifest.retry().name().toLowerCase(Locale.ROOT));
    if (!manifest.limits().equals(Limits.DEFAULT)) lines.add(limits(manifest.limits()));
    if (!manifest.route().equals(Route.NONE) || random.nextBoolean())
      lines.add(
          "  route: {host: '%s', path: '%s', methods: %s}"
              .formatted(
                  manifest.route().host(), manifest.route().path(), manifest.route().methods()));
    return String.join("\n", lines) + "\n";
  }

  private static String limits(Limits limits) {
    return "  limits: {fuel: '%d', memory: %d, tableElements: %d, timeout: %dms, input: '%se3',"
            .formatted(
                limits.fuel(),
                limits.memoryBytes(),
                limits.tableElements(),
                limits.timeout().toMillis(),
                thousandths(limits.inputBytes()))
        + " output: %dm, stderr: '%sk', scratch: %dMi, concurrency: %d}"
            .formatted(
                limits.outputBytes() * 1_000L,
                thousandths(limits.stderrBytes()),
                limits.scratchBytes() >> 20,
                limits.concurrency());
  }

  private static String thousandths(int count) {
    return "%d.%03d".formatted(count / 1_000, count % 1_000);
  }

  private static String utf8(Json json) {
    return new String(json.canonical(), StandardCharsets.UTF_8);
  }
}
