package dev.windlass.operator.plan;

import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.HardwareNeeds;
import dev.windlass.function.Manifest;
import dev.windlass.function.Retry;
import dev.windlass.function.Route;
import dev.windlass.function.World;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a Function resource says, as the manifest of a version; the operator and every head make the
 * same one from the same resource. The hardware it asks for is no part of the manifest: a profile
 * is looked up by what the cluster says of a worker.
 */
public sealed interface FunctionManifest {
  record Accepted(Manifest manifest) implements FunctionManifest {}

  /**
   * @param field path in the resource, such as {@code spec.limits.memory}
   * @param found what stands there
   * @param expected what could stand there, as a sentence
   */
  record Refused(Cause cause, String field, String found, String expected)
      implements FunctionManifest {
    /** One sentence for a condition. */
    public String message() {
      return switch (cause) {
        case NOT_SUPPORTED -> field + " " + found + " is not supported yet: " + expected;
        case INVALID -> field + " is " + found + ": " + expected;
      };
    }
  }

  enum Cause {
    /** The schema knows it and this version does not do it. */
    NOT_SUPPORTED,
    INVALID
  }

  /**
   * @param module digest of the bytes that the source gave
   * @param files digest of the archive, for a function that has one
   */
  static FunctionManifest of(Function function, Digest module, Optional<Digest> files) {
    try {
      unsupported(function.spec())
          .ifPresent(
              refused -> {
                throw new RefusedException(refused);
              });
      return new Accepted(manifest(function, module, files));
    } catch (RefusedException e) {
      return e.refused;
    }
  }

  /** What can be said before anything is fetched: the first field that this version cannot obey. */
  static Optional<Refused> unsupported(FunctionSpec spec) {
    var source = spec.source();
    var policy = spec.policy();
    var route = spec.route();
    var permissions = spec.permissions();
    if (source != null && source.ipfs() != null)
      return later("spec.source.ipfs", source.ipfs().cid(), "use inline, oci or https");
    if ("blockless".equals(spec.world())) return later("spec.world", "blockless", "wasi or cgi");
    if ("recorded".equals(spec.determinism()))
      return later("spec.determinism", "recorded", "strict or none");
    if (!spec.secrets().isEmpty())
      return later("spec.secrets", spec.secrets().getFirst().name(), "leave it out");
    if (permissions != null && !permissions.http().isEmpty())
      return later("spec.permissions.http", permissions.http().getFirst().url(), "leave it out");
    if (route != null && route.auth() != null && !route.auth().isEmpty())
      return later("spec.route.auth", route.auth(), "leave it out");
    return policy == null ? Optional.empty() : unsupported(policy);
  }

  private static Optional<Refused> unsupported(FunctionSpec.Policy policy) {
    var alone = "one worker answers and signs";
    if (policy.mode() != null && !policy.mode().equals("single"))
      return later("spec.policy.mode", policy.mode(), "single");
    if (policy.workers() != null && policy.workers() != 1)
      return later("spec.policy.workers", policy.workers().toString(), alone);
    if (policy.threshold() != null && policy.threshold() != 1)
      return later("spec.policy.threshold", policy.threshold().toString(), alone);
    if (policy.audit() != null && policy.audit() != 0)
      return later("spec.policy.audit", policy.audit().toString(), "leave it out");
    if (!policy.pins().isEmpty())
      return later("spec.policy.pins", policy.pins().getFirst(), "leave it out");
    if (!policy.diversity().isEmpty())
      return later("spec.policy.diversity", policy.diversity().getFirst(), "leave it out");
    return Optional.empty();
  }

  private static Optional<Refused> later(String field, @Nullable String found, String instead) {
    return Optional.of(
        new Refused(Cause.NOT_SUPPORTED, field, found == null ? "" : found, instead));
  }

  private static Manifest manifest(Function function, Digest module, Optional<Digest> files) {
    var spec = function.spec();
    same("spec.digest", spec.digest(), "the source's bytes", module);
    if (spec.files() == null && files.isPresent())
      throw invalid("spec.files", "absent", "must name the archive " + files.get());
    if (spec.files() != null && files.isEmpty())
      throw invalid("spec.files", "there", "its archive must be read first");
    if (spec.files() != null && files.isPresent())
      same("spec.files.digest", spec.files().digest(), "the archive", files.get());

    var metadata = function.getMetadata();
    var namespace = Objects.requireNonNullElse(metadata.getNamespace(), "");
    var called = Objects.requireNonNullElse(metadata.getName(), "");
    var name = parsed("metadata.name", called, () -> new FunctionName(namespace, called));
    var route = route(spec.route());
    var plain =
        new Manifest(
            name,
            module,
            files,
            word("spec.world", spec.world(), World.values(), World.WASI),
            Manifest.DEFAULT_ENTRY,
            List.of(),
            new TreeMap<>(),
            FunctionLimits.of(spec.limits()),
            word("spec.determinism", spec.determinism(), Determinism.values(), Determinism.STRICT),
            word("spec.retry", spec.retry(), Retry.values(), Retry.SAFE),
            HardwareNeeds.NONE,
            route);
    return withWords(plain, spec);
  }

  /** One member after the other, so that a refusal names the right one. */
  private static Manifest withWords(Manifest plain, FunctionSpec spec) {
    var entry = spec.entry() == null ? Manifest.DEFAULT_ENTRY : spec.entry();
    parsed("spec.entry", entry, () -> with(plain, entry, List.of(), Map.of()));
    parsed(
        "spec.args",
        spec.args().size() + " arguments",
        () -> with(plain, entry, spec.args(), Map.of()));
    return parsed(
        "spec.env",
        spec.env().size() + " variables",
        () -> with(plain, entry, spec.args(), spec.env()));
  }

  private static Manifest with(
      Manifest plain, String entry, List<String> args, Map<String, String> env) {
    return new Manifest(
        plain.name(),
        plain.module(),
        plain.files(),
        plain.world(),
        entry,
        args,
        new TreeMap<>(env),
        plain.limits(),
        plain.determinism(),
        plain.retry(),
        plain.hardware(),
        plain.route());
  }

  private static Route route(FunctionSpec.@Nullable Route route) {
    if (route == null) return Route.NONE;
    var host = route.host() == null ? "" : route.host();
    var path = route.path() == null ? "" : route.path();
    parsed("spec.route.path", path, () -> new Route("", path, List.of()));
    parsed("spec.route.host", host, () -> new Route(host, path, List.of()));
    return parsed(
        "spec.route.methods",
        String.join(" ", route.methods()),
        () -> new Route(host, path, route.methods()));
  }

  private static void same(String field, @Nullable String text, String what, Digest actual) {
    if (text == null) return;
    var said = parsed(field, text, () -> Digest.parse(text));
    if (!said.equals(actual))
      throw invalid(field, text, "must be " + actual + ", the digest of " + what);
  }

  private static <E extends Enum<E>> E word(
      String field, @Nullable String word, E[] known, E otherwise) {
    if (word == null) return otherwise;
    for (var constant : known) if (text(constant).equals(word)) return constant;
    throw invalid(
        field,
        word,
        "must be one of "
            + String.join(", ", Arrays.stream(known).map(FunctionManifest::text).toList()));
  }

  private static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <T> T parsed(String field, String found, Supplier<T> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw invalid(field, found, String.valueOf(e.getMessage()));
    }
  }

  private static RefusedException invalid(String field, String found, String expected) {
    return new RefusedException(new Refused(Cause.INVALID, field, found, expected));
  }
}
