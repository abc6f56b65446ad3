package dev.windlass.receipt;

/** What a key was registered for; a key never counts for another purpose. */
public enum Purpose {
  /** A worker's key, for results. */
  RESULT("application/vnd.windlass.result.v1+json", 256),
  /** A head's key, for receipts (in-toto statements). */
  RECEIPT("application/vnd.in-toto+json", 4096);

  private final String payloadType;
  private final int maxBatch;

  Purpose(String payloadType, int maxBatch) {
    this.payloadType = payloadType;
    this.maxBatch = maxBatch;
  }

  /** The only DSSE payload type that such a key signs, direct or as the leaves of a batch. */
  public String payloadType() {
    return payloadType;
  }

  /** Most leaves of a batch. */
  public int maxBatch() {
    return maxBatch;
  }
}
