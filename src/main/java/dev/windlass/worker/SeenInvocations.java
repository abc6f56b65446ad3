package dev.windlass.worker;

import dev.windlass.protocol.InvocationId;

/**
 * The invocations this worker has taken, so that each runs at most once here, in bounded memory.
 * Two generations of open-addressed tables: when the newer one is full or old the older one is
 * forgotten, and from then every id that is not younger than what was forgotten is refused unseen.
 * So the set never forgets in a way that lets an id run twice.
 *
 * <p>Owned by the event loop: not thread-safe.
 */
final class SeenInvocations {
  enum Verdict {
    FRESH,
    SEEN,
    /** Older than what is remembered: it may have run here. */
    FORGOTTEN,
    /** From a clock far ahead of ours; remembering it would make every other id look old. */
    AHEAD
  }

  /** Ids remembered for certain; at two longs and half-full tables 16 MiB at most. */
  static final int REMEMBERED = 1 << 18;

  /** An idle worker's tables shrink again after so long. */
  static final long GENERATION_MILLIS = 600_000;

  static final long MOST_AHEAD_MILLIS = 60_000;

  private final int most;
  private Generation newer = new Generation();
  private Generation older = new Generation();
  private long startedMillis;
  private long forgottenUntilMillis = -1;

  SeenInvocations() {
    this(REMEMBERED);
  }

  SeenInvocations(int most) {
    this.most = most;
  }

  Verdict check(InvocationId id, long nowMillis) {
    long high = id.uuid().getMostSignificantBits();
    long low = id.uuid().getLeastSignificantBits();
    if (id.unixMillis() <= forgottenUntilMillis) return Verdict.FORGOTTEN;
    if (id.unixMillis() > nowMillis + MOST_AHEAD_MILLIS) return Verdict.AHEAD;
    return newer.contains(high, low) || older.contains(high, low) ? Verdict.SEEN : Verdict.FRESH;
  }

  /** The id runs now; only for one that {@link #check} called fresh. */
  void remember(InvocationId id, long nowMillis) {
    if (newer.size >= most || nowMillis - startedMillis > GENERATION_MILLIS) turn(nowMillis);
    newer.add(id.uuid().getMostSignificantBits(), id.uuid().getLeastSignificantBits());
    newer.latestMillis = Math.max(newer.latestMillis, id.unixMillis());
  }

  private void turn(long nowMillis) {
    forgottenUntilMillis = Math.max(forgottenUntilMillis, older.latestMillis);
    older = newer;
    newer = new Generation();
    startedMillis = nowMillis;
  }

  private static final class Generation {
    private long[] slots = new long[2 * 1024];
    private int size;
    private long latestMillis = -1;

    boolean contains(long high, long low) {
      return slots[slot(slots, high, low)] != 0;
    }

    void add(long high, long low) {
      if (4 * (size + 1) > slots.length) grow();
      put(slots, high, low);
      size++;
    }

    private void grow() {
      var bigger = new long[slots.length * 2];
      for (int i = 0; i < slots.length; i += 2) {
        if (slots[i] != 0) put(bigger, slots[i], slots[i + 1]);
      }
      slots = bigger;
    }

    private static void put(long[] slots, long high, long low) {
      int at = slot(slots, high, low);
      slots[at] = high;
      slots[at + 1] = low;
    }

    /** Where the id lies or would lie; a UUIDv7's upper half is never 0, so 0 is a free slot. */
    private static int slot(long[] slots, long high, long low) {
      int mask = slots.length / 2 - 1;
      long mixed = (low ^ high) * 0x9E37_79B9_7F4A_7C15L;
      int at = (int) (mixed >>> 33) & mask;
      while (slots[2 * at] != 0 && (slots[2 * at] != high || slots[2 * at + 1] != low)) {
        at = (at + 1) & mask;
      }
      return 2 * at;
    }
  }
}
