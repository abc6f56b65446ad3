package dev.windlass.app;

import dev.windlass.operator.plan.NodeReport;
import dev.windlass.operator.plan.NodeReport.Failure;
import dev.windlass.probe.Machine;
import dev.windlass.probe.NodeProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The role {@code node-probe}: measures the machine it runs on and writes a report, for the
 * operator that has started it as a pod. It holds no token and talks to nobody.
 */
final class NodeProbeProcess {
  static final String WORD = "node-probe";

  private static final Set<String> OPTIONS = Set.of("data", "out", "share");

  /** A disk may hang; the kubelet would end the pod without a report. */
  private static final Duration LONGEST = Duration.ofMinutes(4);

  private NodeProbeProcess() {}

  /** Exit code 6 with a report is a measurement that has to be done again. */
  static int run(List<String> words) {
    return run(words, LONGEST);
  }

  static int run(List<String> words, Duration longest) {
    var a = new Arguments(WORD, words, OPTIONS);
    var volume = volume(Path.of(a.text("data", "/data")), a.number("share", 5, 1, 90));
    var report = measured(new NodeProbe(Machine.real(), volume), longest);
    System.out.println(report.text());
    if (a.has("out")) write(Path.of(a.text("out", "")), report);
    return switch (report) {
      case NodeReport.Measured _ -> ExitCode.OK;
      case NodeReport.Failed _ -> ExitCode.LOCAL;
    };
  }

  private static NodeProbe.Volume volume(Path directory, int share) {
    try {
      return NodeProbe.Volume.at(directory, share);
    } catch (IOException e) {
      throw new StartFailure(
          "windlass node-probe: --data is " + directory + ", expected a directory to measure", e);
    }
  }

  private static NodeReport measured(NodeProbe probe, Duration longest) {
    var report = new CompletableFuture<NodeReport>();
    Thread.ofPlatform()
        .daemon()
        .name(WORD)
        .start(
            () -> {
              try {
                report.complete(probe.measure());
              } catch (InterruptedException | RuntimeException e) {
                report.completeExceptionally(e);
              }
            });
    try {
      return report.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return new NodeReport.Failed(Failure.OUT_OF_TIME, "nothing was measured in " + longest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailure("windlass node-probe: told to stop", e);
    } catch (ExecutionException e) {
      throw new StartFailure("windlass node-probe: " + e.getCause(), e);
    }
  }

  private static void write(Path out, NodeReport report) {
    try {
      Files.writeString(out, report.text());
    } catch (IOException e) {
      throw new StartFailure("windlass node-probe: couldn't write --out " + out, e);
    }
  }
}
