package dev.windlass.link;

import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Report;
import io.vertx.core.Future;

/**
 * What a head hears of its workers. Every method is called on the link's event loop: return soon.
 */
public interface Peers {
  /**
   * A worker's hello was accepted: orders to its address reach it from now on. Called again,
   * without {@link #left} between, when a newer link of the same identity takes over.
   *
   * @param credits orders it takes at one time on this link: one more fails with NO_CREDIT
   */
  void joined(SpiffeId worker, int credits, Report report);

  /** A later report of a worker that has joined. */
  void reported(SpiffeId worker, Report report);

  /**
   * No new order reaches this worker: its link closed, or it said goodbye (orders it has already
   * may still be answered). Also called for a peer that was refused before it joined, when its
   * certificate says who it is.
   */
  void left(SpiffeId worker, String why);

  /** What a worker asks for; a failed future becomes {@link Answer.NotFound}. */
  Future<Answer> ask(SpiffeId worker, Ask ask);
}
