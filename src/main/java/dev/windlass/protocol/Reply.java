package dev.windlass.protocol;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.util.List;
import java.util.Optional;

/** What a worker replies to an {@link Order}. */
public sealed interface Reply extends Message {
  /**
   * The run happened.
   *
   * @param statement the signed payload: canonical JSON of the result statement (trust annex §3.3
   *     a), verbatim
   * @param output stdout, whole
   * @param stderr stderr up to its limit
   * @param droppedStderr octets of stderr beyond the limit
   */
  record Done(
      Bytes statement,
      Signature signature,
      Outcome outcome,
      Bytes output,
      Bytes stderr,
      long droppedStderr,
      long fuel,
      Times times)
      implements Reply {}

  /**
   * A signature over the statement: direct, or over a batch that holds it (trust annex §3.4).
   *
   * @param keyId {@code SHA256:…} of the signer's public key: a hint, never evidence
   */
  record Signature(String keyId, Bytes octets, Optional<Batch> batch) {}

  /**
   * Where a statement lies in a signed batch; {@code path} goes from leaf to root, 32 octets each.
   */
  record Batch(Bytes statement, int index, List<Bytes> path) {
    public Batch {
      path = List.copyOf(path);
    }
  }

  /**
   * Microseconds: until a lane took it; fetch and compile; instantiate and run; until it was
   * signed.
   */
  record Times(long queued, long prepared, long ran, long signed) {}

  /** Function is ready to run. {@code compiledMillis} is 0 when its code was already there. */
  record Prepared(
      Digest module, long moduleBytes, long compiledMillis, long codeBytes, List<String> imports)
      implements Reply {
    public Prepared {
      imports = List.copyOf(imports);
    }
  }

  /**
   * A direct signature over the statement of the order.
   *
   * @param keyId as in {@link Signature}
   */
  record Resigned(String keyId, Bytes signature) implements Reply {}

  record Evicted() implements Reply {}

  /** No lane or no memory is free: nothing was run. */
  record Busy(int lanes) implements Reply {}

  /** Nothing was run, and why. */
  record Refused(Why why, String detail) implements Reply {}

  enum Why {
    /** Bytes differ from their digest. */
    DIGEST_MISMATCH,
    /** The head has no such artifact, or the fetch failed. */
    ARTIFACT_UNAVAILABLE,
    /** Malformed, over a limit, or it needs what the engine does not offer. */
    INVALID_MODULE,
    /** Compilation ran out of memory or time. */
    COMPILATION_FAILED,
    /** The invocation ran here before. */
    DUPLICATE,
    /** The deadline has passed or is too near. */
    TOO_LATE,
    /** The worker is going away. */
    DRAINING,
    /** The engine failed in a way that is nobody's fault but ours. */
    ENGINE_FAILED,
    /** What should be signed again was not signed by this worker, or is no result. */
    NOT_SIGNED_HERE
  }
}
