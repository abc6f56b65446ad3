package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A worker's end: keeps one link to every head, dialling again with jittered back-off, and delivers
 * their orders to {@code eventBus.request("worker.<own name>", order)} in this process, or directly
 * to the function given to {@link #onOrder}.
 *
 * <p>The report goes out with the hello, then every second, and when {@link #report()} says so.
 */
public final class LinkClient {
  public LinkClient(
      Vertx vertx,
      CredentialSource credentials,
      List<HeadAddress> heads,
      Supplier<Report> report,
      LinkLimits limits) {}

  /**
   * Takes orders without the bus, on the link's event loop: return soon. A failed future becomes
   * {@link Reply.Refused} with {@code ENGINE_FAILED}. Before {@link #start}.
   */
  public LinkClient onOrder(Function<Order, Future<Reply>> handler) {
    return this;
  }

  /** Begins to dial and goes on until closed; the future tells of the first accepted hello. */
  public Future<Void> start() {
    return Future.failedFuture("not yet");
  }

  /** Heads whose hello-ok has arrived and that have not said goodbye. */
  public int linked() {
    return 0;
  }

  /** Asks one of the linked heads. Callable from any thread; fails as {@link LinkFailure} says. */
  public Future<Answer> ask(Ask ask) {
    return Future.failedFuture(LinkFailure.NO_PEER.because("no head is linked"));
  }

  /** Sends a report now, not in up to a second. */
  public void report() {}

  /**
   * Tells every head goodbye, so that no new order comes; completes when those in flight are
   * answered, at the latest after {@code LinkLimits.Times.drain}, with all links closed.
   */
  public Future<Void> drain() {
    return Future.succeededFuture();
  }

  /** Closes at once. */
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
