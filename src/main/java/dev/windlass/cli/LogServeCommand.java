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
    name = "serve",
    sortOptions = false,
    description = {
      "Runs the log of a trust domain until it is stopped, for heads and witnesses elsewhere.",
      "",
      "Takes entries over HTTP (POST /add) or from Kafka, commits them in order, and shows a"
          + " checkpoint when enough witnesses have cosigned it: GET /checkpoint, /tile/…, /policy,"
          + " /vkey, /receipts/ID. One process is the log of its directory or database; restored"
          + " from an old copy it does not start. Says `ready URL` on stdout."
    })
final class LogServeCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "keys, receipts, and the tiles unless they are in a database (default: log)")
  @Nullable Path data;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      description =
          "whose keys are entered; the origin is log.NAME/ledger (default: windlass.local)")
  @Nullable String trustDomain;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "default: 127.0.0.1:8090; port 0 takes a free one")
  @Nullable String listen;

  @Option(
      names = "--witness",
      paramLabel = "VKEY,URL",
      description = "as `windlass witness` says both; may be given for several")
  List<String> witnesses = List.of();

  @Option(
      names = "--quorum",
      paramLabel = "N",
      description = "witnesses that must cosign (default: more than half)")
  @Nullable Integer quorum;

  @Option(
      names = "--registrar-key",
      paramLabel = "BASE64",
      description = "the key that signs registrations; needed once, for the first entry")
  @Nullable String registrarKey;

  @Option(
      names = "--postgres",
      paramLabel = "JDBC-URL",
      description = "keeps tiles and lock there; user and password by QUARKUS_DATASOURCE_PG_*")
  @Nullable String postgres;

  @Option(
      names = "--only-key",
      description = "makes the keys, says the vkey that witnesses need, and ends")
  boolean onlyKey;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "the log's key, instead of one in DIR; with --operator-key and --policy, all only read")
  @Nullable Path key;

  @Option(
      names = "--operator-key",
      paramLabel = "FILE",
      description = "the operator's key in PEM, instead of one in DIR")
  @Nullable Path operatorKey;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "the log and its witnesses, instead of --witness and --quorum")
  @Nullable Path policy;

  @Option(
      names = "--registrar-key-file",
      paramLabel = "FILE",
      description = "file that holds what --registrar-key would say")
  @Nullable Path registrarKeyFile;

  @Spec @Nullable CommandSpec spec;

  private final Roles roles;

  LogServeCommand(Roles roles) {
    this.roles = roles;
  }

  @Override
  public Integer call() {
    if (spec == null) throw new AssertionError("picocli injects it");
    var typed = spec.commandLine().getParseResult().originalArgs();
    return roles.log(
        typed.subList(typed.indexOf("serve") + 1, typed.size()).stream()
            .map(word -> word.equals("--only-key") ? "--only-key=yes" : word)
            .toList());
  }
}
