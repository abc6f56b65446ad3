package dev.windlass.receipt;

/** Whether one signature entry counts for its payload. */
public sealed interface Verdict {
  /**
   * @param batched whether it counts as a leaf of a batch
   */
  record Counts(boolean batched) implements Verdict {}

  record Refused(Why why, String detail) implements Verdict {}

  enum Why {
    /** The signature does not verify with the registered key. */
    SIGNATURE,
    /** The batch statement is not the canonical JSON of its five members. */
    BATCH_STATEMENT,
    /** The payload type, or the batch's leaf type, is not what the key may sign. */
    TYPE,
    /** The batch is larger than its purpose allows. */
    BATCH_SIZE,
    /** The entry's index lies outside the batch. */
    BATCH_INDEX,
    /** The path does not lead from this payload to the signed root. */
    BATCH_PATH,
    /** A receipt's sequence number is not its place in the batch. */
    SEQUENCE;

    /** Whether the place in a batch was refused, rather than a signature. */
    public boolean isOfBatch() {
      return switch (this) {
        case BATCH_STATEMENT, BATCH_SIZE, BATCH_INDEX, BATCH_PATH, SEQUENCE -> true;
        case SIGNATURE, TYPE -> false;
      };
    }
  }
}
