package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Function;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which version of a Function resource a head is to serve. Decides only.
 *
 * <p>It is the one whose manifest stands in the status: the operator changes that in one write,
 * when a new version is resolved, checked and in the log, and leaves the one before it there until
 * then.
 */
sealed interface FunctionWanted {
  /** None: the resource is gone. */
  record Gone() implements FunctionWanted {}

  /**
   * The one it has, or none.
   *
   * @param why continues a sentence that begins with the function
   */
  record AsItIs(String why) implements FunctionWanted {}

  /**
   * @param digest of the manifest
   * @param logIndex of its entry, where there is a log
   * @param profile of hardware; empty for any
   * @param routed false while the operator gives its route to somebody else
   */
  record Version(
      Function resource,
      Manifest manifest,
      Digest digest,
      OptionalLong logIndex,
      String profile,
      boolean routed)
      implements FunctionWanted {}

  /**
   * @param resource absent when there is none
   * @param logged whether this head writes receipts, which name the version's entry in the log
   * @throws IllegalArgumentException when the status is none that an operator writes
   */
  static FunctionWanted of(FunctionName name, Optional<Function> resource, boolean logged) {
    if (resource.isEmpty() || resource.get().getMetadata().getDeletionTimestamp() != null)
      return new Gone();
    var status = resource.get().status();
    if (status.manifest() == null || status.manifestDigest() == null)
      return new AsItIs("is not resolved");
    if (logged && status.logIndex() == null) return new AsItIs("is not in the log");
    var text = Bytes.utf8(status.manifest());
    var digest = Digest.parse(status.manifestDigest());
    if (!Digest.of(text).equals(digest))
      throw new IllegalArgumentException(
          "its status names manifest " + digest + " and holds " + Digest.of(text));
    var manifest = ManifestJson.parse(text.toArray());
    var again = Digest.of(ManifestJson.write(manifest));
    if (!again.equals(digest)) // another version of Windlass wrote it
    throw new IllegalArgumentException(
          "its manifest is " + digest + ", as this head writes it " + again);
    if (!manifest.name().equals(name))
      throw new IllegalArgumentException("its status holds the manifest of " + manifest.name());
    var index = status.logIndex();
    return new Version(
        resource.get(),
        manifest,
        digest,
        index == null ? OptionalLong.empty() : OptionalLong.of(index),
        Objects.requireNonNullElse(resource.get().spec().hardware(), ""),
        status.conditions().stream().noneMatch(FunctionWanted::takesRouteAway));
  }

  private static boolean takesRouteAway(Condition condition) {
    return condition.type().equals(ConditionTypes.ROUTED)
        && condition.status().equals(Condition.FALSE);
  }
}
