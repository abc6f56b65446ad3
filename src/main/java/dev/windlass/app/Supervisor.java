package dev.windlass.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one child process alive: starts it, reads what it says, starts it again after a pause that
 * doubles while it keeps dying young. The child's standard input is a pipe that closes when this
 * process dies, however it dies; that is the child's sign to leave.
 *
 * <p>One virtual thread owns the child; {@link #close} asks it to stop the child and waits.
 */
final class Supervisor implements AutoCloseable {
  /**
   * @param name for the log
   * @param command words to execute
   * @param environment added to ours; nothing secret, for the child's own children inherit it
   * @param firstLine the first line of the child's standard input, made anew for each start: its
   *     join token, which is good once and stands neither in an argument list nor in an environment
   */
  record Child(
      String name,
      List<String> command,
      Map<String, String> environment,
      Supplier<String> firstLine) {}

  /**
   * @param first pause before the first restart
   * @param most pause after many
   * @param steady a child that lived so long has its pauses forgiven
   * @param grace between SIGTERM and SIGKILL
   */
  record Patience(Duration first, Duration most, Duration steady, Duration grace) {
    static final Patience USUAL =
        new Patience(
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(35));
  }

  private final Child child;
  private final Patience patience;
  private final ChildLog log;
  private final Consumer<String> problems;
  private final Thread thread;

  /** Guards the three fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private boolean stopping;
  private @Nullable Process process;
  private int starts;

  Supervisor(Child child, Patience patience, ChildLog log, Consumer<String> problems) {
    this.child = child;
    this.patience = patience;
    this.log = log;
    this.problems = problems;
    this.thread = Thread.ofVirtual().name("supervise-" + child.name()).start(this::supervise);
  }

  /** Process id of the child that runs now, or 0. */
  long pid() {
    lock.lock();
    try {
      return process == null || !process.isAlive() ? 0 : process.pid();
    } finally {
      lock.unlock();
    }
  }

  int starts() {
    lock.lock();
    try {
      return starts;
    } finally {
      lock.unlock();
    }
  }

  /** Asks the child to leave without waiting for it. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
      // Of the handle: Process.destroy would close the pipes, and what it says last would be lost.
      if (process != null) process.toHandle().destroy();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void supervise() {
    var pause = patience.first();
    while (true) {
      long began = System.nanoTime();
      var end = runOnce();
      var lived = Duration.ofNanos(System.nanoTime() - began);
      if (isStopping()) return;
      if (lived.compareTo(patience.steady()) >= 0) pause = patience.first();
      problems.accept(
          child.name() + " ended: " + end + "; starting it again in " + pause.toMillis() + " ms");
      if (stopsWithin(pause)) return;
      var doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(patience.most()) > 0 ? patience.most() : doubled;
    }
  }

  /** From start to end of one process; says how it ended. */
  private String runOnce() {
    Process running;
    lock.lock();
    try {
      if (stopping) return "not started";
      var builder = new ProcessBuilder(child.command()).redirectErrorStream(true);
      builder.environment().putAll(child.environment());
      var line = child.firstLine().get() + "\n";
      running = builder.start();
      process = running;
      starts++;
      tell(running, line);
    } catch (IOException e) {
      return "it could not be started: " + e.getMessage();
    } finally {
      lock.unlock();
    }
    log.copy(child.name(), running.getInputStream(), problems);
    return awaitEnd(running);
  }

  /** The pipe stays open: its end is how the child learns of ours. */
  private void tell(Process running, String line) {
    try {
      var out = running.getOutputStream();
      out.write(line.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException _) {
      // It is gone already; its end says why.
    }
  }

  private String awaitEnd(Process running) {
    try {
      while (!running.waitFor(100, TimeUnit.MILLISECONDS)) {
        if (!isStopping()) continue;
        if (!running.waitFor(patience.grace().toMillis(), TimeUnit.MILLISECONDS)) {
          problems.accept(child.name() + " did not leave within " + patience.grace() + ": killed");
          running.toHandle().destroyForcibly();
          running.waitFor();
        }
      }
      int code = running.exitValue();
      return code > 128 ? "signal " + (code - 128) : "exit code " + code;
    } catch (InterruptedException e) {
      running.toHandle().destroyForcibly();
      Thread.currentThread().interrupt();
      return "supervision was interrupted";
    }
  }

  private boolean isStopping() {
    lock.lock();
    try {
      return stopping;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the pause; true when it was cut short. */
  private boolean stopsWithin(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!stopping && left > 0) left = changed.awaitNanos(left);
      return stopping;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } finally {
      lock.unlock();
    }
  }
}
