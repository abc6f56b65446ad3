package dev.windlass.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.plan.NodeReport;
import dev.windlass.operator.plan.NodeReport.Failed;
import dev.windlass.operator.plan.NodeReport.Failure;
import dev.windlass.operator.plan.NodeReport.Measured;
import dev.windlass.probe.Throttling.Periods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine of files, and a volume that is a real directory. */
class NodeProbeTest {
  private static final long LEAST = 8L * WriteSpeed.BLOCK;

  @TempDir Path root;
  private FakeMachine machine;
  private Path volume;

  @BeforeEach
  void machine() throws IOException {
    machine = new FakeMachine(root);
    volume = Files.createDirectory(root.resolve("volume"));
  }

  private NodeReport measure(long least, BlockFile.Opening opening) throws InterruptedException {
    var at = new NodeProbe.Volume(volume, FakeMachine.PARTITION, 1);
    return new NodeProbe(machine.machine(), at, least, opening).measure();
  }

  /** Takes everything and keeps nothing, until it breaks. */
  private record Sink(AtomicLong octets, long breaks) implements BlockFile {
    static BlockFile open(Path file) throws IOException {
      Files.write(file, new byte[0]);
      return new Sink(new AtomicLong(), Long.MAX_VALUE);
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
      if (octets.get() >= breaks) throw new IOException("Input/output error");
      int all = from.remaining();
      from.position(from.limit());
      octets.addAndGet(all);
      return all;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }

  @Test
  void clock_device_and_speed_are_told_and_nothing_is_left_behind() throws Exception {
    machine.clocks(3_600_000, 3_500_000).disk("nvme0n1", 3_907_029_168L);

    var report = assertInstanceOf(Measured.class, measure(LEAST, Sink::open));

    assertEquals(OptionalLong.of(3_500), report.mhz());
    assertEquals(OptionalLong.of(2_000_398_934_016L), report.nvmeBytes());
    assertTrue(report.nvmeWriteMBps().isPresent());
    assertEquals(List.of("device nvme0n1"), report.notes());
    try (var left = Files.list(volume)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void on_another_disk_nothing_is_written() throws Exception {
    machine.clocks(3_500_000).disk("vda", 1_000_000);
    var opened = new AtomicInteger();

    var report =
        measure(
            LEAST,
            file -> {
              opened.incrementAndGet();
              return Sink.open(file);
            });

    assertEquals(
        new Measured(
            OptionalLong.of(3_500),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of("the volume is on vda, no NVMe")),
        report);
    assertEquals(0, opened.get());
  }

  @Test
  void without_direct_io_the_device_is_told_and_its_speed_is_not() throws Exception {
    machine.clocks(3_500_000).disk("nvme0n1", 8_000_000);

    var report =
        measure(
            LEAST,
            file -> {
              throw new FileSystemException(file.toString(), null, "Invalid argument");
            });

    var measured = assertInstanceOf(Measured.class, report);
    assertEquals(OptionalLong.of(4_096_000_000L), measured.nvmeBytes());
    assertEquals(OptionalLong.empty(), measured.nvmeWriteMBps());
    assertTrue(measured.notes().getLast().startsWith("no direct I/O, so no write speed: "));
    assertTrue(measured.notes().getLast().endsWith("Invalid argument"));
  }

  @Test
  void a_machine_that_tells_nothing_is_measured_with_the_reasons() throws Exception {
    machine.file("proc/cpuinfo", "processor: 0\n");

    assertEquals(
        new Measured(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of(
                "the kernel does not say the CPU's clock",
                "the volume is on no block device (259:3)")),
        measure(LEAST, Sink::open));
  }

  @Test
  void a_volume_that_is_too_small_fails_with_both_numbers() throws Exception {
    machine.clocks(3_500_000).disk("nvme0n1", 8_000_000);

    var failed = assertInstanceOf(Failed.class, measure(Long.MAX_VALUE, Sink::open));

    assertEquals(Failure.VOLUME_TOO_SMALL, failed.failure());
    assertTrue(failed.message().matches("1 % of \\d+ free bytes are \\d+, expected at least \\d+"));
  }

  @Test
  void a_volume_that_cannot_be_written_fails_and_is_named() throws Exception {
    machine.clocks(3_500_000).disk("nvme0n1", 8_000_000);
    Files.createDirectory(volume.resolve("windlass-probe.tmp"));

    var failed = assertInstanceOf(Failed.class, measure(LEAST, Sink::open));

    assertEquals(Failure.VOLUME_NOT_WRITABLE, failed.failure());
    assertTrue(failed.message().contains("windlass-probe.tmp"), failed.message());
  }

  @Test
  void a_disk_that_fails_while_it_is_written_is_told_in_its_words() throws Exception {
    machine.clocks(3_500_000).disk("nvme0n1", 8_000_000);

    var report = measure(LEAST, file -> new Sink(new AtomicLong(), 3L * WriteSpeed.BLOCK));

    var failed = assertInstanceOf(Failed.class, report);
    assertEquals(Failure.WRITE_FAILED, failed.failure());
    assertTrue(failed.message().endsWith("Input/output error"), failed.message());
    try (var left = Files.list(volume)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void what_was_measured_while_the_process_was_held_back_is_not_told() throws Exception {
    machine.clocks(3_500_000).disk("nvme0n1", 8_000_000);
    var stat = "nr_periods %d\nnr_throttled %d\nthrottled_usec 1\n";
    machine.file("sys/fs/cgroup/cpu.stat", stat.formatted(100, 0));

    // the first opening only tries whether it can
    var opened = new AtomicInteger();
    var report =
        measure(
            LEAST,
            file -> {
              if (opened.incrementAndGet() > 1)
                machine.file("sys/fs/cgroup/cpu.stat", stat.formatted(200, 40));
              return Sink.open(file);
            });

    assertEquals(
        new Failed(
            Failure.THROTTLED,
            "held back in 40 % of the time by its CPU limit; give the probe more, or no limit"),
        report);
  }

  @Test
  void up_to_a_tenth_of_the_periods_may_be_held_back() {
    var before = Periods.parse("nr_periods 100\nnr_throttled 50\n");
    assertEquals(Optional.empty(), new Periods(200, 60).tooManySince(before));
    assertEquals(Optional.of(11L), new Periods(200, 61).tooManySince(before));
    assertEquals(
        Optional.empty(), Periods.parse("nothing\nnr_periods x\n").tooManySince(Periods.NONE));
  }

  @Test
  void a_speed_is_in_millions_of_bytes_a_second_and_never_nothing() {
    assertEquals(5_000, WriteSpeed.rate(10_000_000_000L, 2_000_000_000L));
    assertEquals(1, WriteSpeed.rate(1, 1_000_000_000L));
    assertEquals(1, WriteSpeed.rate(0, 0));
  }

  @Test
  void a_slow_disk_is_not_waited_for() throws Exception {
    var octets = new AtomicLong();
    var seconds = new AtomicInteger();

    new WriteSpeed(
            volume,
            file -> new Sink(octets, Long.MAX_VALUE),
            () -> seconds.incrementAndGet() * 1_000_000_000L)
        .measure(1L << 40);

    assertTrue(octets.get() <= 3L * 48 * WriteSpeed.BLOCK, octets + " octets");
  }
}
