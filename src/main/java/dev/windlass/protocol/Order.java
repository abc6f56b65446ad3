package dev.windlass.protocol;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a head asks of a worker. */
public sealed interface Order extends Message {
  /**
   * Run a function once. The worker finds the manifest by its digest, which fixes module, files,
   * arguments and limits.
   *
   * @param invocation UUIDv7; its 48 bits of milliseconds are the guest's time of day under strict
   *     determinism
   * @param nonce 16 random octets; the key of the guest's random stream under strict determinism
   * @param env added to the manifest's own environment (a CGI request's meta-variables)
   * @param deadlineMillis how long the head waits from now on; the worker refuses when that is
   *     already too short
   * @param company other orders that the worker had of this head when this one was sent: a hint
   *     that their results may share a signature
   */
  record Invoke(
      InvocationId invocation,
      Bytes nonce,
      Digest manifest,
      SortedMap<String, String> env,
      Bytes body,
      int deadlineMillis,
      int company)
      implements Order {
    public Invoke {
      env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
      if (nonce.size() != 16)
        throw new IllegalArgumentException("a nonce has 16 octets, not " + nonce.size());
    }

    /** Without company. */
    public Invoke(
        InvocationId invocation,
        Bytes nonce,
        Digest manifest,
        SortedMap<String, String> env,
        Bytes body,
        int deadlineMillis) {
      this(invocation, nonce, manifest, env, body, deadlineMillis, 0);
    }
  }

  /** Fetch, check and compile a function, so that its first request finds it warm. */
  record Prepare(Digest manifest, int deadlineMillis) implements Order {}

  /**
   * Sign a result once more, directly: for whoever wants it in an ordinary envelope (trust annex
   * §3.4). The worker needs no memory of the run, only its key, because it verifies the signature
   * it gave. Sent only to a worker whose hello has {@link Control#RESIGN}.
   *
   * @param statement the signed payload, verbatim
   * @param signature over the batch's statement
   * @param batch where the payload lies in what was signed
   */
  record Resign(Bytes statement, Bytes signature, Reply.Batch batch) implements Order {}

  /** Forget compiled code and artifacts of a version that is gone. */
  record Evict(FunctionName name, Digest manifest) implements Order {}
}
