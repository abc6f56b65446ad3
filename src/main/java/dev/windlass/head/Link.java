package dev.windlass.head;

import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;

/**
 * Port: how an order reaches a worker. The real one is {@link dev.windlass.link.LinkServer};
 * failures are read by {@link dev.windlass.link.LinkFailure#of}.
 */
interface Link {
  /**
   * Callable from any thread; at most one reply, at the latest a little after the order's deadline.
   */
  Future<Reply> order(String address, Order order);

  /** Ends the link of a worker that is no longer believed. */
  void disconnect(SpiffeId worker, String why);
}
