package dev.windlass.operator.plan;

/**
 * The words of a Worker's conditions, of its {@code status.reason}, and of events about it. A node
 * that fell below the profile has the {@link MatchReason} as its word.
 */
public enum WorkerReason implements Reason {
  HARDWARE_MATCHES,
  /** A label that the profile asks for is not there any more: nothing follows from that. */
  LABEL_MISSING,
  NODE_UNKNOWN,

  SERVING,
  SCALED_DOWN,
  OUT_OF_DATE,
  NODE_BELOW_PROFILE,

  POD_LEAVING,

  POD_PENDING,
  WAITING_FOR_HEADS,
  JOINED,
  NOT_SEEN,
  REVOKED,
  POD_GONE,
  POD_FINISHED
}
