package dev.windlass.log;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What Prometheus reads of a log. Labels are words of {@link Refusal}. */
final class LogMetrics {
  private LogMetrics() {}

  static void register(MeterRegistry registry, LogService log) {
    gauge(registry, "windlass.log.size", "Committed leaves", () -> log.publication().committed());
    gauge(
        registry,
        "windlass.log.published.size",
        "Leaves under the checkpoint that is shown",
        () -> log.publication().published());
    gauge(
        registry,
        "windlass.log.checkpoint.age.seconds",
        "Since the checkpoint that is shown was made; NaN before the first",
        () -> log.checkpointAge().map(LogMetrics::seconds).orElse(Double.NaN));
    gauge(
        registry,
        "windlass.log.unwitnessed.seconds",
        "How long committed leaves have waited for a quorum of witnesses",
        () -> log.publication().unwitnessedFor().map(LogMetrics::seconds).orElse(0.0));
    gauge(
        registry,
        "windlass.log.queue",
        "Submissions being checked or committed",
        () -> log.counts().inFlight());
    gauge(
        registry,
        "windlass.log.receipts.bytes",
        "Disk of what is kept behind receipts",
        () -> log.counts().receiptBytes());
    gauge(
        registry,
        "windlass.log.waiters",
        "Callers that wait for a receipt",
        () -> log.counts().waiters());
    count(registry, "windlass.log.added", "Leaves entered", log, l -> l.counts().added());
    count(
        registry,
        "windlass.log.duplicates",
        "Submissions whose leaf was there",
        log,
        l -> l.counts().duplicates());
    count(
        registry,
        "windlass.log.pushed.back",
        "Submissions told to come again",
        log,
        l -> l.counts().later());
    for (var why : Refusal.values())
      FunctionCounter.builder("windlass.log.refused", log, l -> l.counts().refused(why))
          .description("Submissions refused for good")
          .tag("why", why.word())
          .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).strongReference(true).register(registry);
  }

  private static void count(
      MeterRegistry registry,
      String name,
      String description,
      LogService log,
      ToDoubleFunction<LogService> value) {
    FunctionCounter.builder(name, log, value).description(description).register(registry);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
