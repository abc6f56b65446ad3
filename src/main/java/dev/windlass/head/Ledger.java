package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The head's way to the log. A submission is the octets of a {@code receipt.Submission}, at most
 * {@link #MAX_SUBMISSION}. All of it may be called from any thread, never blocks, and may be called
 * again with the same octets: the log enters a leaf once.
 *
 * <p>Every stage ends: a failed one says that the outcome is not known, and that the same octets
 * may be given again.
 */
public interface Ledger {
  /** Fits a Kafka message of default size. */
  int MAX_SUBMISSION = 900 << 10;

  /**
   * Hands a submission over to the channel. Completes when it is acknowledged: from then on it
   * survives the death of this head.
   */
  CompletionStage<Void> send(Bytes submission);

  /**
   * Enters a submission and waits for the log's commit.
   *
   * @return the index of its leaf, also if the log had it already
   */
  CompletionStage<Long> append(Bytes submission);

  /**
   * The receipt of an invocation. An id that is not there, not published or not witnessed yet is
   * waited for.
   *
   * @param wait at most; zero asks for what there is now
   * @return what there is then
   */
  CompletionStage<Found> receipt(InvocationId id, Duration wait);

  /**
   * The inclusion proof of a leaf, for an exported receipt: its submission is a {@code Single} of
   * an invocation whose receipt the log has already, which stays the receipt of that invocation.
   *
   * @param index as {@link #append} returned it
   * @param wait at most, until a witnessed checkpoint covers it
   * @return the text of a tlog-proof without {@code extra}; empty if there is none by then
   */
  CompletionStage<Optional<Bytes>> proof(long index, Duration wait);
}
