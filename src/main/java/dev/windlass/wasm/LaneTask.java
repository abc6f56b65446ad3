package dev.windlass.wasm;

/** Work on a lane. What it throws goes to the uncaught-exception handler; the lane stays. */
@FunctionalInterface
public interface LaneTask {
  void run(Lane lane);
}
