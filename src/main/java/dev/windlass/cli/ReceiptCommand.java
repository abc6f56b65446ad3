package dev.windlass.cli;

import dev.windlass.function.Bytes;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "receipt",
    sortOptions = false,
    description = {
      "Fetches the receipt of a run, for `windlass verify --policy`; it goes to stdout or a file.",
      "",
      "Exit code 5: the log holds no such receipt; 7: it is on its way, come again."
    })
final class ReceiptCommand implements Callable<Integer> {
  enum Format {
    TLOG_PROOF,
    SIGSTORE;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "the invocation: Windlass-Receipt of the answer, or of `get results`")
  String id = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "writes it here (default: stdout)")
  @Nullable Path output;

  @Option(
      names = "--format",
      paramLabel = "tlog-proof|sigstore",
      description =
          "the receipt file (default), or a Sigstore bundle for tools that know no receipts")
  String format = "tlog-proof";

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "so long, at most, for the log to take it (default: 0)")
  int wait;

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  ReceiptCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!isId(id)) throw new CommandFailure(Exit.USAGE, "not an invocation (a UUID): " + id);
    if (wait < 0 || wait > 86_400)
      throw new CommandFailure(Exit.USAGE, "--wait must be 0 to 86400 seconds, not " + wait);
    var receipts = new Receipts(head.head(terminal), terminal);
    var octets = receipts.fetch(id, chosen(), wait);
    write(octets);
    return Exit.OK;
  }

  static boolean isId(String text) {
    return text.matches("[0-9a-f-]{36}");
  }

  private Format chosen() {
    for (var one : Format.values()) if (one.word().equals(format)) return one;
    throw new CommandFailure(Exit.USAGE, "--format takes tlog-proof or sigstore, not " + format);
  }

  private void write(Bytes octets) {
    if (output != null) ModuleFile.write(output, octets.unsafeArray());
    else terminal.out().writeBytes(octets.unsafeArray());
  }
}
