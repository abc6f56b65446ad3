package dev.windlass.operator.plan;

/**
 * The words of a WorkerPool's conditions and events. That no node fits has the commonest {@link
 * MatchReason} as its word.
 */
public enum PoolReason implements Reason {
  PROFILE_FOUND,
  PROFILE_NOT_FOUND,
  PROFILE_INVALID,

  TEMPLATE_VALID,
  TEMPLATE_UNREADABLE,
  /** A field that only the operator sets. */
  RESERVED_FIELD,
  KEYLESS_TOLERATION,
  EMPTY_SELECTOR_TERM,
  NOT_GUARANTEED,
  HOST_PATH,
  VOLUME_NOT_ALLOWED,
  DATA_VOLUME_NOT_SUPPORTED,
  NODE_NAME,
  HOST_NAMESPACE,
  PRIVILEGED,

  NODES_FIT,
  NO_NODES,
  /** The API server does not take its pods. */
  POD_REFUSED,
  STORAGE_CLASS_NOT_FOUND,
  IMMEDIATE_BINDING,
  WAITING_FOR_ROOM,

  BUDGET_SOUND,
  QUORUM_AT_RISK,
  /** A budget of the pool's name that the operator did not make. */
  BUDGET_NAME_TAKEN,

  WORKERS_READY,
  WORKERS_NOT_READY,

  /** What it depends on is not settled. */
  NOT_DECIDED,

  WORKER_CREATED,
  WORKER_DELETED,
  SCALED
}
