package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a receipt has only digests of and a run needs: a file of the checker's, which is a manifest,
 * or a saved result with the manifest, the request's variables and perhaps its body. Of the result
 * nothing else is read, and all of it is compared with what the workers signed.
 *
 * @param json the manifest, verbatim
 * @param env the request's own variables; absent when only the manifest is there
 * @param input the request body
 */
record RunDetails(
    Json.Obj json,
    Manifest manifest,
    Optional<SortedMap<String, String>> env,
    Optional<Bytes> input) {
  static RunDetails read(Path path) {
    var octets = ModuleFile.bytes(path).unsafeArray();
    try {
      var at = Json.parse(octets, ResultFile.BOUNDS).at();
      if (at.find("result").isEmpty())
        return new RunDetails(
            at.object(), ManifestJson.parse(at), Optional.empty(), Optional.empty());
      var file = ResultFile.parse(octets);
      return new RunDetails(
          file.manifest(),
          ManifestJson.parse(file.manifest().at()),
          Optional.of(file.env()),
          file.input());
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.LOCAL,
          path + " is neither a manifest nor a saved result: " + e.getMessage(),
          "`windlass get results ID -o json` and `windlass invoke --result` save one");
    }
  }

  SortedMap<String, String> variables() {
    return env.orElseGet(TreeMap::new);
  }

  /** Manifest and environment, each against what the workers signed. */
  List<Check> checks(ResultStatement signed) {
    var found = Digest.of(json.canonical());
    var saw = Environment.of(manifest, variables()).digest();
    return List.of(
        same(Subject.MANIFEST, found, signed.manifest()),
        env.isEmpty() && found.equals(signed.manifest()) && !saw.equals(signed.env())
            ? new Check(
                Subject.ENVIRONMENT,
                State.SKIPPED,
                "the request had variables of its own: a saved result has them, a manifest not")
            : same(Subject.ENVIRONMENT, saw, signed.env()));
  }

  private static Check same(Subject subject, Digest found, Digest signed) {
    return found.equals(signed)
        ? new Check(subject, State.OK, found.toString())
        : new Check(subject, State.FAILED, "is " + found + ", signed is " + signed);
  }
}
