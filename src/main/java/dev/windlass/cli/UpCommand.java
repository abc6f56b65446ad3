package dev.windlass.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    sortOptions = false,
    description = {
      "Starts everything on this machine: registrar, head and worker processes.",
      "",
      "Stays in the foreground; Ctrl-C or SIGTERM drains and stops all of it. Says `ready URL` on"
          + " stdout when requests can come."
    })
final class UpCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "where functions, artifacts and keys are kept; windlass in XDG_DATA_HOME or else in"
              + " ~/.local/share unless given")
  @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "of HTTP (default: 8080); 0 takes a free one")
  @Nullable Integer port;

  @Option(names = "--workers", paramLabel = "N", description = "worker processes (default: 2)")
  @Nullable Integer workers;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description = "guests at one time in each worker (default: by the number of CPUs)")
  @Nullable Integer lanes;

  @Option(
      names = "--worker-listen",
      paramLabel = "HOST:PORT",
      description = "where workers of other machines may join (default: this machine only)")
  @Nullable String workerListen;

  @Option(
      names = "--log",
      paramLabel = "on|off|URL",
      description =
          "on: a public log on disk with two witnesses and a mirror (default); off: no log and no"
              + " receipts; URL: the log that `windlass log serve` runs there")
  @Nullable String log;

  @Option(
      names = "--log-policy",
      paramLabel = "FILE",
      description = "for --log URL: which log and witnesses are believed (c2sp.org/tlog-policy)")
  @Nullable Path logPolicy;

  @Option(
      names = "--operator-key",
      paramLabel = "FILE",
      description = "for --log URL: operator.pem of that log, to sign what is published")
  @Nullable Path operatorKey;

  @Spec @Nullable CommandSpec spec;

  private final Roles roles;

  UpCommand(Roles roles) {
    this.roles = roles;
  }

  @Override
  public Integer call() {
    return roles.up(WorkerCommand.words(spec));
  }
}
