package dev.windlass.operator.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a worker is in its life; the words of {@code Worker.status.state}. */
public enum WorkerState {
  /** Its pod is not running yet. */
  PENDING("Pending"),
  /** Its pod runs; no head has heard of it. */
  JOINING("Joining"),
  READY("Ready"),
  /** Gets nothing new; what it has begun ends. */
  DRAINING("Draining"),
  /** Its heads have not heard of it for too long, or its pod is gone. */
  LOST("Lost");

  private final String word;

  WorkerState(String word) {
    this.word = word;
  }

  /** As it stands in the status. */
  public String word() {
    return word;
  }

  /** Empty for a word of a later version, and for none. */
  public static Optional<WorkerState> of(@Nullable String word) {
    for (var state : values()) if (state.word.equals(word)) return Optional.of(state);
    return Optional.empty();
  }
}
