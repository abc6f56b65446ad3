package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Function;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Which version of a Function resource a head is to serve. Decides only. */
sealed interface FunctionWanted {
  /** None: the resource is gone. */
  record Gone() implements FunctionWanted {}

  /**
   * The one it has, or none: the operator has not resolved this generation.
   *
   * @param why continues a sentence that begins with the function
   */
  record AsItIs(String why) implements FunctionWanted {}

  /**
   * @param manifest digest that the version must have
   * @param logIndex of its entry, where there is a log
   * @param routed false while the operator gives its route to somebody else
   */
  record Resolved(
      Function resource,
      Digest module,
      Optional<Digest> files,
      Digest manifest,
      OptionalLong logIndex,
      String profile,
      boolean routed)
      implements FunctionWanted {}

  /**
   * @param resource absent when there is none
   * @param logged whether this head writes receipts, which name the version's entry in the log
   */
  static FunctionWanted of(Optional<Function> resource, boolean logged) {
    if (resource.isEmpty() || resource.get().getMetadata().getDeletionTimestamp() != null)
      return new Gone();
    var function = resource.get();
    var status = function.status();
    if (!holds(function, ConditionTypes.ARTIFACT_VERIFIED))
      return new AsItIs("is not resolved at generation " + generation(function));
    if (logged && (status.logIndex() == null || !holds(function, ConditionTypes.LOGGED)))
      return new AsItIs("is not in the log at generation " + generation(function));
    try {
      var index = status.logIndex();
      return new Resolved(
          function,
          digest(status.resolvedDigest()),
          status.filesDigest() == null
              ? Optional.empty()
              : Optional.of(digest(status.filesDigest())),
          digest(status.manifestDigest()),
          index == null ? OptionalLong.empty() : OptionalLong.of(index),
          Optional.ofNullable(function.spec().hardware()).orElse(""),
          !isFalse(function, ConditionTypes.ROUTED));
    } catch (IllegalArgumentException e) {
      return new AsItIs("has a status that cannot be used: " + e.getMessage());
    }
  }

  private static long generation(Function function) {
    var generation = function.getMetadata().getGeneration();
    return generation == null ? 0 : generation;
  }

  private static boolean holds(Function function, String type) {
    return function.status().conditions().stream()
        .anyMatch(c -> c.type().equals(type) && isOf(function, c, Condition.TRUE));
  }

  private static boolean isFalse(Function function, String type) {
    return function.status().conditions().stream()
        .anyMatch(c -> c.type().equals(type) && isOf(function, c, Condition.FALSE));
  }

  /** Of this generation: what was decided for an earlier one says nothing of it. */
  private static boolean isOf(Function function, Condition condition, String status) {
    return condition.status().equals(status)
        && condition.observedGeneration() != null
        && condition.observedGeneration() == generation(function);
  }

  private static Digest digest(@Nullable String text) {
    if (text == null) throw new IllegalArgumentException("a digest is missing");
    return Digest.parse(text);
  }
}
