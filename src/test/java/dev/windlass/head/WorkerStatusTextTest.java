package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.protocol.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerStatusTextTest {
  private static final Instant BEGIN = Instant.parse("2026-11-23T09:00:00.123Z");

  @Test
  void a_report_is_written_in_the_units_of_the_resource() {
    var status = WorkerStatusText.of(report(8, 5, "nvme", warm(60)), BEGIN);

    assertEquals(new WorkerStatus.Load(8, 3), status.load());
    assertEquals("0.5", status.measured().cpu().toString());
    assertEquals("1073741824", status.measured().memory().toString());
    assertEquals(3500, status.measured().mhz());
    assertEquals(2_000_000_000_000L, status.measured().nvmeBytes());
    assertEquals(1200, status.measured().nvmeWriteMBps());
    assertEquals("50.0.1", status.engine().version());
    assertEquals(50, status.digests().size());
    assertEquals("2026-11-23T09:00:00Z", status.lastSeen());
    assertNull(status.state());
    assertNull(status.identity());
  }

  @Test
  void what_is_not_known_is_not_written() {
    var status = WorkerStatusText.of(report(8, 9, "overlay", List.of()), BEGIN);
    assertNull(status.measured().nvmeBytes());
    assertNull(status.measured().nvmeWriteMBps());
    assertEquals(0, status.load().running());
  }

  @Test
  void the_first_is_written_at_once_and_a_change_after_ten_seconds() {
    var idle = WorkerStatusText.of(report(8, 8, "nvme", List.of()), BEGIN);
    var busy = WorkerStatusText.of(report(8, 1, "nvme", List.of()), BEGIN);
    assertTrue(WorkerStatusText.isDue(null, idle, BEGIN, BEGIN));

    var written = new WorkerStatusText.Written(idle, BEGIN);
    assertFalse(WorkerStatusText.isDue(written, busy, null, at(9)));
    assertTrue(WorkerStatusText.isDue(written, busy, null, at(10)));
    assertFalse(WorkerStatusText.isDue(written, idle, null, at(10)));
  }

  @Test
  void without_a_change_one_of_the_heads_writes_in_time() {
    var idle = WorkerStatusText.of(report(8, 8, "nvme", List.of()), BEGIN);
    var written = new WorkerStatusText.Written(idle, BEGIN);

    assertFalse(WorkerStatusText.isDue(written, idle, null, at(24)));
    assertTrue(WorkerStatusText.isDue(written, idle, null, at(25)));
    assertFalse(WorkerStatusText.isDue(written, idle, at(20), at(44)), "another head wrote");
    assertTrue(WorkerStatusText.isDue(written, idle, at(20), at(45)));
    assertTrue(WorkerStatusText.isDue(written, idle, at(-60), at(25)), "the oldest news is ours");
  }

  private static Instant at(long seconds) {
    return BEGIN.plusSeconds(seconds);
  }

  private static Report report(int lanes, int free, String disk, List<Digest> warm) {
    var hardware =
        new Report.Hardware(
            "amd64", 0.5, 3500, 1L << 30, disk, 2_000_000_000_000L, 1_000_000_000L, 1200);
    return new Report(
        Digest.of(new byte[] {1}), "50.0.1", hardware, lanes, free, 0, 0, warm, false, "0.1.0");
  }

  private static List<Digest> warm(int count) {
    var all = new ArrayList<Digest>();
    for (int i = 0; i < count; i++) all.add(Digest.of(new byte[] {(byte) i}));
    return all;
  }
}
