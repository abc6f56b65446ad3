package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.VerifierKey;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "fsck",
    sortOptions = false,
    description = {
      "Reads a whole log or mirror and lists everything that does not fit.",
      "",
      "Each entry must hash to its leaf, each tile to the one above it, all of it to the root of the"
          + " checkpoint, and the checkpoint must be the log's. With --log DIR also what the log has"
          + " committed and not yet published. Changes nothing. Exit code 4: something does not fit."
    })
final class LogFsckCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  private final Ports ports;
  private final Terminal terminal;

  LogFsckCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var policy = options.policy(files, terminal);
    var progress = new Progress(terminal, System::nanoTime);
    LogChecks.Report report;
    try {
      report = check(files, policy.logs().getFirst().key(), progress);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot read " + files + ": " + e.getMessage());
    } finally {
      progress.end();
    }
    report.problems().forEach(problem -> terminal.out().println(Table.harmless(problem)));
    terminal
        .out()
        .printf(
            "%s: %,d entries in %,d files: %s%n",
            files,
            report.size(),
            report.files(),
            report.count() == 0 ? "clean" : report.count() + " PROBLEMS");
    return report.count() == 0 ? Exit.OK : Exit.UNVERIFIED;
  }

  private LogChecks.Report check(LogFiles files, VerifierKey log, Progress progress)
      throws IOException {
    var checks = ports.logChecks();
    return switch (files) {
      case LogFiles.Directory(var path) -> checks.check(path, log, told(progress));
      case LogFiles.Remote remote ->
          checks.check(
              path -> remote.get(path, EntryBundle.MAX_OCTETS).map(Bytes::unsafeArray),
              log,
              told(progress));
    };
  }

  private static LongConsumer told(Progress progress) {
    return done -> progress.at(done, "entries");
  }
}
