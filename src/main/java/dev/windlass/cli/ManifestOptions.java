package dev.windlass.cli;

import dev.windlass.function.Determinism;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.World;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** What {@code run} and {@code deploy} say of a function in the same words. */
final class ManifestOptions {
  @Option(
      names = "--env",
      paramLabel = "K=V",
      description = "an environment variable; may be repeated")
  List<String> env = List.of();

  @Option(
      names = "--limit",
      paramLabel = "NAME=AMOUNT",
      split = ",",
      description = {
        "what a run may use: fuel=10G memory=128Mi timeout=10s output=10Mi input=10Mi stderr=64Ki"
            + " scratch=16Mi tableElements=20000 concurrency=0; several by commas"
      })
  List<String> limits = List.of();

  @Option(
      names = "--determinism",
      paramLabel = "strict|none",
      description =
          "strict (the default): virtual clock, random numbers from a seed, so that a second run"
              + " gives the same; none: real ones")
  Determinism determinism = Determinism.STRICT;

  @Option(
      names = "--entry",
      paramLabel = "EXPORT",
      description = "function that is called (default: _start)")
  String entry = Manifest.DEFAULT_ENTRY;

  /** The members these options give, to which the command adds its own. */
  Json.Members members(World world, List<String> args) {
    return Json.object()
        .put("world", world.name().toLowerCase(Locale.ROOT))
        .put("determinism", determinism.name().toLowerCase(Locale.ROOT))
        .put("entry", entry)
        .put("args", Json.texts(args))
        .put("env", Json.texts(pairs("--env", env)))
        .put("limits", Json.texts(pairs("--limit", limits)));
  }

  /** The manifest's own parser judges, so that both commands and the head say the same. */
  static Manifest manifest(Json.Members members) {
    try {
      return ManifestJson.parse(members.build().at());
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.USAGE, String.valueOf(e.getMessage()).replaceFirst("^\\$\\.?(: )?", ""));
    }
  }

  static TreeMap<String, String> pairs(String option, List<String> words) {
    var pairs = new TreeMap<String, String>();
    for (var word : words) {
      int equals = word.indexOf('=');
      if (equals < 1)
        throw new CommandFailure(Exit.USAGE, option + " takes NAME=VALUE, not " + word);
      if (pairs.put(word.substring(0, equals), word.substring(equals + 1)) != null)
        throw new CommandFailure(
            Exit.USAGE, option + " says " + word.substring(0, equals) + " twice");
    }
    return pairs;
  }
}
