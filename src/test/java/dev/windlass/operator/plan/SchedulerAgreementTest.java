package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code -Dseeds=N} asks longer, {@code -Dseed=S} begins elsewhere. */
class SchedulerAgreementTest {
  private static final int NODES = 60;
  private static final int DEMANDS = 6;

  @Test
  void a_real_scheduler_binds_a_pod_where_it_fits_and_nowhere_else() {
    try (var plane = ControlPlane.start().withSchedulerAndControllers()) {
      agree(plane);
    }
  }

  private static void agree(ControlPlane plane) {
    long first = Long.getLong("seed", 1L);
    for (long seed = first; seed < first + Integer.getInteger("seeds", 1); seed++) {
      try (var agreement = new SchedulerAgreement(plane, seed, NODES)) {
        for (int i = 0; i < DEMANDS; i++) {
          assertEquals(List.of(), agreement.pinned(), "-Dseed=" + seed);
          assertEquals(List.of(), agreement.free(), "-Dseed=" + seed);
        }
        assertTrue(agreement.fitted() >= 10, "only " + agreement.fitted() + " pods fitted");
        assertTrue(agreement.rejected() >= 10, "only " + agreement.rejected() + " did not");
      }
    }
  }
}
