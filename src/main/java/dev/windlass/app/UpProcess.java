package dev.windlass.app;

import dev.windlass.wasm.ffm.Library;
import dev.windlass.wasm.ffm.LibraryException;
import io.quarkus.runtime.Quarkus;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  private static final int LONGEST_END_SECONDS = 120;

  private UpProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(String role, List<String> words) {
    var asked = UpSettings.parse(role, words);
    if (asked.workers() > 0) requireLibrary();
    var settings = asked.withPort(TcpPorts.take(asked.host(), asked.port()));
    RUNNING.set(Up.open(settings, System.out::println));
    System.setProperty("windlass.role", role);
    System.setProperty("quarkus.http.host", settings.host());
    System.setProperty("quarkus.http.port", Integer.toString(settings.port()));
    if (System.getProperty("quarkus.profile") == null && System.getenv("QUARKUS_PROFILE") == null)
      System.setProperty("quarkus.profile", role + ",prod");
    return runQuarkus();
  }

  /** The JVM would answer a SIGTERM with exit code 143; an orderly end is 0. */
  private static int runQuarkus() {
    var ended = new CountDownLatch(1);
    var failure = new AtomicReference<Throwable>();
    var code = new AtomicInteger(ExitCode.OK);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    if (ended.await(LONGEST_END_SECONDS, TimeUnit.SECONDS))
                      Runtime.getRuntime().halt(code.get());
                  } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                  }
                },
                "end"));
    try {
      Quarkus.run(
          null,
          (exit, thrown) -> {
            if (thrown != null) code.set(exit);
            failure.set(thrown);
          });
    } finally {
      if (failure.get() != null) code.set(ExitCode.LOCAL);
      ended.countDown();
    }
    if (failure.get() != null)
      throw new StartFailure("the head could not start: " + failure.get(), failure.get());
    return code.get();
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
