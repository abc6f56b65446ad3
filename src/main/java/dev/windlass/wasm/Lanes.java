package dev.windlass.wasm;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads that guests run on: bounded in number, with 8 MiB of stack (a guest may use 1 MiB,
 * engine annex §8), made when first needed. The lane that was used last is used first, so that few
 * stay warm. What finds no lane and no room in the backlog is refused, not queued.
 */
public final class Lanes implements AutoCloseable {
  private final Engine engine;
  private final int lanes;
  private final int backlog;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition finished = lock.newCondition();
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();
  private final ArrayDeque<LaneTask> waiting = new ArrayDeque<>();
  private int threads;
  private int running;
  private boolean closed;

  private Lanes(Engine engine, int lanes, int backlog) {
    this.engine = engine;
    this.lanes = lanes;
    this.backlog = backlog;
  }

  /**
   * @param lanes at most the engine's
   * @param backlog tasks that may wait for a lane, 0 for none
   */
  public static Lanes open(Engine engine, int lanes, int backlog) {
    int most = engine.settings().lanes();
    if (lanes < 1 || lanes > most)
      throw new IllegalArgumentException("lanes must be 1 to the engine's " + most + ": " + lanes);
    if (backlog < 0) throw new IllegalArgumentException("backlog is negative: " + backlog);
    return new Lanes(engine, lanes, backlog);
  }

  /** False = full (or closed): nothing was kept. */
  public boolean tryExecute(LaneTask task) {
    Worker worker;
    lock.lock();
    try {
      if (closed) return false;
      if (idle.isEmpty() && threads == lanes) {
        if (waiting.size() >= backlog) return false;
        waiting.addLast(task);
        return true;
      }
      running++;
      worker = idle.isEmpty() ? new Worker(++threads) : idle.removeLast();
      worker.next = task;
    } finally {
      lock.unlock();
    }
    worker.wake();
    return true;
  }

  /** Tasks running or waiting. */
  public int busy() {
    lock.lock();
    try {
      return running + waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Tasks that would be accepted now. */
  public int free() {
    lock.lock();
    try {
      return closed ? 0 : lanes + backlog - running - waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing new; true when all tasks ended in time and without an interrupt. */
  public boolean drain(Duration patience) {
    long left = patience.toNanos();
    lock.lock();
    try {
      closed = true;
      while (running + waiting.size() > 0) {
        if (left <= 0) return false;
        left = finished.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing new and waits for the running guests, which their limits end. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(w -> LockSupport.unpark(w.thread));
      while (threads > 0) finished.awaitUninterruptibly();
    } finally {
      lock.unlock();
    }
  }

  private final class Worker {
    private final Thread thread;
    private volatile @Nullable LaneTask next;

    Worker(int number) {
      thread = BigStack.thread("windlass-lane-" + number).unstarted(this::serve);
    }

    void wake() {
      if (thread.getState() == Thread.State.NEW) thread.start();
      else LockSupport.unpark(thread);
    }

    private void serve() {
      try {
        Lane.with(engine, this::serve);
      } finally {
        lock.lock();
        try {
          threads--;
          finished.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }

    private void serve(Lane lane) {
      while (true) {
        var task = next;
        if (task == null) {
          if (leaving()) return;
          // looked at again: waiting for the lock may have used up the wake-up that came with a
          // task
          if (next == null) LockSupport.park(Lanes.this);
          continue;
        }
        try {
          task.run(lane);
        } catch (Throwable t) { // an edge: one task's bug must not take the lane
          thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        }
        rest();
      }
    }

    /** Takes the next waiting task or lies down on top of the idle ones. */
    private void rest() {
      lock.lock();
      try {
        next = waiting.pollFirst();
        if (next != null) return;
        running--;
        idle.addLast(this);
        finished.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private boolean leaving() {
      lock.lock();
      try {
        return closed && next == null;
      } finally {
        lock.unlock();
      }
    }
  }
}
