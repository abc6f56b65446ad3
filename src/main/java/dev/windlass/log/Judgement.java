package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.LogEntry;
import java.util.List;
import java.util.UUID;

/** What a submission turned out to be. */
sealed interface Judgement {
  /** Of somebody who may say so. */
  record Entry(Bytes leaf, LogEntry entry) implements Judgement {}

  /**
   * @param ids of the invocations, in the order of the submission
   */
  record Receipts(Bytes leaf, List<UUID> ids) implements Judgement {
    public Receipts {
      ids = List.copyOf(ids);
    }
  }

  /** Another signature of a receipt that the log has; nothing is kept beside its leaf. */
  record Export(Bytes leaf) implements Judgement {}

  /** Carries a refusal up; without a stack trace. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Added.Refused refusal;

    Refused(Refusal reason, String detail) {
      super(detail, null, false, false);
      this.refusal = new Added.Refused(reason, detail);
    }

    Added.Refused refusal() {
      return refusal;
    }
  }
}
