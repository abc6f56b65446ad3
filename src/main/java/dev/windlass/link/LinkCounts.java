package dev.windlass.link;

/**
 * Counters since the start, and what is open now ({@code links}, {@code inFlight}).
 *
 * @param refused peers that were closed before their hello was accepted
 * @param faults links closed because the peer broke the protocol
 * @param late replies that came after their deadline and were ignored
 */
public record LinkCounts(
    int links,
    int inFlight,
    long joined,
    long refused,
    long faults,
    long lost,
    long timedOut,
    long late,
    long orders) {
  static final LinkCounts NONE = new LinkCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
