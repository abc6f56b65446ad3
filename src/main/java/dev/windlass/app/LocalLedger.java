package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.Found;
import dev.windlass.head.Ledger;
import dev.windlass.log.Added;
import dev.windlass.log.EntriesOut;
import dev.windlass.log.LogService;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The head's way to a log in its own process: receipts by the channel, the rest by a call. */
record LocalLedger(LogService log, Supplier<EntriesOut> entries) implements Ledger {
  @Override
  public CompletionStage<Void> send(Bytes submission) {
    return entries.get().send(submission);
  }

  @Override
  public CompletionStage<Long> append(Bytes submission) {
    return log.add(submission).thenApply(LocalLedger::index);
  }

  @Override
  public CompletionStage<Found> receipt(InvocationId id, Duration wait) {
    return log.receipt(UUID.fromString(id.toString()), wait).thenApply(LocalLedger::found);
  }

  @Override
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return log.proof(index, wait);
  }

  static long index(Added added) {
    return switch (added) {
      case Added.Logged logged -> logged.index();
      case Added.Refused refused ->
          throw new IllegalStateException("the log refuses an entry: " + refused);
      case Added.Later later ->
          throw new IllegalStateException("the log takes no entry now: " + later.why());
    };
  }

  private static Found found(dev.windlass.log.Found there) {
    return switch (there) {
      case dev.windlass.log.Found.Unknown _ -> new Found.Unknown();
      case dev.windlass.log.Found.Pending _ -> new Found.Pending();
      case dev.windlass.log.Found.Logged(var file, var witnessed) ->
          new Found.Logged(file, witnessed);
    };
  }
}
