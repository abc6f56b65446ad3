package dev.windlass.tlog.store;

import dev.windlass.tlog.Hash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The last leaves of the log by their hash, in flat memory: a ring of hashes and an open-addressed
 * table into it. The oldest is forgotten first; of equal ones the first is found. One thread uses
 * it.
 */
final class RecentLeaves {
  static final long NONE = -1;

  private static final int WORDS = Hash.BYTES / Long.BYTES;
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final int most;

  /** Odd and secret, so that nobody can choose entries that share a slot. */
  private final long[] factors = new long[WORDS];

  /** Four words for each leaf; leaf i lies at place i modulo {@link #places}. */
  private long[] ring;

  private int places;

  /** Slot → place + 1, or 0. Linear probing, at most half full. */
  private int[] table;

  /** Leaves from here to {@link #next}, not included, are in the ring. */
  private long first;

  private long next;

  /**
   * @param most leaves to remember
   * @param next index of the first leaf that will be added
   * @param chance a secret one
   */
  RecentLeaves(int most, long next, RandomGenerator chance) {
    this.most = most;
    this.first = next;
    this.next = next;
    for (int i = 0; i < WORDS; i++) factors[i] = chance.nextLong() | 1;
    this.places = Math.min(most, 1_024);
    this.ring = new long[places * WORDS];
    this.table = new int[slots(places)];
  }

  /** The index of the leaf with this hash, or {@link #NONE}. */
  long find(Hash leaf) {
    var octets = leaf.unsafeArray();
    int mask = table.length - 1;
    for (int slot = slot(octets); table[slot] != 0; slot = (slot + 1) & mask)
      if (isAt(table[slot] - 1, octets)) return index(table[slot] - 1);
    return NONE;
  }

  /** Adds the next leaf. */
  void add(Hash leaf) {
    if (next - first == places) {
      if (places < most) grow();
      else forgetFirst();
    }
    int place = place(next);
    var octets = leaf.unsafeArray();
    for (int i = 0; i < WORDS; i++) ring[place * WORDS + i] = word(octets, i);
    next++;
    if (find(leaf) == NONE) enter(place);
  }

  int size() {
    return (int) (next - first);
  }

  private void enter(int place) {
    int mask = table.length - 1;
    int slot = slot(place);
    while (table[slot] != 0) slot = (slot + 1) & mask;
    table[slot] = place + 1;
  }

  private void forgetFirst() {
    int place = place(first);
    int mask = table.length - 1;
    int slot = slot(place);
    while (table[slot] != 0 && table[slot] != place + 1) slot = (slot + 1) & mask;
    first++;
    if (table[slot] != 0) close(slot);
  }

  /** Moves back what probing led past the slot that becomes free. */
  private void close(int free) {
    int mask = table.length - 1;
    int hole = free;
    for (int slot = (hole + 1) & mask; table[slot] != 0; slot = (slot + 1) & mask) {
      int home = slot(table[slot] - 1);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      table[hole] = table[slot];
      hole = slot;
    }
    table[hole] = 0;
  }

  private void grow() {
    var old = ring;
    int oldPlaces = places;
    places = (int) Math.min(most, 2L * places);
    ring = new long[places * WORDS];
    table = new int[slots(places)];
    for (long i = first; i < next; i++) {
      int from = (int) (i % oldPlaces);
      System.arraycopy(old, from * WORDS, ring, place(i) * WORDS, WORDS);
    }
    Arrays.fill(table, 0);
    for (long i = first; i < next; i++) if (!isKnown(place(i))) enter(place(i));
  }

  private boolean isKnown(int place) {
    int mask = table.length - 1;
    for (int slot = slot(place); table[slot] != 0; slot = (slot + 1) & mask) {
      int other = table[slot] - 1;
      if (Arrays.equals(
          ring, other * WORDS, (other + 1) * WORDS, ring, place * WORDS, (place + 1) * WORDS))
        return true;
    }
    return false;
  }

  private boolean isAt(int place, byte[] octets) {
    for (int i = 0; i < WORDS; i++) if (ring[place * WORDS + i] != word(octets, i)) return false;
    return true;
  }

  private int place(long index) {
    return (int) (index % places);
  }

  private long index(int place) {
    int ahead = place - place(first);
    return first + (ahead < 0 ? ahead + places : ahead);
  }

  private int slot(byte[] octets) {
    long mixed = 0;
    for (int i = 0; i < WORDS; i++) mixed += word(octets, i) * factors[i];
    return fold(mixed);
  }

  private int slot(int place) {
    long mixed = 0;
    for (int i = 0; i < WORDS; i++) mixed += ring[place * WORDS + i] * factors[i];
    return fold(mixed);
  }

  private int fold(long mixed) {
    return (int) (mixed >>> (Long.SIZE - Integer.numberOfTrailingZeros(table.length)));
  }

  private static long word(byte[] octets, int i) {
    return (long) WORD.get(octets, i * Long.BYTES);
  }

  private static int slots(int places) {
    return Integer.highestOneBit(Math.max(places, 2) - 1) << 2;
  }
}
