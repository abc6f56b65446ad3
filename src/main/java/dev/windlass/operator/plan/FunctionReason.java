package dev.windlass.operator.plan;

/** The words of a Function's conditions and events. */
public enum FunctionReason implements Reason {
  // ArtifactVerified
  VERIFIED,
  FETCHING,
  NOT_SUPPORTED,
  INVALID_SPEC,
  PULL_SECRET_MISSING,
  PULL_SECRET_INVALID,
  SOURCE_UNREACHABLE,
  SOURCE_BUSY,
  SOURCE_DENIED,
  ARTIFACT_NOT_FOUND,
  NOT_A_WASM_ARTIFACT,
  SOURCE_MALFORMED,
  DIGEST_MISMATCH,
  TOO_LARGE,
  INVALID_MODULE,
  INVALID_FILES,
  /** The operator's own disk or a defect: not the function's fault. */
  STORE_FAILED,

  // Logged
  ENTERED,
  NO_LOG,
  ENTERING,
  LOG_UNREACHABLE,
  LOG_REFUSED,

  // Schedulable
  WORKERS_READY,
  NO_POOL,
  TOO_FEW_WORKERS,

  // Routed
  ROUTED,
  /** It answers below /fn only, as it wants. */
  NO_ROUTE,
  ROUTE_CONFLICT,
  ROUTE_RESERVED,

  // Ready
  READY,

  /** What it depends on is not settled. */
  NOT_DECIDED,

  // events alone
  /** Heads were given another version. */
  SERVED,
  /** What is served is not in the operator's store any more, and its source does not have it. */
  ARTIFACT_VANISHED
}
