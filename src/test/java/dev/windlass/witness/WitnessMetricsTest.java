package dev.windlass.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.identity.TestClock;
import dev.windlass.tlog.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WitnessMetricsTest {
  private static final String ORIGIN = "log.example.org/ledger";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GrowingLog log = new GrowingLog(ORIGIN, "truth");
  private final GrowingLog fork = new GrowingLog(ORIGIN, "lie");

  private double counted(String name) {
    return registry.get(name).functionCounter().count();
  }

  private double refused(String why) {
    return registry.get("windlass.witness.refused").tag("why", why).functionCounter().count();
  }

  @Test
  void what_it_answers_is_counted_by_its_reason() throws IOException {
    var key = new SigningKey("w1.example.org/witness", new byte[32]);
    var witness =
        Witness.open(new MemoryStates(), key, List.of(log.key.verifier()), new TestClock());
    WitnessMetrics.register(registry, witness);

    witness.addCheckpoint(log.request(0, 7));
    witness.addCheckpoint(log.request(7, 9));
    witness.addCheckpoint(log.request(0, 9));
    witness.addCheckpoint(fork.request(9, 12));
    witness.addCheckpoint("nonsense".getBytes(StandardCharsets.UTF_8));

    assertEquals(2, counted("windlass.witness.cosigned"));
    assertEquals(1, counted("windlass.witness.conflicts"));
    assertEquals(1, refused("malformed"));
    assertEquals(1, refused("inconsistent"));
    assertEquals(0, refused("not-kept"));
    var size = registry.get("windlass.witness.size").tag("origin", ORIGIN).gauge();
    assertEquals(9, size.value());
  }
}
