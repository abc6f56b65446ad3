package dev.windlass.head;

import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the log for receipts, and waits no longer than the caller's client does. */
final class ReceiptLookup {
  /** For the log's own answer at the end of a wait. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final Ledger ledger;

  ReceiptLookup(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Blocks.
   *
   * @param gone completes when nobody wants the answer any more; then it is whatever is at hand
   * @throws Problem.Thrown log-unreachable
   */
  Found find(InvocationId id, Duration wait, CompletionStage<Void> gone) {
    var found = new CompletableFuture<Found>();
    gone.whenComplete((_, _) -> found.complete(new Found.Pending()));
    try {
      ledger
          .receipt(id, wait)
          .whenComplete(
              (there, failure) -> {
                if (failure == null) found.complete(there);
                else found.completeExceptionally(failure);
              });
      return found.get(wait.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      throw unreachable("it did not answer within " + wait.plus(MARGIN));
    } catch (ExecutionException e) {
      throw unreachable(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw unreachable("the head is going away");
    }
  }

  static Problem.Thrown unreachable(String why) {
    return Problem.of(ProblemType.LOG_UNREACHABLE, "the log did not answer: " + why)
        .withHeader("Retry-After", "5")
        .thrown();
  }
}
