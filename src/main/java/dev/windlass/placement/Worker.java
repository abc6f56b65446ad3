package dev.windlass.placement;

import dev.windlass.function.Digest;
import java.util.Set;

/**
 * A worker as its last report describes it; made once a report, used for every request until the
 * next.
 *
 * @param lanes runs at one time
 * @param capacity orders it takes at one time: lanes and backlog
 * @param warm modules whose compiled code it has at hand
 * @param draining takes no more orders
 * @param standing what it may be used for
 */
public record Worker(
    String id,
    Machine machine,
    int lanes,
    int capacity,
    Set<Digest> warm,
    boolean draining,
    Standing standing,
    long rank) {
  public Worker {
    if (lanes < 1 || capacity < lanes)
      throw new IllegalArgumentException(
          "a worker has a lane and room for an order on each: "
              + lanes
              + " lanes, capacity "
              + capacity);
    warm = Set.copyOf(warm);
  }

  /** With its own place in the rendezvous hash, which depends on the id alone. */
  public Worker(
      String id,
      Machine machine,
      int lanes,
      int capacity,
      Set<Digest> warm,
      boolean draining,
      Standing standing) {
    this(id, machine, lanes, capacity, warm, draining, standing, rankOf(id));
  }

  /** Where there is no cluster. */
  public Worker(
      String id, Machine machine, int lanes, int capacity, Set<Digest> warm, boolean draining) {
    this(id, machine, lanes, capacity, warm, draining, Standing.FREE);
  }

  /** FNV-1a over the UTF-16 code units. */
  private static long rankOf(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    return hash;
  }
}
