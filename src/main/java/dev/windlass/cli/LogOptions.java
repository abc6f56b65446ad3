package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the log is, and whom its reader believes. */
final class LogOptions {
  private static final int MAX_POLICY = 1 << 20;

  @Option(
      names = "--log",
      paramLabel = "URL|DIR",
      description =
          "a log or a mirror, or a directory of one (default: /log of WINDLASS_URL, else"
              + " http://localhost:8080/log)")
  @Nullable String log;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "the log's key and the witnesses you believe (c2sp.org/tlog-policy); without it the"
              + " log's own word is taken, and it is said so")
  @Nullable Path policy;

  LogFiles files(Terminal terminal) {
    if (log != null) return LogFiles.of(log);
    var head = terminal.variable("WINDLASS_URL", "http://localhost:8080");
    return LogFiles.of(head.replaceAll("/+$", "") + "/log");
  }

  boolean hasPolicy() {
    return policy != null;
  }

  /** The reader's own, else what the log says of itself, which is told on stderr. */
  WitnessPolicy policy(LogFiles files, Terminal terminal) {
    if (policy != null) return parse(ModuleFile.bytes(policy).utf8(), policy.toString());
    var theirs = policyOf(files);
    terminal
        .err()
        .println(
            "note: the policy is the log's own word; keep it once you trust it:"
                + " `windlass log policy > policy.txt`, then --policy policy.txt");
    return theirs;
  }

  static WitnessPolicy policyOf(LogFiles files) {
    Optional<Bytes> beside =
        files instanceof LogFiles.Directory directory
            ? directory.get("../policy.txt", MAX_POLICY)
            : Optional.empty();
    var text =
        files
            .get("policy", MAX_POLICY)
            .or(() -> beside)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        Exit.REFUSED,
                        files + " has no policy",
                        "give one with --policy FILE: a line `log VKEY`, witnesses, `quorum …`"));
    return parse(text.utf8(), files + "/policy");
  }

  static WitnessPolicy parse(String text, String name) {
    try {
      return WitnessPolicy.parse(text);
    } catch (TlogException e) {
      throw new CommandFailure(Exit.UNVERIFIED, name + ": " + e.getMessage());
    }
  }
}
