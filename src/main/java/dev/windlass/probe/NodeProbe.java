package dev.windlass.probe;

import dev.windlass.operator.plan.NodeReport;
import dev.windlass.operator.plan.NodeReport.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Measures once: clock, device, and where the device is NVMe how fast it takes writes. */
public final class NodeProbe {
  static final long MOST_BYTES = 16L << 30;

  /** Below it, a drive's cache says more than the drive. */
  static final long LEAST_BYTES = 256L << 20;

  private final Machine machine;
  private final Volume volume;
  private final long least;
  private final BlockFile.Opening direct;
  private final Throttling throttling;

  /** What was found so far. */
  private final List<String> notes = new ArrayList<>();

  /**
   * What is measured.
   *
   * @param directory on it
   * @param device its number, as {@code stat} gives it
   * @param share of its free space, in percent, that a round may write
   */
  public record Volume(Path directory, long device, int share) {
    /**
     * @throws IOException if there is no such directory
     */
    public static Volume at(Path directory, int share) throws IOException {
      return new Volume(directory, (Long) Files.getAttribute(directory, "unix:dev"), share);
    }
  }

  public NodeProbe(Machine machine, Volume volume) {
    this(machine, volume, LEAST_BYTES, DirectFile::open);
  }

  NodeProbe(Machine machine, Volume volume, long least, BlockFile.Opening direct) {
    this.machine = machine;
    this.volume = volume;
    this.least = least;
    this.direct = direct;
    this.throttling = new Throttling(machine);
  }

  /** Takes up to two and a half minutes; a disk that hangs holds it for ever. */
  public NodeReport measure() throws InterruptedException {
    try {
      var mhz = clock();
      return switch (BlockDevice.of(machine.sys(), volume.device())) {
        case BlockDevice.Other(var why) -> {
          notes.add(why);
          yield report(mhz, OptionalLong.empty(), OptionalLong.empty());
        }
        case BlockDevice.Nvme(var name, long bytes) -> {
          notes.add("device " + name);
          yield report(mhz, OptionalLong.of(bytes), speed());
        }
      };
    } catch (ProbeFailedException e) {
      return e.report();
    }
  }

  private NodeReport report(OptionalLong mhz, OptionalLong bytes, OptionalLong speed) {
    return new NodeReport.Measured(mhz, bytes, speed, notes);
  }

  private OptionalLong clock() throws ProbeFailedException {
    var clock = new CpuClock(machine);
    var nominal = clock.nominal();
    if (nominal.isPresent()) return nominal;
    var before = throttling.now();
    try {
      var seen = clock.spinning();
      if (seen.isEmpty()) notes.add("the kernel does not say the CPU's clock");
      else unthrottled(before);
      return seen;
    } catch (IOException e) {
      notes.add("the kernel does not say the CPU's clock: " + e.getMessage());
      return OptionalLong.empty();
    }
  }

  private void unthrottled(Throttling.Periods before) throws ProbeFailedException {
    var held = throttling.now().tooManySince(before);
    if (held.isPresent())
      throw new ProbeFailedException(
          Failure.THROTTLED,
          "held back in %d %% of the time by its CPU limit; give the probe more, or no limit"
              .formatted(held.get()));
  }

  private OptionalLong speed() throws ProbeFailedException, InterruptedException {
    long bytes = bytes();
    var file = volume.directory().resolve("windlass-probe.tmp");
    try {
      Files.write(file, new byte[WriteSpeed.BLOCK]);
    } catch (IOException e) {
      throw new ProbeFailedException(Failure.VOLUME_NOT_WRITABLE, DirectFile.words(e));
    }
    try (var _ = direct.open(file)) {
      // it can
    } catch (IOException e) {
      notes.add("no direct I/O, so no write speed: " + DirectFile.words(e));
      return OptionalLong.empty();
    } finally {
      DirectFile.remove(file);
    }
    var before = throttling.now();
    long speed = new WriteSpeed(volume.directory(), direct, machine.nanos()).measure(bytes);
    unthrottled(before);
    return OptionalLong.of(speed);
  }

  private long bytes() throws ProbeFailedException {
    try {
      long free = Files.getFileStore(volume.directory()).getUsableSpace();
      long bytes = Math.min(MOST_BYTES, free / 100 * volume.share());
      if (bytes >= least) return bytes;
      throw new ProbeFailedException(
          Failure.VOLUME_TOO_SMALL,
          "%d %% of %d free bytes are %d, expected at least %d"
              .formatted(volume.share(), free, bytes, least));
    } catch (IOException e) {
      throw new ProbeFailedException(Failure.VOLUME_NOT_WRITABLE, DirectFile.words(e));
    }
  }
}
