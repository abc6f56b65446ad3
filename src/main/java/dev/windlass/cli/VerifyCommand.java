package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ResultAudit;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.receipt.TrustFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    sortOptions = false,
    description = {
      "Checks a receipt or a signed result offline; nobody is asked.",
      "",
      "One line a check. Exit code 0: every check that could be made is ok; else the number of the"
          + " first that failed: 10 statement, 11 signature, 12 key, 13 batch, 14 manifest,"
          + " 15 function, 16 environment, 17 input, 18 output, 19 re-execution, 20 certificate,"
          + " 21 workers, 22 diversity, 23 inclusion, 24 witnesses. `skipped` proves nothing either"
          + " way."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final String BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle";

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description =
          "a receipt (`windlass receipt ID`), the Sigstore bundle of one, or a result as"
              + " `invoke --result` or `get results ID -o json` saved it")
  @Nullable Path file;

  @Option(
      names = "--policy",
      paramLabel = "POLICY.TXT",
      description =
          "for a receipt: the log's key and the witnesses you believe (c2sp.org/tlog-policy)")
  @Nullable Path policy;

  @Option(
      names = "--trust",
      paramLabel = "TRUST.JSON",
      description =
          "for a result: the registered keys, from the registrar, not from who made the result")
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

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description =
          "for --reexecute of a receipt: the manifest, or a saved result, which also has the"
              + " request's variables and body; compared with what was signed")
  @Nullable Path manifest;

  @Option(
      names = "--log",
      paramLabel = "URL|DIR",
      description =
          "for a receipt: searches this copy of the log, verified, for revocations before it")
  @Nullable String log;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      description = "for a bundle: its receipt, which has the registrations and the result")
  @Nullable Path receipt;

  @Option(
      names = "--sigstore-trust",
      paramLabel = "DIR",
      description =
          "for a bundle that verifies: writes trusted-root.json, keys.json and head.pem there, for"
              + " @sigstore/verify and cosign")
  @Nullable Path sigstoreTrust;

  private final Ports ports;
  private final Terminal terminal;

  VerifyCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (file == null) throw new AssertionError("picocli requires it");
    var octets = ModuleFile.bytes(file);
    boolean json = octets.size() > 0 && octets.at(0) == '{';
    if (!json) return receipt(octets);
    return octets.utf8().contains(BUNDLE_TYPE) ? bundle(octets) : result(octets);
  }

  private interface Parser<T> {
    T parse(byte[] octets);
  }

  private static <T> T parse(@Nullable Path path, Bytes octets, Parser<T> parser) {
    try {
      return parser.parse(octets.unsafeArray());
    } catch (JsonException e) {
      throw new CommandFailure(Exit.FIRST_CHECK, path + ": " + e.getMessage());
    }
  }

  private int result(Bytes octets) {
    var read = parse(file, octets, ResultFile::parse);
    refuse("--policy", policy, "a result", "--trust TRUST.JSON");
    refuse("--sigstore-trust", sigstoreTrust, "a result", "--trust TRUST.JSON");
    refuse("--manifest", manifest, "a result", "--trust TRUST.JSON");
    refuse("--receipt", receipt, "a result", "--trust TRUST.JSON");
    refuse("--log", log, "a result", "--trust TRUST.JSON");
    if (trust == null)
      throw new CommandFailure(
          Exit.USAGE,
          file + " is a result: it needs --trust TRUST.JSON, the registered keys",
          "--policy is for receipts");
    var keys = parse(trust, ModuleFile.bytes(trust), TrustFile::parse);
    var given = bytes(input);
    var again = again();
    var evidence =
        new ResultAudit.Evidence(
            module(function).or(() -> again.map(Reexecution::module)).map(Digest::of),
            given.map(Digest::of),
            bytes(output).map(Digest::of),
            again.flatMap(how -> rerun(how, read, given.or(read::input))));
    return report(ResultAudit.of(read, keys, evidence));
  }

  /** Nothing when the result is so broken that the other checks will say so. */
  private static Optional<Rerun> rerun(Reexecution how, ResultFile result, Optional<Bytes> body) {
    try {
      var signed = ResultStatement.parse(result.result().payload());
      var ran = ManifestJson.parse(result.manifest().at());
      if (body.isEmpty())
        throw new CommandFailure(
            Exit.USAGE, "--reexecute needs --input: the result does not hold its request body");
      return how.of(signed, ran, result.env(), body.get());
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private int receipt(Bytes octets) {
    var read = parse(file, octets, ReceiptFile::parse);
    refuse("--receipt", receipt, "a receipt", "--policy POLICY.TXT");
    refuse("--sigstore-trust", sigstoreTrust, "a receipt", "--policy POLICY.TXT");
    var evidence = evidence("a receipt");
    terminal.out().print(AuditText.heading(read.receipt()));
    return report(evidence.check(read));
  }

  private int bundle(Bytes octets) {
    var read = parse(file, octets, SigstoreBundle::parse);
    var evidence = evidence("a Sigstore bundle");
    if (receipt == null)
      throw new CommandFailure(
          Exit.USAGE,
          file + " is a Sigstore bundle: it needs --receipt FILE, which says whose its key is",
          "`windlass receipt ID` fetches that file");
    var beside = parse(receipt, ModuleFile.bytes(receipt), ReceiptFile::parse);
    terminal.out().print(AuditText.heading(read.receipt()));
    int code = report(evidence.check(read, beside));
    if (code == Exit.OK && sigstoreTrust != null) trust(read, beside);
    return code;
  }

  private void trust(SigstoreBundle bundle, ReceiptFile beside) {
    if (policy == null || sigstoreTrust == null) throw new AssertionError("both were given");
    var believed = LogOptions.parse(ModuleFile.bytes(policy).utf8(), policy.toString());
    try {
      SigstoreTrust.write(sigstoreTrust, bundle, beside, believed);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot write to " + sigstoreTrust + ": " + e);
    }
  }

  private ReceiptEvidence evidence(String what) {
    refuse("--trust", trust, what, "--policy POLICY.TXT");
    if (policy == null)
      throw new CommandFailure(
          Exit.USAGE,
          file
              + " is "
              + what
              + ": it needs --policy POLICY.TXT, the log's key and the witnesses you believe",
          "--trust is for results");
    var believed = LogOptions.parse(ModuleFile.bytes(policy).utf8(), policy.toString());
    var progress = new Progress(terminal, System::nanoTime);
    return new ReceiptEvidence(
        believed,
        module(function),
        bytes(input),
        bytes(output),
        again(),
        Optional.ofNullable(manifest).map(RunDetails::read),
        Optional.ofNullable(log).map(LogFiles::of),
        leaves -> progress.at(leaves, "leaves"));
  }

  /** An option that would be ignored is one that somebody relied on. */
  private void refuse(String option, @Nullable Object given, String what, String needs) {
    if (given == null) return;
    throw new CommandFailure(
        Exit.USAGE,
        file + " is " + what + ", and " + option + " is not for that; it needs " + needs);
  }

  private Optional<Reexecution> again() {
    return module(reexecute)
        .map(module -> new Reexecution(ports.engines(), module, Optional.ofNullable(files)));
  }

  private Optional<Bytes> module(@Nullable Path path) {
    return Optional.ofNullable(path).map(p -> ModuleFile.read(p, ports.engines()));
  }

  private static Optional<Bytes> bytes(@Nullable Path path) {
    return Optional.ofNullable(path).map(ModuleFile::bytes);
  }

  private int report(List<Check> checks) {
    terminal.out().print(AuditText.lines(checks));
    if (ReceiptAudit.isGood(checks)) {
      terminal.out().println("verified");
      return Exit.OK;
    }
    terminal.out().println("NOT verified: " + AuditText.names(checks, State.FAILED));
    return ReceiptAudit.exitCode(checks);
  }
}
