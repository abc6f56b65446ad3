package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import org.jspecify.annotations.Nullable;

/** The chain of one head's receipts: gives each the next place. Not for several threads. */
public final class ReceiptChain {
  private long next = 1;
  private byte @Nullable [] prev;

  /** The receipt at the next place. */
  public Bytes add(PreparedReceipt receipt) {
    var payload = receipt.at(next, prev);
    prev = Digest.sha256().digest(payload.unsafeArray());
    next++;
    return payload;
  }

  /** The place that the next receipt gets. */
  public long nextSeq() {
    return next;
  }

  /** SHA-256 of the last payload, 32 octets; what an epoch's tree has as its entry. */
  public byte[] lastHash() {
    if (prev == null) throw new IllegalStateException("the chain has no receipt yet");
    return prev.clone();
  }
}
