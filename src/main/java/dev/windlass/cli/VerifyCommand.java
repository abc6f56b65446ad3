package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.JsonException;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.ResultAudit;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.receipt.TrustFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    sortOptions = false,
    description = {
      "Checks a signed result offline; nobody is asked.",
      "",
      "One line a check. Exit code 0: every check that could be made is ok; 10 to 19: the first that"
          + " failed, of statement, signature, key, batch, manifest, function, environment, input,"
          + " output, re-execution. `skipped` proves nothing either way."
    })
final class VerifyCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "RESULT.JSON",
      description = "as `invoke --result` or `get results ID -o json` saved it")
  @Nullable Path result;

  @Option(
      names = "--trust",
      required = true,
      paramLabel = "TRUST.JSON",
      description = "the registered keys, from the registrar, not from who made the result")
  @Nullable Path trust;

  @Option(
      names = "--function",
      paramLabel = "MODULE",
      description = "compares this .wasm or .wat file with what ran")
  @Nullable Path function;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "compares with the request body that was signed")
  @Nullable Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "compares with the output that was signed")
  @Nullable Path output;

  @Option(
      names = "--reexecute",
      paramLabel = "MODULE",
      description = "runs it again here, on --input or the result's own, and compares")
  @Nullable Path reexecute;

  @Option(
      names = "--files",
      paramLabel = "DIR",
      description = "for --reexecute: the files the function was deployed with")
  @Nullable Path files;

  private final Ports ports;
  private final Terminal terminal;

  VerifyCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (result == null || trust == null) throw new AssertionError("picocli requires them");
    var file = read(result, ResultFile::parse);
    var keys = read(trust, TrustFile::parse);
    var module =
        Optional.ofNullable(reexecute != null ? reexecute : function)
            .map(path -> ModuleFile.read(path, ports.engines()));
    var compared =
        function != null ? Optional.of(ModuleFile.read(function, ports.engines())) : module;
    var given = Optional.ofNullable(input).map(ModuleFile::bytes);
    var evidence =
        new ResultAudit.Evidence(
            compared.map(Digest::of),
            given.map(Digest::of),
            Optional.ofNullable(output).map(ModuleFile::bytes).map(Digest::of),
            reexecute == null
                ? Optional.empty()
                : rerun(file, module.orElseThrow(), given.or(file::input)));
    return report(ResultAudit.of(file, keys, evidence));
  }

  private interface Parser<T> {
    T parse(byte[] json);
  }

  private static <T> T read(Path path, Parser<T> parser) {
    try {
      return parser.parse(ModuleFile.bytes(path).unsafeArray());
    } catch (JsonException e) {
      throw new CommandFailure(Exit.FIRST_CHECK, path + ": " + e.getMessage());
    }
  }

  /** Nothing when the result is so broken that the other checks will say so. */
  private Optional<Rerun> rerun(ResultFile file, Bytes module, Optional<Bytes> body) {
    ResultStatement statement;
    Engines.Job job;
    try {
      statement = ResultStatement.parse(file.result().payload());
      var manifest = ManifestJson.parse(file.manifest().at());
      if (!Digest.of(module).equals(statement.module())) return Optional.empty();
      if (body.isEmpty())
        throw new CommandFailure(
            Exit.USAGE, "--reexecute needs --input: the result does not hold its request body");
      var archive = Optional.ofNullable(files).map(HostFiles::pack);
      if (!archive.map(Digest::of).equals(manifest.files()))
        throw new CommandFailure(
            Exit.USAGE,
            "--reexecute needs --files DIR with the files of the function: "
                + archive.map(a -> Digest.of(a).toString()).orElse("none were given")
                + ", it has "
                + manifest.files().map(Digest::toString).orElse("none"));
      job =
          new Engines.Job(
              manifest,
              module,
              archive,
              List.of(),
              InvocationId.parse(statement.invocation()),
              statement.nonce(),
              file.env(),
              body.get());
    } catch (JsonException e) {
      return Optional.empty();
    }
    try {
      var ran = ports.engines().run(job);
      return Optional.of(new Rerun(ran.engine(), end(ran), Digest.of(ran.output())));
    } catch (EngineFailure e) {
      throw ModuleFile.failed("cannot run it again: ", e);
    }
  }

  private static End end(Engines.Ran ran) {
    return ran.outcome() instanceof Outcome.Exited(int code)
        ? new End.Exit(code, OptionalLong.of(ran.fuel()))
        : new End.Trap(String.valueOf(ran.outcome().trap()));
  }

  private int report(List<Check> checks) {
    terminal.out().print(AuditText.lines(checks));
    if (ResultAudit.isGood(checks)) {
      terminal.out().println("verified");
      return Exit.OK;
    }
    terminal.out().println("NOT verified: " + AuditText.names(checks, State.FAILED));
    return checks.stream()
        .filter(check -> check.state() == State.FAILED)
        .mapToInt(check -> Exit.FIRST_CHECK + check.subject().ordinal())
        .min()
        .orElseThrow();
  }
}
