package dev.windlass.function;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A manifest as JSON. Only {@code name} and {@code module} must be there; what is left out has its
 * default, and a member with a name not known here is refused. Numbers of {@code limits} and {@code
 * hardware} may be texts with a unit ({@link Amount}): {@code "memory":"128Mi"}, {@code
 * "timeout":"10s"}.
 *
 * <pre>{@code
 * {"name":"default/hello","module":"sha256:…","files":"sha256:…","world":"wasi|cgi","entry":"_start",
 *  "args":[],"env":{},"determinism":"strict|none","retry":"safe|never",
 *  "limits":{"fuel":…,"memory":bytes,"tableElements":…,"timeout":ms,"input":bytes,"output":bytes,
 *            "stderr":bytes,"scratch":bytes,"concurrency":…},
 *  "hardware":{"vcpus":…,"minMhz":…,"memoryPerVcpu":bytes,"nvme":bytes,"architecture":"amd64"},
 *  "route":{"host":"","path":"/","methods":["GET"]}}
 * }</pre>
 *
 * The canonical form writes every limit and every choice, as plain integers, so that a later
 * default cannot change what a digest names; {@code files}, {@code hardware} and {@code route} are
 * left out where there are none.
 */
public final class ManifestJson {
  /** Larger manifests are refused. */
  public static final int MAX_BYTES = 256 << 10;

  private static final Bounds BOUNDS = new Bounds(MAX_BYTES, 8, 4_096);

  private ManifestJson() {}

  /**
   * @throws JsonException and nothing else, with the path of what is wrong
   */
  public static Manifest parse(byte[] utf8) {
    return parse(Json.parse(utf8, BOUNDS).at());
  }

  /** Of a value within another document. */
  public static Manifest parse(Located at) {
    at.only(
        "name",
        "module",
        "files",
        "world",
        "entry",
        "args",
        "env",
        "limits",
        "determinism",
        "retry",
        "hardware",
        "route");
    return within(
        at,
        () ->
            new Manifest(
                at.get("name").as(FunctionName::parse),
                at.get("module").as(Digest::parse),
                at.find("files").map(f -> f.as(Digest::parse)),
                at.find("world").map(w -> word(w, World.values())).orElse(World.WASI),
                at.find("entry").map(Located::text).orElse(Manifest.DEFAULT_ENTRY),
                at.find("args").map(Located::texts).orElse(List.of()),
                at.find("env").map(Located::textMembers).orElseGet(TreeMap::new),
                at.find("limits").map(ManifestJson::limits).orElse(Limits.DEFAULT),
                at.find("determinism")
                    .map(d -> word(d, Determinism.values()))
                    .orElse(Determinism.STRICT),
                at.find("retry").map(r -> word(r, Retry.values())).orElse(Retry.SAFE),
                at.find("hardware").map(ManifestJson::hardware).orElse(HardwareNeeds.NONE),
                at.find("route").map(ManifestJson::route).orElse(Route.NONE)));
  }

  /** The canonical octets (RFC 8785): what the manifest's digest is of, and what is stored. */
  public static byte[] write(Manifest manifest) {
    return toJson(manifest).canonical();
  }

  /** The name of this version. */
  public static Digest digest(Manifest manifest) {
    return Digest.of(write(manifest));
  }

  public static Json toJson(Manifest manifest) {
    var json =
        Json.object()
            .put("name", manifest.name().toString())
            .put("module", manifest.module().toString())
            .put("world", word(manifest.world()))
            .put("entry", manifest.entry())
            .put("args", Json.texts(manifest.args()))
            .put("env", Json.texts(manifest.env()))
            .put("limits", toJson(manifest.limits()))
            .put("determinism", word(manifest.determinism()))
            .put("retry", word(manifest.retry()));
    manifest.files().ifPresent(files -> json.put("files", files.toString()));
    if (!manifest.hardware().equals(HardwareNeeds.NONE))
      json.put("hardware", toJson(manifest.hardware()));
    if (!manifest.route().equals(Route.NONE)) json.put("route", toJson(manifest.route()));
    return json.build();
  }

  public static Json toJson(Limits limits) {
    return Json.object()
        .put("fuel", limits.fuel())
        .put("memory", limits.memoryBytes())
        .put("tableElements", limits.tableElements())
        .put("timeout", limits.timeout().toMillis())
        .put("input", limits.inputBytes())
        .put("output", limits.outputBytes())
        .put("stderr", limits.stderrBytes())
        .put("scratch", limits.scratchBytes())
        .put("concurrency", limits.concurrency())
        .build();
  }

  /** Limits alone; those left out have their default. */
  public static Limits limits(Located at) {
    at.only(
        "fuel",
        "memory",
        "tableElements",
        "timeout",
        "input",
        "output",
        "stderr",
        "scratch",
        "concurrency");
    var defaults = Limits.DEFAULT;
    return within(
        at,
        () ->
            new Limits(
                amount(at, "fuel").orElse(defaults.fuel()),
                amount(at, "memory").orElse(defaults.memoryBytes()),
                int32(at, "tableElements").orElse(defaults.tableElements()),
                duration(at, "timeout").orElse(defaults.timeout()),
                int32(at, "input").orElse(defaults.inputBytes()),
                int32(at, "output").orElse(defaults.outputBytes()),
                int32(at, "stderr").orElse(defaults.stderrBytes()),
                int32(at, "scratch").orElse(defaults.scratchBytes()),
                int32(at, "concurrency").orElse(defaults.concurrency())));
  }

  private static Json toJson(HardwareNeeds needs) {
    return Json.object()
        .put("vcpus", Json.of(needs.vcpus()))
        .put("minMhz", needs.minMhz())
        .put("memoryPerVcpu", needs.memoryPerVcpuBytes())
        .put("nvme", needs.nvmeBytes())
        .put("architecture", needs.architecture())
        .build();
  }

  private static HardwareNeeds hardware(Located at) {
    at.only("vcpus", "minMhz", "memoryPerVcpu", "nvme", "architecture");
    return within(
        at,
        () ->
            new HardwareNeeds(
                at.find("vcpus").map(Located::number).orElse(0.0),
                int32(at, "minMhz").orElse(0),
                amount(at, "memoryPerVcpu").orElse(0L),
                amount(at, "nvme").orElse(0L),
                at.find("architecture").map(Located::text).orElse("")));
  }

  private static Json toJson(Route route) {
    return Json.object()
        .put("host", route.host())
        .put("path", route.path())
        .put("methods", Json.texts(route.methods()))
        .build();
  }

  private static Route route(Located at) {
    at.only("host", "path", "methods");
    return within(
        at,
        () ->
            new Route(
                at.find("host").map(Located::text).orElse(""),
                at.find("path").map(Located::text).orElse(""),
                at.find("methods").map(Located::texts).orElse(List.of())));
  }

  private static Optional<Long> amount(Located at, String name) {
    return at.find(name)
        .map(
            found ->
                found.value() instanceof Json.Str
                    ? found.as(Amount::parse)
                    : found.integer(0, Json.MAX_INTEGER));
  }

  private static Optional<Integer> int32(Located at, String name) {
    return amount(at, name)
        .map(
            value -> {
              if (value <= Integer.MAX_VALUE) return value.intValue();
              throw at.get(name).fail("must be at most " + Integer.MAX_VALUE + ", not " + value);
            });
  }

  private static Optional<Duration> duration(Located at, String name) {
    return at.find(name)
        .map(
            found ->
                found.value() instanceof Json.Str
                    ? found.as(Amount::parseDuration)
                    : Duration.ofMillis(found.integer(0, Json.MAX_INTEGER)));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E word(Located at, E[] constants) {
    var text = at.text();
    for (var constant : constants) if (word(constant).equals(text)) return constant;
    throw at.fail(
        "must be one of "
            + String.join(", ", Arrays.stream(constants).map(ManifestJson::word).toList())
            + ", not "
            + text);
  }

  private interface Making<T> {
    T make();
  }

  /** Gives what a record's constructor refuses the path of its members. */
  private static <T> T within(Located at, Making<T> making) {
    try {
      return making.make();
    } catch (JsonException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new JsonException(at.path() + ": " + e.getMessage(), e);
    }
  }
}
