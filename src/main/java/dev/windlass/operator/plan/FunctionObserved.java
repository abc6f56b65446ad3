package dev.windlass.operator.plan;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.Function;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a function's next steps depend on, read once.
 *
 * @param fetch of what its generation names; it is not looked at once that is settled
 * @param entry of its version in the log
 * @param room whether workers can run it
 * @param claims the routes that all functions ask for
 * @param baseUrl where heads are reached, without a slash at its end
 */
public record FunctionObserved(
    Function function,
    Fetch fetch,
    Entry entry,
    FunctionRoom room,
    RouteClaims claims,
    String baseUrl) {

  /** How far the module and the files of one generation are. */
  public sealed interface Fetch {
    record NotBegun() implements Fetch {}

    record UnderWay() implements Fetch {}

    /**
     * They are in the store, and they are what their digests say.
     *
     * @param from where the module was found, for people
     */
    record Found(Digest module, Optional<Digest> files, String from) implements Fetch {}

    /**
     * @param again when it is tried again
     */
    record Failed(FunctionReason reason, String message, Instant again) implements Fetch {}
  }

  /** How far the log is with a version. */
  public sealed interface Entry {
    /** There is none in this release. */
    record NoLog() implements Entry {}

    record NotBegun() implements Entry {}

    record UnderWay(Digest version) implements Entry {}

    record Entered(Digest version, long index) implements Entry {}

    record Failed(Digest version, FunctionReason reason, String message, Instant again)
        implements Entry {}
  }
}
