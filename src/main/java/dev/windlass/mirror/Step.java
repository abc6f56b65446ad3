package dev.windlass.mirror;

/** What one look at the source led to. */
public sealed interface Step {
  /** The source has what we have. */
  record Unchanged(long size) implements Step {}

  /** Copied, verified, and served from now on. */
  record Advanced(long from, long to) implements Step {}

  /** Nothing was changed. */
  record Refused(Problem problem) implements Step {}
}
