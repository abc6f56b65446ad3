package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.Found;
import dev.windlass.head.Ledger;
import dev.windlass.log.Added;
import dev.windlass.log.EntriesOut;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The head's way to the log. Receipts take the channel, which within one process or on Kafka leads
 * to the log; where the log is elsewhere and no broker is configured they go by HTTP, as everything
 * else does.
 */
record LogLedger(LogAccess log, Supplier<EntriesOut> entries) implements Ledger {
  private static final Logger LOG = Logger.getLogger(LogLedger.class);

  @Override
  public CompletionStage<Void> send(Bytes submission) {
    var channel = entries.get();
    boolean leadsToTheLog = log instanceof LocalLog || !channel.isWithinThisProcess();
    return leadsToTheLog
        ? channel.send(submission)
        : log.add(submission).thenAccept(added -> acknowledged(submission, added));
  }

  @Override
  public CompletionStage<Long> append(Bytes submission) {
    return log.add(submission).thenApply(LogAccess::index);
  }

  @Override
  public CompletionStage<Found> receipt(InvocationId id, Duration wait) {
    return log.receipt(UUID.fromString(id.toString()), wait).thenApply(LogLedger::found);
  }

  @Override
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return log.proof(index, wait);
  }

  /** What is refused for good is not sent again, here as on the channel. */
  private static void acknowledged(Bytes submission, Added added) {
    switch (added) {
      case Added.Logged _ -> {}
      case Added.Refused refused ->
          LOG.errorf("event=submission-refused octets=%d why=%s", submission.size(), refused);
      case Added.Later later ->
          throw new IllegalStateException("the log takes nothing now: " + later.why());
    }
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
