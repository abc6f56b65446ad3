package dev.windlass.app;

import io.quarkus.runtime.Quarkus;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Runs one role within Quarkus until the process is told to stop. */
final class QuarkusProcess {
  private static final int LONGEST_END_SECONDS = 120;

  private QuarkusProcess() {}

  /**
   * @param port that is free
   * @return the exit code
   */
  static int run(String role, String host, int port) {
    System.setProperty("windlass.role", role);
    System.setProperty("quarkus.http.host", host);
    System.setProperty("quarkus.http.port", Integer.toString(port));
    if (System.getProperty("quarkus.profile") == null && System.getenv("QUARKUS_PROFILE") == null)
      System.setProperty("quarkus.profile", role + ",prod");
    return run(role);
  }

  /** The JVM would answer a SIGTERM with exit code 143; an orderly end is 0. */
  private static int run(String role) {
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
    if (failure.get() != null) throw failed(role, failure.get());
    return code.get();
  }

  /** Quarkus says that it failed to start; the reason lies below. */
  private static StartFailure failed(String role, Throwable failure) {
    var reason = failure;
    while (reason.getCause() != null && !(reason instanceof StartFailure))
      reason = reason.getCause();
    if (reason instanceof StartFailure told) return told;
    return new StartFailure("the " + role + " could not start: " + reason, failure);
  }
}
