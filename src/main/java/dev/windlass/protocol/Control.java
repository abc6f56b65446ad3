package dev.windlass.protocol;

/** What the two ends of a link tell each other about the link itself. */
public sealed interface Control extends Message {
  /** The only version there is; a hello with another one is refused. */
  int VERSION = 1;

  /** Capability bit of a worker: it takes {@link Order.Resign}. */
  int RESIGN = 1;

  /** All bits that a worker may set. */
  int CAPABILITIES = RESIGN;

  /**
   * A worker's first words.
   *
   * @param credits orders it takes at once: lanes and backlog
   * @param capabilities bits of {@link #CAPABILITIES}
   */
  record Hello(int version, int credits, int capabilities, Report report) implements Control {}

  /**
   * A head's first words: from here on the link is up.
   *
   * @param credits orders the head will have in flight at most, no more than the worker's
   * @param asks asks the worker may have in flight
   * @param capabilities bits; none is defined, so all are 0
   */
  record HelloOk(int version, int credits, int asks, int capabilities) implements Control {}

  /**
   * A message too large for one frame: its header follows in the same frame, its body in DATA
   * frames once the receiver has granted it.
   *
   * @param bodyBytes all octets of the body, known before the first is sent
   */
  record Stream(Kind kind, int bodyBytes) implements Control {}

  /** No new order (from a worker) or no new reply expected (from a head); what is open goes on. */
  record Goodbye(String why) implements Control {}
}
