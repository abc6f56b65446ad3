package dev.windlass.operator.plan;

import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.operator.api.FunctionStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to do for one function now.
 *
 * @param status as it should be; equal to what is there when nothing is to be written
 * @param steps each may be asked for again while it is under way
 * @param lookAgain when time alone may change the decision
 */
public record FunctionDecision(
    FunctionStatus status, List<Step> steps, Optional<Duration> lookAgain) {
  public FunctionDecision {
    steps = List.copyOf(steps);
  }

  /** Something that takes its time; its end wakes the function again. */
  public sealed interface Step {
    /** Find out what this generation's source names, and get it. */
    record Fetch() implements Step {}

    /** Have the version entered in the log. */
    record Enter(Manifest manifest, Digest version) implements Step {}

    /** See to it that what is served is in the store, whatever its source names by now. */
    record Keep(Digest module, Optional<Digest> files) implements Step {}

    record Emit(boolean warning, FunctionReason reason, String message) implements Step {}
  }
}
