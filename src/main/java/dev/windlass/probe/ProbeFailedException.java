package dev.windlass.probe;

import dev.windlass.operator.plan.NodeReport;
import dev.windlass.operator.plan.NodeReport.Failure;

/** A measurement that has to be done again. */
final class ProbeFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final Failure failure;

  ProbeFailedException(Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  NodeReport.Failed report() {
    return new NodeReport.Failed(failure, String.valueOf(getMessage()));
  }
}
