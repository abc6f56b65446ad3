package dev.windlass.app;

import dev.windlass.wasm.ffm.Library;
import dev.windlass.wasm.ffm.LibraryException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The roles {@code up} and {@code head}: checks everything that can be wrong before Quarkus starts,
 * because its own messages are not made for a person at a terminal.
 */
final class UpProcess {
  /**
   * How the one {@code up} of this process reaches beans, which Quarkus makes: set once, before
   * Quarkus runs.
   */
  private static final AtomicReference<Up> RUNNING = new AtomicReference<>();

  private UpProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(String role, List<String> words) {
    var asked = UpSettings.parse(role, words);
    if (asked.workers() > 0) requireLibrary();
    var settings = asked.withPort(TcpPorts.take(asked.host(), asked.port()));
    RUNNING.set(Up.open(settings, System.out::println));
    return QuarkusProcess.run(role, settings.host(), settings.port());
  }

  static boolean isRunning() {
    return RUNNING.get() != null;
  }

  static Up running() {
    var up = RUNNING.get();
    if (up == null) throw new IllegalStateException("this process is neither up nor head");
    return up;
  }

  /** A worker would say the same, in a log file. */
  private static void requireLibrary() {
    try {
      Library.inUse();
    } catch (LibraryException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
