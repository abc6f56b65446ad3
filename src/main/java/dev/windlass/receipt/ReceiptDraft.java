package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.receipt.ResultStatement.End;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a receipt says but its place in its head's chain, which is known only when the batch
 * closes: {@link #prepare} renders it before, in the request's own thread.
 *
 * @param output stdout
 * @param stderr as the worker sent it; no worker's signature covers it
 */
public record ReceiptDraft(
    Invocation invocation,
    Function function,
    Content input,
    End end,
    Content output,
    Digest stderr,
    ExecutionPolicy policy,
    Certificate certificate,
    Head head) {

  /**
   * @param id UUIDv7
   * @param nonce 16 octets
   * @param caller such as {@code key:SHA256:…}; absent when nobody logged in
   * @param requestedAt to the millisecond, as all times here
   */
  public record Invocation(
      String id, Bytes nonce, Optional<String> caller, Instant requestedAt, Instant finishedAt) {
    public static final int MAX_CALLER = 512;

    public Invocation {
      Forms.requireUuid7(id);
      Forms.requireNonce(nonce);
      caller.ifPresent(c -> Forms.requireText("caller", c, MAX_CALLER));
      requestedAt = Forms.time(requestedAt);
      finishedAt = Forms.time(finishedAt);
    }
  }

  /**
   * @param name {@code namespace/name@version}
   * @param publishIndex leaf index of its {@code function.publish} entry
   */
  public record Function(String name, Digest module, Digest manifest, long publishIndex) {
    public static final int MAX_NAME = 512;

    public Function {
      Forms.requireText("a function's name", name, MAX_NAME);
      requireIndex("publishIndex", publishIndex);
    }
  }

  /**
   * @param size in octets
   */
  public record Content(Digest sha256, long size) {
    public Content {
      requireIndex("size", size);
    }
  }

  /**
   * Which workers gave this result (never an X.509 certificate).
   *
   * @param envelope SHA-256 of the canonical JSON of the result envelope, with all its signatures
   *     as first collected
   * @param workers those that signed it, each key once
   */
  public record Certificate(Digest envelope, List<Worker> workers) {
    public Certificate {
      workers = List.copyOf(workers);
      if (workers.isEmpty() || workers.size() > ExecutionPolicy.MAX_WORKERS)
        throw new IllegalArgumentException(
            "a certificate has 1 to "
                + ExecutionPolicy.MAX_WORKERS
                + " workers, not "
                + workers.size());
    }
  }

  /**
   * @param id SPIFFE id
   * @param keyId of its result key
   * @param zone as registered; absent when unknown
   * @param registerIndex leaf index of its {@code worker.register} entry
   */
  public record Worker(String id, String keyId, Optional<String> zone, long registerIndex) {
    static final int MAX_ZONE = 128;

    public Worker {
      Forms.requireSpiffeId(id);
      Forms.requireText("a key id", keyId, 64);
      zone.ifPresent(z -> Forms.requireText("zone", z, MAX_ZONE));
      requireIndex("registerIndex", registerIndex);
    }
  }

  /**
   * The head that promises: within {@code mmdSeconds} of {@code finishedAt} the receipt is in the
   * log.
   *
   * @param id SPIFFE id
   */
  public record Head(String id, int mmdSeconds) {
    public static final int MAX_MMD_SECONDS = 86_400;

    public Head {
      Forms.requireSpiffeId(id);
      if (mmdSeconds < 1 || mmdSeconds > MAX_MMD_SECONDS)
        throw new IllegalArgumentException(
            "mmdSeconds must be 1 to " + MAX_MMD_SECONDS + ", not " + mmdSeconds);
    }
  }

  /** Everything rendered but the place. */
  public PreparedReceipt prepare() {
    return ReceiptWriter.prepare(this);
  }

  private static void requireIndex(String what, long index) {
    if (index < 0 || index > Json.MAX_INTEGER)
      throw new IllegalArgumentException(what + " must be 0 to 2^53 - 1, not " + index);
  }
}
