package dev.windlass.log;

import java.util.Map;

/**
 * What a log did since it was opened, and what it does now.
 *
 * @param inFlight submissions being checked or committed
 * @param waiters callers that wait for a receipt
 * @param receiptBytes of disk behind receipts
 * @param added leaves entered
 * @param duplicates submissions whose leaf was there
 * @param later submissions told to come again
 */
public record Counts(
    int inFlight,
    int waiters,
    long receiptBytes,
    long added,
    long duplicates,
    long later,
    Map<Refusal, Long> refusals) {
  public Counts {
    refusals = Map.copyOf(refusals);
  }

  /** Submissions refused for good. */
  public long refused(Refusal why) {
    return refusals.getOrDefault(why, 0L);
  }
}
