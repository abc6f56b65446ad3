package dev.windlass.mirror;

import java.util.Optional;

/**
 * @param size entries of the tree that is served
 * @param served whether there is one
 * @param problem of the last look at the source
 */
public record MirrorStatus(boolean served, long size, Optional<Problem> problem) {
  /** Nobody has to look. */
  public boolean isGood() {
    return problem.filter(Problem::isLoud).isEmpty();
  }
}
