package dev.windlass.mirror;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;

/** What Prometheus reads of a mirror. Labels are words of {@link Problem.Kind}. */
final class MirrorMetrics {
  private MirrorMetrics() {}

  static void register(MeterRegistry registry, Supplier<MirrorStatus> status) {
    Gauge.builder("windlass.mirror.size", () -> status.get().size())
        .description("Entries of the verified tree that is served")
        .strongReference(true)
        .register(registry);
    Gauge.builder("windlass.mirror.served", () -> status.get().served() ? 1 : 0)
        .description("1 when there is a verified checkpoint to serve")
        .strongReference(true)
        .register(registry);
    for (var kind : Problem.Kind.values())
      Gauge.builder("windlass.mirror.problem", () -> has(status.get(), kind) ? 1 : 0)
          .description("1 while the last look at the source ended so; all but unreachable need you")
          .tag("kind", kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .strongReference(true)
          .register(registry);
  }

  private static boolean has(MirrorStatus status, Problem.Kind kind) {
    return status.problem().filter(p -> p.kind() == kind).isPresent();
  }
}
