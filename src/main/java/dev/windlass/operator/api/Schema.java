package dev.windlass.operator.api;

/** Patterns and bounds that several fields of the schema share. */
final class Schema {
  static final String DIGEST = "^sha256:[0-9a-f]{64}$";

  /** RFC 1123; what may also stand as the value of a label. */
  static final String LABEL = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";

  /** The name of an object. */
  static final String SUBDOMAIN = "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$";

  static final String METHOD = "^[A-Z]+$";
  static final String REASON = "^[A-Z][A-Za-z0-9]*$";

  /**
   * Of one argument or the value of one variable; those of all together are counted by the plan.
   */
  static final int WORDS = 64 << 10;

  /** Base64 of a module or an archive, as far as the API server reads it before our rule speaks. */
  static final int MOST_BASE64 = 3 << 19;

  static final String SPREAD = "^(Required|Preferred|None)$";

  /** The largest integer that every reader of JSON keeps exactly. */
  static final long JSON_MAX = (1L << 53) - 1;

  /** RFC 3339. */
  static final int TIME = 40;

  private Schema() {}
}
