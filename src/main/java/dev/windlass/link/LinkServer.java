package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * A head's end: accepts workers over mutual TLS 1.3 and makes each reachable at the event-bus
 * address of its certificate, {@code worker.<name>}.
 *
 * <p>{@code eventBus.request("worker.<name>", order)} gives a {@link Reply} or a {@code
 * ReplyException} that {@link LinkFailure#of} reads; give it a send time-out above the order's own
 * deadline. {@link #order} is the same without the bus: fewer hops, for the hot path.
 */
public final class LinkServer {
  public LinkServer(Vertx vertx, CredentialSource credentials, LinkLimits limits, Peers peers) {}

  /** Listens; port 0 takes a free one. The result is the port. */
  public Future<Integer> listen(String host, int port) {
    return Future.failedFuture("not yet");
  }

  /**
   * Sends an order to the worker at an address such as {@code worker.w-1f2e}. Callable from any
   * thread. The future completes on the link's event loop: a listener that blocks goes elsewhere.
   */
  public Future<Reply> order(String address, Order order) {
    return Future.failedFuture(LinkFailure.NO_PEER.because("nobody is linked as " + address));
  }

  /**
   * Closes the link of a worker that is no longer believed; what it has in flight fails with {@link
   * LinkFailure#LOST}. It may dial again: whoever keeps a quarantine refuses it an order, not a
   * link. Callable from any thread.
   */
  public void disconnect(SpiffeId worker, String why) {}

  /**
   * Stops listening, tells every worker goodbye, waits for what is in flight (at most {@code
   * LinkLimits.Times.drain}) and closes.
   */
  public Future<Void> drain() {
    return Future.succeededFuture();
  }

  /** Closes at once; everything in flight fails with {@link LinkFailure#LOST}. */
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  public LinkCounts counts() {
    return LinkCounts.NONE;
  }
}
