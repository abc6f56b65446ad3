package dev.windlass.cli;

import dev.windlass.function.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "replay",
    sortOptions = false,
    description = {
      "Reads all entries of a log, verified, and shows what they come to: keys, functions, receipts.",
      "",
      "Everybody who replays the same tree gets the same. Exit code 20: an entry that no honest log"
          + " holds, a place of a head's chain signed twice, or receipts that a head signed and the"
          + " log does not have in time."
    })
final class LogReplayCommand implements Callable<Integer> {
  private static final int SHOWN = 50;

  @Mixin LogOptions options = new LogOptions();

  private final Terminal terminal;

  LogReplayCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var files = options.files(terminal);
    var head = LogHead.read(files, options.policy(files, terminal)).accepted(files);
    var ledger = new Ledger(head.checkpoint().origin());
    var progress = new Progress(terminal, System::nanoTime);
    fold(new LogTree(files, head.checkpoint()), ledger, done -> progress.at(done, "entries"));
    progress.end();
    terminal.out().print(head.text());
    terminal.out().print(text(ledger));
    var findings = new ArrayList<>(ledger.findings());
    findings.addAll(ledger.omissions(head.witnessedAt().orElseGet(Instant::now)));
    findings.stream().limit(SHOWN).forEach(f -> terminal.out().println(Table.harmless(f + "")));
    long wrong = ledger.wrong() + findings.size() - ledger.findings().size();
    terminal.out().println(wrong == 0 ? "problems  none" : "problems  " + wrong);
    return wrong == 0 ? Exit.OK : Exit.MISBEHAVIOUR;
  }

  private static void fold(LogTree tree, Ledger ledger, LongConsumer progress) {
    for (long number = 0; ledger.size < tree.size(); number++) {
      var bundle = tree.bundle(number);
      for (int i = 0; i < bundle.size(); i++)
        ledger.leaf(ledger.size, Bytes.wrap(bundle.entry(i)), Instant.MIN);
      progress.accept(ledger.size);
    }
  }

  private static String text(Ledger ledger) {
    var text = new StringBuilder();
    ledger
        .genesis()
        .ifPresent(
            g ->
                text.append(
                    "%-9s at %s of trust domain %s by %s%n"
                        .formatted("begun", g.at(), g.trustDomain(), g.operator().keyId())));
    text.append(
        "%-9s %,d entered, %,d revoked, %,d good%n"
            .formatted(
                "workers", ledger.workersRegistered, ledger.workersRevoked, ledger.goodWorkers()));
    text.append(
        "%-9s %,d versions of %,d%n"
            .formatted("functions", ledger.published, ledger.functionNames()));
    long receipts = ledger.heads().stream().mapToLong(LedgerHead::receipts).sum();
    text.append(
        "%-9s %,d of %,d heads' keys%n".formatted("receipts", receipts, ledger.heads().size()));
    var table =
        new Table("HEAD", "KEY", "STATE", "RECEIPTS", "BATCHES", "SINGLE", "EPOCHS", "TO SEQ");
    for (var head : ledger.heads())
      table.row(
          head.id(),
          head.register.batches().keyId(),
          head.isRevoked() ? "revoked" : "entered",
          Long.toString(head.receipts()),
          Long.toString(head.batches()),
          Long.toString(head.singles()),
          Long.toString(head.epochs()),
          Long.toString(head.promised()));
    if (!ledger.heads().isEmpty()) text.append(table);
    return text.toString();
  }
}
