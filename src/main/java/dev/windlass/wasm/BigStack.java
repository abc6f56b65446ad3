package dev.windlass.wasm;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Threads on which the library may recurse (engine annex §8): a plain one has 1 MiB. */
final class BigStack {
  static final long BYTES = 8 << 20;

  private BigStack() {}

  static Thread.Builder thread(String name) {
    return Thread.ofPlatform().name(name).stackSize(BYTES).daemon();
  }

  /** Waits for it, even when interrupted: the work cannot be abandoned half-way. */
  static <T> T call(Callable<T> work) {
    var task = new FutureTask<>(work);
    thread("windlass-compile").start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException rethrown(Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> throw new AssertionError("unexpected on a big stack", cause);
    };
  }
}
