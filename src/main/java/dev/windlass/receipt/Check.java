package dev.windlass.receipt;

/**
 * One question about a result and its answer.
 *
 * @param detail for the reader: what was found; after a failure also what was expected
 */
public record Check(Subject subject, State state, String detail) {
  /**
   * The first ten in the order in which the reader of a result wants them; a receipt's are in
   * {@link ReceiptAudit}'s order. {@link #exitCode} never changes.
   */
  public enum Subject {
    /** The payload is a result statement. */
    STATEMENT,
    /** The signature verifies with the key it names. */
    SIGNATURE,
    /** That key was a registered worker's when the run was made. */
    KEY,
    /** The statement lies where it says in the signed batch. */
    BATCH,
    /** The manifest is the one that ran. */
    MANIFEST,
    /** The module is the one that ran. */
    FUNCTION,
    /** Arguments and variables are those the guest saw. */
    ENVIRONMENT,
    INPUT,
    OUTPUT,
    /** Running it again gives the same. */
    REEXECUTION,
    /** As many workers as the policy asks for signed what the receipt says. */
    CERTIFICATE,
    /** Those workers were registered in the log, and not revoked, when it took the receipt. */
    WORKERS,
    /** They differ in what the policy asks for. */
    DIVERSITY,
    /** The receipt lies in the log. */
    INCLUSION,
    /** The log's checkpoint has the cosignatures that the reader's policy asks for. */
    WITNESSES;

    /** Of a program whose first failed check this is: 10 to 24. */
    public int exitCode() {
      return 10 + ordinal();
    }
  }

  public enum State {
    OK,
    FAILED,
    /** Nothing to compare with, or not comparable: proves nothing either way. */
    SKIPPED
  }

  static Check ok(Subject subject, String detail) {
    return new Check(subject, State.OK, detail);
  }

  static Check failed(Subject subject, String detail) {
    return new Check(subject, State.FAILED, detail);
  }

  static Check skipped(Subject subject, String detail) {
    return new Check(subject, State.SKIPPED, detail);
  }

  static Check same(Subject subject, String found, String signed) {
    return found.equals(signed)
        ? ok(subject, found)
        : failed(subject, "is " + found + ", signed is " + signed);
  }
}
