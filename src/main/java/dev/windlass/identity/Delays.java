package dev.windlass.identity;

import java.time.Duration;

/** Does things later. */
@FunctionalInterface
public interface Delays {
  void after(Duration delay, Runnable task);

  /** Each task on a virtual thread of its own, which does not keep the process alive. */
  static Delays onVirtualThreads() {
    return (delay, task) ->
        Thread.ofVirtual()
            .name("windlass-renewal")
            .start(
                () -> {
                  try {
                    Thread.sleep(delay);
                  } catch (InterruptedException e) {
                    return;
                  }
                  task.run();
                });
  }
}
