package dev.windlass.link;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One event loop's turns. Whatever links send within a turn goes out at its end, one write a
 * socket: many small frames cost one TLS record and one system call. Work from other threads queues
 * up and is done in one turn.
 */
final class Turn {
  private final Context context;
  private final Thread loop;
  private final ArrayList<SocketWire> written = new ArrayList<>();
  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private int depth;

  /** To be made on the event loop. */
  Turn(Context context) {
    this.context = context;
    this.loop = Thread.currentThread();
  }

  /** On the loop: now. From elsewhere: soon. In both cases in a turn. */
  void submit(Runnable work) {
    if (Thread.currentThread() == loop) {
      run(work);
      return;
    }
    queue.add(work);
    if (woken.compareAndSet(false, true)) context.runOnContext(_ -> drain());
  }

  /** Only on the loop. */
  void run(Runnable work) {
    depth++;
    try {
      work.run();
    } finally {
      if (--depth == 0) flush();
    }
  }

  /** In a turn of its own, after this one. */
  void later(Runnable work) {
    context.runOnContext(_ -> run(work));
  }

  void wrote(SocketWire wire) {
    written.add(wire);
    if (depth == 0) flush();
  }

  private void drain() {
    woken.set(false); // before the queue is read: what comes after wakes us again
    run(
        () -> {
          for (var work = queue.poll(); work != null; work = queue.poll()) work.run();
        });
  }

  private void flush() {
    for (var wire : written) wire.flush();
    written.clear();
  }
}
