package dev.windlass.head;

import dev.windlass.function.FunctionName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What Prometheus reads. Label values come from bounded sets: outcomes are ours, functions beyond
 * the first {@link #MAX_FUNCTIONS} count as {@code other}, workers have no label.
 */
final class HeadMetrics {
  private static final int MAX_FUNCTIONS = 200;
  private static final String OTHER = "other";

  private record Series(String function, String outcome) {}

  private final MeterRegistry registry;
  private final ConcurrentHashMap<FunctionName, String> labels = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Series, Counter> requests = new ConcurrentHashMap<>();
  private final Timer latency;
  private final Counter badResults;
  private final Counter receiptsDirect;
  private final Counter receiptsBatched;
  private final Counter batches;
  private final Counter sendFailures;

  HeadMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.latency =
        Timer.builder("windlass.request.duration")
            .description("From a request's last octet to its answer, of requests that ran")
            .serviceLevelObjectives(
                Duration.ofNanos(250_000),
                Duration.ofMillis(1),
                Duration.ofMillis(5),
                Duration.ofMillis(25),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10))
            .register(registry);
    this.badResults =
        Counter.builder("windlass.results.bad")
            .description("Results that did not verify; each puts its worker in quarantine")
            .register(registry);
    this.receiptsDirect = receipts("direct");
    this.receiptsBatched = receipts("batch");
    this.batches =
        Counter.builder("windlass.receipt.batches")
            .description("Signatures over more than one receipt")
            .register(registry);
    this.sendFailures =
        Counter.builder("windlass.receipt.send.failures")
            .description("Submissions to the log that were not acknowledged and go again")
            .register(registry);
  }

  private Counter receipts(String signed) {
    return Counter.builder("windlass.receipts")
        .description("Receipts that this head signed")
        .tag("signed", signed)
        .register(registry);
  }

  /** Under one signature. */
  void receiptsSigned(int count) {
    if (count == 1) {
      receiptsDirect.increment();
      return;
    }
    receiptsBatched.increment(count);
    batches.increment();
  }

  /** A submission was not acknowledged; it is sent again. */
  void sendFailed() {
    sendFailures.increment();
  }

  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** One request is answered; {@code outcome} is {@code ok} or a problem's word. */
  void answered(FunctionName function, String outcome) {
    var label = labels.get(function);
    if (label == null) label = label(function);
    requests.computeIfAbsent(new Series(label, outcome), this::counter).increment();
  }

  /** How long a request took that ran. */
  void took(long nanos) {
    latency.record(nanos, TimeUnit.NANOSECONDS);
  }

  void orderFailed(ProblemType why) {
    Counter.builder("windlass.orders.failed")
        .description("Orders that may have run and gave no answer to use")
        .tag("why", why.word())
        .register(registry)
        .increment();
  }

  void badResult() {
    badResults.increment();
  }

  private String label(FunctionName function) {
    var label = labels.size() < MAX_FUNCTIONS ? function.toString() : OTHER;
    return label.equals(OTHER) ? OTHER : labels.computeIfAbsent(function, _ -> label);
  }

  private Counter counter(Series series) {
    return Counter.builder("windlass.requests")
        .description("Answered requests of functions")
        .tag("function", series.function())
        .tag("outcome", series.outcome())
        .register(registry);
  }
}
