package dev.windlass.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "witness",
    sortOptions = false,
    description = {
      "Cosigns the checkpoints of logs, each as one history that only grows, until it is stopped.",
      "",
      "Speaks c2sp.org/tlog-witness: POST /add-checkpoint; GET /<hex SHA-256 of origin>/checkpoint"
          + " is the last one it cosigned, GET /vkey its key for a policy. It keeps a checkpoint on"
          + " disk before it answers; never restore its directory from a copy. Says `ready URL` on"
          + " stdout."
    })
final class WitnessCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "its key (made at the first start, unless --key) and what it cosigned last")
  @Nullable Path data;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "of its key, a URL without scheme, such as w1.example.org/witness")
  @Nullable String name;

  @Option(
      names = "--log",
      paramLabel = "VKEY",
      description = "key of a log, as `windlass log vkey` says it; may be given for several logs")
  List<String> logs = List.of();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "its key, which is only read, instead of --name and one in DIR")
  @Nullable Path key;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "the logs of a tlog-policy, instead of --log")
  @Nullable Path policy;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "default: 127.0.0.1:8091; port 0 takes a free one")
  @Nullable String listen;

  @Spec @Nullable CommandSpec spec;

  private final Roles roles;

  WitnessCommand(Roles roles) {
    this.roles = roles;
  }

  @Override
  public Integer call() {
    return roles.witness(WorkerCommand.words(spec));
  }
}
