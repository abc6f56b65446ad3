package dev.windlass.soak;

import dev.windlass.bench.Up;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Memory, file descriptors and disk of all processes, sampled over time. Used by one thread. */
final class Vitals {
  /**
   * @param headBytes resident
   * @param workerBytes resident, of all workers
   * @param files below the data directory
   */
  record Sample(
      double seconds,
      long headBytes,
      long workerBytes,
      int headDescriptors,
      int workerDescriptors,
      int workers,
      int files) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%4.0f s  head %d MiB %d fd  workers(%d) %d MiB %d fd  data %d files",
          seconds,
          headBytes >> 20,
          headDescriptors,
          workers,
          workerBytes >> 20,
          workerDescriptors,
          files);
    }
  }

  private final Up up;
  private final long began = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();

  Vitals(Up up) {
    this.up = up;
  }

  Sample take() {
    var workers = up.workers();
    var sample =
        new Sample(
            (System.nanoTime() - began) / 1e9,
            Up.residentBytes(up.head().pid()),
            workers.stream().mapToLong(w -> Up.residentBytes(w.pid())).sum(),
            Up.openFiles(up.head().pid()),
            workers.stream().mapToInt(w -> Up.openFiles(w.pid())).sum(),
            workers.size(),
            filesBelow(up.data()));
    samples.add(sample);
    return sample;
  }

  /** MiB a minute that head and workers grow together, by least squares over samples since then. */
  double mebibytesPerMinuteSince(double seconds) {
    var since = samples.stream().filter(s -> s.seconds() >= seconds).toList();
    if (since.size() < 3) return 0;
    double meanX = since.stream().mapToDouble(Sample::seconds).average().orElse(0);
    double meanY = since.stream().mapToDouble(Vitals::resident).average().orElse(0);
    double above = 0;
    double below = 0;
    for (var sample : since) {
      above += (sample.seconds() - meanX) * (resident(sample) - meanY);
      below += (sample.seconds() - meanX) * (sample.seconds() - meanX);
    }
    return above / below * 60 / (1 << 20);
  }

  private static double resident(Sample sample) {
    return sample.headBytes() + sample.workerBytes();
  }

  private static int filesBelow(Path directory) {
    try (var all = Files.walk(directory)) {
      return (int) all.filter(Files::isRegularFile).count();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a file went away while we looked
    }
  }
}
