package dev.windlass.protocol;

/** How a run ended. All but {@link Exited} are the guest's failure, none is the worker's. */
public sealed interface Outcome {
  /** {@code _start} returned (0) or the guest called {@code proc_exit}. */
  record Exited(int code) implements Outcome {}

  /**
   * A Wasm trap; {@code code} is the lower-case word of engine annex §4.4, such as {@code
   * unreachable}.
   */
  record Trapped(String code) implements Outcome {}

  record OutOfFuel(long limit) implements Outcome {}

  /**
   * The run grew past its memory: it could not be instantiated, or it ended after a refused {@code
   * memory.grow}.
   */
  record OutOfMemory(long limitBytes) implements Outcome {}

  record OutOfTime(long limitMillis) implements Outcome {}

  record OutputTooLarge(long limitBytes) implements Outcome {}

  record StackOverflow() implements Outcome {}

  /** The word for {@code trap} in a result statement; null for an exit. */
  default @org.jspecify.annotations.Nullable String trap() {
    return switch (this) {
      case Exited _ -> null;
      case Trapped t -> t.code();
      case OutOfFuel _ -> "out-of-fuel";
      case OutOfMemory _ -> "out-of-memory";
      case OutOfTime _ -> "out-of-time";
      case OutputTooLarge _ -> "output-too-large";
      case StackOverflow _ -> "stack-overflow";
    };
  }
}
