package dev.windlass.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MirrorMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  private double problem(String kind) {
    return registry.get("windlass.mirror.problem").tag("kind", kind).gauge().value();
  }

  @Test
  void a_fork_is_seen_as_long_as_the_source_shows_it_and_the_size_stays() {
    var status = new AtomicReference<>(new MirrorStatus(false, 0, Optional.empty()));
    MirrorMetrics.register(registry, status::get);
    assertEquals(0, gauge("windlass.mirror.served"));

    status.set(
        new MirrorStatus(true, 300, Optional.of(new Problem(Problem.Kind.FORK, "another root"))));
    assertEquals(1, gauge("windlass.mirror.served"));
    assertEquals(300, gauge("windlass.mirror.size"));
    assertEquals(1, problem("fork"));
    assertEquals(0, problem("unreachable"));

    status.set(new MirrorStatus(true, 301, Optional.empty()));
    assertEquals(0, problem("fork"));
    assertEquals(301, gauge("windlass.mirror.size"));
  }
}
