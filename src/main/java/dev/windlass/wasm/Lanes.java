package dev.windlass.wasm;

import java.time.Duration;

/**
 * The threads that guests run on: bounded in number, with 8 MiB of stack (a guest may use 1 MiB,
 * engine annex §8), made when first needed. The lane that was used last is used first, so that few
 * stay warm. What finds no lane and no room in the backlog is refused, not queued.
 */
public final class Lanes implements AutoCloseable {
  /**
   * @param backlog tasks that may wait for a lane, 0 for none
   */
  public static Lanes open(Engine engine, int lanes, int backlog) {
    throw new UnsupportedOperationException("next commit");
  }

  /** False = full (or closed): nothing was kept. */
  public boolean tryExecute(LaneTask task) {
    throw new UnsupportedOperationException("next commit");
  }

  /** Tasks running or waiting. */
  public int busy() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Tasks that would be accepted now. */
  public int free() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Takes nothing new; true when all tasks ended in time. */
  public boolean drain(Duration patience) {
    throw new UnsupportedOperationException("next commit");
  }

  /** Takes nothing new and waits for the running guests, which their limits end. */
  @Override
  public void close() {}
}
