package dev.windlass.placement;

/** What a worker may be used for by the word of the cluster, never by its own. */
public sealed interface Standing {
  /** Where there is no cluster. */
  Standing FREE = new Free();

  /** No cluster: every worker serves every function. */
  record Free() implements Standing {}

  /**
   * The cluster does not vouch for it.
   *
   * @param why continues a sentence that begins with the worker
   */
  record Unvouched(String why) implements Standing {}

  /**
   * Of a pool. It serves functions of its own namespace, or of all when the pool is shared.
   *
   * @param namespace of the pool
   * @param profile of hardware; empty where none is known
   * @param zone of its node; empty where it is not known
   */
  record Pooled(
      String namespace, String pool, String profile, boolean shared, String zone, String node)
      implements Standing {
    boolean serves(String other) {
      return shared || namespace.equals(other);
    }

    boolean has(String wanted) {
      return wanted.isEmpty() || wanted.equals(profile);
    }
  }
}
