package dev.windlass.function;

/** Whether the head may run a request again on another worker after it lost the first one. */
public enum Retry {
  /** Running twice has no outside effect: the default, because a guest has no way out yet. */
  SAFE,
  NEVER
}
