package dev.windlass.registrar;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** One at a time for each name; two names may share a turn. For any thread. */
final class Turns {
  private static final int STRIPES = 64;

  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  Turns() {
    for (int i = 0; i < STRIPES; i++) stripes[i] = new ReentrantLock();
  }

  /** What is done in a turn. */
  interface Task<T> {
    T run() throws IOException;
  }

  <T> T of(String name, Task<T> task) throws IOException {
    var mine = stripes[Math.floorMod(name.hashCode(), STRIPES)];
    mine.lock();
    try {
      return task.run();
    } finally {
      mine.unlock();
    }
  }
}
