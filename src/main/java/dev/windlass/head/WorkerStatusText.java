package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.protocol.Report;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a head writes of a worker into its Worker resource, and when. Decides only. */
final class WorkerStatusText {
  /** Between two writes of one worker, whatever changed. */
  static final Duration LEAST = Duration.ofSeconds(10);

  /** After it somebody writes that the worker is still there; half of what the operator waits. */
  static final Duration MOST = Duration.ofSeconds(25);

  private WorkerStatusText() {}

  /**
   * @param said without the time
   * @param at of the write
   */
  record Written(WorkerStatus said, Instant at) {}

  /**
   * @param seen when the report came
   */
  static WorkerStatus of(Report report, Instant seen) {
    var hardware = report.hardware();
    boolean nvme = hardware.diskKind().equals("nvme");
    return WorkerStatus.byHead(
        new WorkerStatus.Engine(report.engineVersion(), report.engine().toString()),
        new WorkerStatus.Measured(
            hardware.mhz() > 0 ? hardware.mhz() : null,
            new Quantity(
                BigDecimal.valueOf(Math.round(hardware.vcpus() * 1000))
                    .movePointLeft(3)
                    .stripTrailingZeros()
                    .toPlainString()),
            new Quantity(Long.toString(hardware.memoryBytes())),
            nvme ? hardware.diskBytes() : null,
            nvme && hardware.diskWriteMBps() > 0 ? hardware.diskWriteMBps() : null),
        new WorkerStatus.Load(report.lanes(), Math.max(0, report.lanes() - report.freeLanes())),
        report.warm().stream()
            .limit(WorkerStatus.MAX_DIGESTS)
            .map(Digest::toString)
            .sorted()
            .toList(),
        seen.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /**
   * Whether to write now: at once when this head has written nothing of the worker yet, and then as
   * the bounds above say. Of several heads that are linked to it, whoever sees first that it is
   * time writes.
   *
   * @param before by this head, for this link
   * @param seen what the resource says of the last time a head saw the worker
   */
  static boolean isDue(
      @Nullable Written before, WorkerStatus now, @Nullable Instant seen, Instant at) {
    if (before == null) return true;
    if (at.isBefore(before.at().plus(LEAST))) return false;
    if (!isSame(before.said(), now)) return true;
    var last = seen == null || seen.isBefore(before.at()) ? before.at() : seen;
    return !at.isBefore(last.plus(MOST));
  }

  private static boolean isSame(WorkerStatus a, WorkerStatus b) {
    return equal(a.engine(), b.engine())
        && equal(a.measured(), b.measured())
        && equal(a.load(), b.load())
        && a.digests().equals(b.digests());
  }

  private static boolean equal(@Nullable Object a, @Nullable Object b) {
    return Objects.equals(a, b);
  }
}
