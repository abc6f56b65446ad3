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
    name = "worker",
    sortOptions = false,
    description = {
      "Joins a head of another machine and runs functions for it until it is stopped.",
      "",
      "A join token is used once; `windlass get join-token`, asked where the head runs, makes one."
          + " WINDLASS_JOIN_TOKEN holds it, so that it stands in no list of processes. In a"
          + " cluster a worker proves which pod it is instead."
    })
final class WorkerCommand implements Callable<Integer> {
  @Option(
      names = "--head",
      paramLabel = "HOST:PORT",
      required = true,
      description = "where a head listens for workers; may be given for several heads")
  List<String> heads = List.of();

  @Option(
      names = "--registrar",
      paramLabel = "HOST",
      description =
          "where the registrar runs (default: the first head's host); HOST:PORT with --token-file")
  @Nullable String registrar;

  @Option(
      names = "--join-token",
      paramLabel = "TOKEN",
      description = "instead of WINDLASS_JOIN_TOKEN")
  @Nullable String joinToken;

  @Option(
      names = "--join-token-file",
      paramLabel = "FILE",
      description = "file that holds it; - reads one line of stdin")
  @Nullable String joinTokenFile;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "in a cluster, instead of a join token: the pod's service account token")
  @Nullable Path tokenFile;

  @Option(
      names = "--roots",
      paramLabel = "FILE",
      description = "with --token-file: the roots of the trust domain in PEM")
  @Nullable Path roots;

  @Option(names = "--data", paramLabel = "DIR", description = "for artifacts and compiled code")
  @Nullable Path data;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description = "guests at one time (default: by the number of CPUs)")
  @Nullable Integer lanes;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "for all guests together (default: what the machine or its cgroup has free)")
  @Nullable Integer memory;

  @Spec @Nullable CommandSpec spec;

  private final Roles roles;

  WorkerCommand(Roles roles) {
    this.roles = roles;
  }

  @Override
  public Integer call() {
    return roles.worker(words(spec));
  }

  /** What was typed, without the role. */
  static List<String> words(@Nullable CommandSpec spec) {
    if (spec == null) throw new AssertionError("picocli injects it");
    var all = spec.commandLine().getParseResult().originalArgs();
    return all.getFirst().equals(spec.name()) ? all.subList(1, all.size()) : all;
  }
}
