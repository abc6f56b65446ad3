package dev.windlass.witness;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What Prometheus reads of a witness. Labels are its own origins and words of its reasons. */
final class WitnessMetrics {
  private WitnessMetrics() {}

  static void register(MeterRegistry registry, Witness witness) {
    for (var origin : witness.origins())
      Gauge.builder("windlass.witness.size", () -> witness.size(origin))
          .description("Size of the last checkpoint that was cosigned")
          .tag("origin", origin)
          .strongReference(true)
          .register(registry);
    var tally = witness.tally();
    FunctionCounter.builder("windlass.witness.cosigned", tally, Tally::cosigned)
        .description("Checkpoints cosigned")
        .register(registry);
    FunctionCounter.builder("windlass.witness.conflicts", tally, Tally::conflicts)
        .description("Requests from another size than this witness has")
        .register(registry);
    for (var why : WitnessAnswer.Reason.values())
      FunctionCounter.builder("windlass.witness.refused", tally, t -> t.refused(why))
          .description("Requests refused; inconsistent is a fork or a broken log")
          .tag("why", why.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .register(registry);
  }
}
