package dev.windlass.head;

import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Requests that prefer {@code receipt=witnessed}: their answer waits until the log can prove its
 * receipt under a checkpoint that the witnesses have cosigned. What comes of the wait changes
 * header fields only: an answer is given in every case, {@code Windlass-Witnessed} says which.
 *
 * <p>Places are bounded; who gets none, or whose client has gone, does not wait.
 */
final class WitnessWait {
  private static final Logger LOG = Logger.getLogger(WitnessWait.class);

  private final ReceiptLookup lookup;
  private final Semaphore places;
  private final int most;
  private final Duration usual;

  WitnessWait(ReceiptLookup lookup, HeadConfig.Receipts bounds) {
    this.lookup = lookup;
    this.most = bounds.waiters();
    this.places = new Semaphore(most);
    this.usual = bounds.witness();
  }

  /** How many wait now. */
  int waiting() {
    return most - places.availablePermits();
  }

  /**
   * Blocks.
   *
   * @param gone completes when the client no longer waits
   */
  HttpAnswer answer(
      HttpAnswer answer, InvocationId receipt, Preferences prefers, CompletionStage<Void> gone) {
    if (!places.tryAcquire()) return unwitnessed(answer);
    long begun = System.nanoTime();
    boolean witnessed;
    try {
      witnessed = isWitnessed(receipt, prefers.patience().orElse(usual), gone);
    } finally {
      places.release();
    }
    var fields = new ArrayList<Map.Entry<String, String>>(3);
    fields.add(Map.entry("Server-Timing", ServerTiming.log(System.nanoTime() - begun)));
    fields.add(Map.entry("Windlass-Witnessed", Boolean.toString(witnessed)));
    if (witnessed) fields.add(Map.entry("Preference-Applied", prefers.applied()));
    return answer.with(fields);
  }

  /** For a preference that is not kept. */
  static HttpAnswer unwitnessed(HttpAnswer answer) {
    return answer.with(List.of(Map.entry("Windlass-Witnessed", "false")));
  }

  private boolean isWitnessed(InvocationId receipt, Duration wait, CompletionStage<Void> gone) {
    try {
      var there = lookup.find(receipt, wait, gone);
      return there instanceof Found.Logged(_, var witnessed) && witnessed;
    } catch (Problem.Thrown unreachable) {
      LOG.debugf("invocation=%s event=not-witnessed why=%s", receipt, unreachable.getMessage());
      return false;
    }
  }
}
