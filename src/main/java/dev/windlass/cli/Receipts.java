package dev.windlass.cli;

import dev.windlass.cli.ReceiptCommand.Format;
import dev.windlass.function.Bytes;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.tlog.TlogProof;
import java.util.concurrent.TimeUnit;

/** Receipts as a head gives them. */
final class Receipts {
  /** What a head waits at most in one request. */
  private static final int MOST_SECONDS = 60;

  private final Head head;
  private final Terminal terminal;

  Receipts(Head head, Terminal terminal) {
    this.head = head;
    this.terminal = terminal;
  }

  /**
   * The file of this invocation's receipt; that it verifies is not said.
   *
   * @param wait seconds
   * @throws CommandFailure when it is pending after them, or there is none
   */
  Bytes fetch(String id, Format format, int wait) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
    while (true) {
      long left = Math.max(0, end - System.nanoTime());
      long patience = Math.min(MOST_SECONDS, (left + 999_999_999L) / 1_000_000_000L);
      try (var answer =
          head.answer(
              "/api/v1/receipts/%s?wait=%d&format=%s".formatted(id, patience, format.word()))) {
        if (answer.status() != 202) {
          var octets = Bytes.wrap(answer.whole(TlogProof.MAX_OCTETS));
          requireOf(id, format, octets);
          if (answer.field("windlass-witnessed").orElse("").equals("false"))
            terminal.err().println("note: too few witnesses have seen it yet; fetch it again");
          return octets;
        }
      }
      if (System.nanoTime() >= end)
        throw new CommandFailure(
            Exit.PENDING,
            "the receipt of " + id + " is on its way into the log",
            "`windlass receipt " + id + " --wait 10` waits for it");
      pause();
    }
  }

  private static void requireOf(String id, Format format, Bytes octets) {
    try {
      Dsse receipt =
          switch (format) {
            case TLOG_PROOF -> ReceiptFile.parse(octets.unsafeArray()).receipt();
            case SIGSTORE -> SigstoreBundle.parse(octets.unsafeArray()).receipt();
          };
      var found = ReceiptStatement.parse(receipt.payload()).id();
      if (!found.equals(id))
        throw new CommandFailure(
            Exit.UNVERIFIED, "the head gave the receipt of " + found + ", not of " + id);
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.UNVERIFIED, "the head gave what is no receipt: " + e.getMessage());
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(250);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(Exit.PENDING, "interrupted");
    }
  }
}
