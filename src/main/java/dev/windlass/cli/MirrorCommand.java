package dev.windlass.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "mirror",
    sortOptions = false,
    description = {
      "Keeps and serves a verified copy of a log until it is stopped.",
      "",
      "It follows its source, believes nothing that the log's key, the quorum of witnesses and the"
          + " Merkle tree do not vouch for, and refuses a fork or a rollback loudly while it serves"
          + " the last good tree on: GET /checkpoint, /tile/… (c2sp.org/tlog-tiles), /policy, /vkey;"
          + " /q/health/well is down meanwhile. Says `ready URL` on stdout."
    })
final class MirrorCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "the copy; any web server may serve it as well")
  @Nullable Path data;

  @Option(
      names = "--source",
      paramLabel = "URL",
      required = true,
      description = "prefix of a log or of another mirror, such as http://localhost:8080/log")
  @Nullable URI source;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      required = true,
      description =
          "the log's key and the witnesses that must have cosigned (c2sp.org/tlog-policy)")
  @Nullable Path policy;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "default: 127.0.0.1:8092; port 0 takes a free one")
  @Nullable String listen;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "between looks at the source (default: 1)")
  @Nullable Integer interval;

  @Spec @Nullable CommandSpec spec;

  private final Roles roles;

  MirrorCommand(Roles roles) {
    this.roles = roles;
  }

  @Override
  public Integer call() {
    return roles.mirror(WorkerCommand.words(spec));
  }
}
