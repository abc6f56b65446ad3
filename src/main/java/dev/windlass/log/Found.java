package dev.windlass.log;

import dev.windlass.function.Bytes;

/** What the log has of an invocation's receipt. */
public sealed interface Found {
  /** The log never had it, or keeps it no longer. */
  record Unknown() implements Found {}

  /** The log has it, and no published checkpoint covers it yet. */
  record Pending() implements Found {}

  /**
   * @param receiptFile the text of a {@code receipt.ReceiptFile}
   * @param witnessed whether its checkpoint has the cosignatures that the policy asks for
   */
  record Logged(Bytes receiptFile, boolean witnessed) implements Found {}
}
