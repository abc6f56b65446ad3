package dev.windlass.head;

/**
 * How fast things come: whether more than so many a second, judged over the last tenth of a second
 * or two. One thread's own.
 */
final class Pace {
  private static final long SLOT_NANOS = 100_000_000;

  private final double mostPerSlot;
  private long slot = Long.MIN_VALUE;
  private long now;
  private long before;

  /**
   * @param perSecond what is no crowd yet
   */
  Pace(int perSecond) {
    this.mostPerSlot = perSecond * (SLOT_NANOS / 1e9);
  }

  void add(int count, long nanos) {
    turn(nanos);
    now += count;
  }

  /** The share of the last slot that still lies within a slot's length of now counts too. */
  boolean isCrowded(long nanos) {
    turn(nanos);
    double past = Math.floorMod(nanos, SLOT_NANOS) / (double) SLOT_NANOS;
    return now + before * (1 - past) > mostPerSlot;
  }

  private void turn(long nanos) {
    long at = Math.floorDiv(nanos, SLOT_NANOS);
    if (at == slot) return;
    before = at == slot + 1 ? now : 0;
    now = 0;
    slot = at;
  }
}
