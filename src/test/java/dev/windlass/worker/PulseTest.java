package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.Report;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PulseTest {
  /**
   * A worker that starts again on its directory would otherwise look cold for what it can run at
   * once.
   */
  @Test
  void code_on_disk_is_reported_as_warm_after_what_is_loaded_and_each_once() {
    assertEquals(
        List.of(module(2), module(1), module(3)),
        Pulse.warm(List.of(module(2), module(1)), List.of(module(1), module(2), module(3))));
  }

  @Test
  void a_report_names_no_more_modules_than_it_may() {
    var loaded = modules(0, Report.MAX_WARM - 1);
    var warm = Pulse.warm(loaded, modules(1000, 1300));

    assertEquals(Report.MAX_WARM, warm.size());
    assertEquals(loaded, warm.subList(0, loaded.size()));
  }

  private static List<Digest> modules(int from, int to) {
    return IntStream.range(from, to).mapToObj(PulseTest::module).toList();
  }

  private static Digest module(int n) {
    return Digest.of(Bytes.utf8("module " + n));
  }
}
