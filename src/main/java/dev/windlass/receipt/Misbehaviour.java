package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.JsonException;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.WitnessPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A proof that somebody broke a promise they signed: a file that needs nothing but the reader's
 * policy (trust annex §1.6). Nothing in it is verified by reading it.
 */
public sealed interface Misbehaviour {
  /** Octets of the largest file: an omission over {@link Omission#MAX_LEAVES}. */
  int MAX_OCTETS = 16 << 20;

  /** The file: canonical JSON. */
  default Bytes encode() {
    return Bytes.wrap(MisbehaviourJson.toJson(this).canonical());
  }

  /**
   * @throws JsonException when it is not a proof of misbehaviour
   */
  static Misbehaviour parse(byte[] json) {
    return MisbehaviourJson.parse(json);
  }

  /** Whether it holds, by this policy. */
  default Judgement verify(WitnessPolicy policy) {
    return MisbehaviourAudit.judge(this, policy);
  }

  /** What a proof comes to. */
  sealed interface Judgement {
    /**
     * @param accused log, head or worker
     * @param what it did
     */
    record Proven(String accused, String what) implements Judgement {}

    /**
     * @param why the file proves nothing
     */
    record Unproven(String why) implements Judgement {}
  }

  /** A log signed two roots for one size. */
  record Fork(Note first, Note second) implements Misbehaviour {}

  /**
   * A head signed two receipts for one place in its chain.
   *
   * @param first envelope with the head's signature
   * @param registry genesis and the head's registration
   * @param checkpoint of the registry's paths
   */
  record Equivocation(Dsse first, Dsse second, RegistryProof registry, Note checkpoint)
      implements Misbehaviour {}

  /**
   * A worker signed two results of one invocation and nonce.
   *
   * @param first envelope with the worker's signature
   * @param registry genesis and the worker's registration
   * @param checkpoint of the registry's paths
   */
  record DoubleResult(Dsse first, Dsse second, RegistryProof registry, Note checkpoint)
      implements Misbehaviour {}

  /**
   * A head signed a receipt, and the log does not have it in the time the head promised. All leaves
   * that the log took in that time are in the file, so that anyone can see it is none of them.
   *
   * @param receipt envelope with the head's signature
   * @param registry genesis and the head's registration, with paths to {@code after}
   * @param before a checkpoint that witnesses saw {@link #CLOCK_SKEW} or more before the receipt
   *     was made; absent for the empty log
   * @param subtrees roots of the complete subtrees of {@code before}, the largest first
   * @param leaves hashes of all leaves from the size of {@code before} to that of {@code after}
   * @param after a checkpoint that witnesses saw when the promise and {@link #CLOCK_SKEW} were over
   */
  record Omission(
      Dsse receipt,
      RegistryProof registry,
      Optional<Note> before,
      List<Hash> subtrees,
      List<Hash> leaves,
      Note after)
      implements Misbehaviour {
    public static final int MAX_LEAVES = 1 << 18;

    /** How far the clocks of heads and witnesses may differ: nobody is accused for less. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    public Omission {
      subtrees = List.copyOf(subtrees);
      leaves = List.copyOf(leaves);
      if (leaves.size() > MAX_LEAVES)
        throw new IllegalArgumentException(
            "an omission has at most " + MAX_LEAVES + " leaves, not " + leaves.size());
    }
  }
}
