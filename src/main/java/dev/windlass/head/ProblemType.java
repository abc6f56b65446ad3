package dev.windlass.head;

/**
 * Every way in which the head answers "no" (RFC 9457): the last segment of {@code type}, the
 * status, the title. A client may rely on the type; titles may change.
 */
public enum ProblemType {
  BAD_REQUEST("bad-request", 400, "The request is malformed"),
  BAD_PATH("bad-path", 400, "The path cannot be used"),
  CROSS_SITE("cross-site", 403, "A web page of another site may not use this API"),
  NOT_LOCAL("not-local", 403, "This API answers on this machine only unless a token is set"),
  UNAUTHORIZED("unauthorized", 401, "A valid bearer token is needed"),
  UNKNOWN_FUNCTION("unknown-function", 404, "There is no such function"),
  UNKNOWN_RESULT("unknown-result", 404, "The head does not hold this result"),
  NO_DIRECT_SIGNATURE("no-direct-signature", 404, "No direct signature of this result exists"),
  UNKNOWN_WORKER("unknown-worker", 404, "There is no such worker"),
  UNKNOWN_RECEIPT("unknown-receipt", 404, "The log does not hold this receipt"),
  UNKNOWN_RESOURCE("unknown-resource", 404, "There is nothing at this path"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "The function does not take this method"),
  ROUTE_CONFLICT("route-conflict", 409, "Another function has this route"),
  UNKNOWN_ARTIFACT("unknown-artifact", 409, "Upload the artifact first"),
  MANAGED_ELSEWHERE("managed-elsewhere", 409, "Kubernetes says which functions there are"),
  BODY_TOO_LARGE("body-too-large", 413, "The request body is over the limit"),
  IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "This key was used with another request"),
  DIGEST_MISMATCH("digest-mismatch", 422, "The bytes differ from their digest"),
  INVALID_MANIFEST("invalid-manifest", 422, "The manifest cannot be used"),
  INVALID_MODULE("invalid-module", 422, "The module cannot be used"),
  COMPILATION_FAILED("compilation-failed", 422, "The module could not be compiled"),
  EXPORT_QUOTA("export-quota", 429, "Too many receipts were exported"),
  TRAP("trap", 500, "The function trapped"),
  OUT_OF_FUEL("out-of-fuel", 500, "The function used up its fuel"),
  OUT_OF_MEMORY("out-of-memory", 500, "The function needs more memory than it may have"),
  OUTPUT_TOO_LARGE("output-too-large", 500, "The function wrote more than it may"),
  STACK_OVERFLOW("stack-overflow", 500, "The function used up its stack"),
  EXITED("exited", 500, "The function ended with an exit code other than 0"),
  INTERNAL("internal", 500, "The head failed"),
  STORE_FAILED("store-failed", 500, "The head could not read or write its data directory"),
  MALFORMED_RESPONSE("malformed-response", 502, "The function's CGI response is malformed"),
  WORKER_LOST("worker-lost", 502, "The worker went away before it answered"),
  BAD_RESULT("bad-result", 502, "No worker gave a result that verifies"),
  WORKER_REFUSED("worker-refused", 502, "The worker refused the order"),
  NO_WORKER("no-worker", 503, "No worker is connected"),
  NONE_ELIGIBLE("none-eligible", 503, "No connected worker may run this function"),
  ALL_BUSY("all-busy", 503, "Every worker is busy"),
  CONCURRENCY_LIMIT("concurrency-limit", 503, "The function runs as often as it may at one time"),
  OVERLOADED("overloaded", 503, "The head holds as many requests as it may"),
  LOG_BEHIND("log-behind", 503, "The log has not taken the receipts of earlier requests"),
  LOG_UNREACHABLE("log-unreachable", 503, "The log could not be reached"),
  DRAINING("draining", 503, "The head is going away"),
  OUT_OF_TIME("out-of-time", 504, "The function used up its time"),
  WORKER_TIMED_OUT("worker-timed-out", 504, "The worker did not answer in time"),
  STORE_FULL("store-full", 507, "The data directory is full");

  static final String PREFIX = "https://windlass.dev/problems/";

  private final String word;
  private final int status;
  private final String title;

  ProblemType(String word, int status, String title) {
    this.word = word;
    this.status = status;
    this.title = title;
  }

  /** The last segment of the type URI, also the value of {@code outcome} in metrics. */
  public String word() {
    return word;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  public String uri() {
    return PREFIX + word;
  }
}
