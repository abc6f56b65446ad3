package dev.windlass.head;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * How often each caller may have something made that costs a signature and a leaf: so many in a
 * minute of the clock. Beyond a bound of callers a new one has to wait for the next minute.
 */
final class ExportQuota {
  static final int MAX_CALLERS = 10_000;

  private final int perMinute;
  private final InstantSource clock;

  /** Guards the two fields below. */
  private final Object lock = new Object();

  private final Map<String, Integer> used = new HashMap<>();
  private long minute = Long.MIN_VALUE;

  ExportQuota(int perMinute, InstantSource clock) {
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /** Counts one, if the caller has it left. */
  boolean take(String caller) {
    long now = Math.floorDiv(clock.millis(), 60_000);
    synchronized (lock) {
      if (now != minute) {
        minute = now;
        used.clear();
      }
      int before = used.getOrDefault(caller, 0);
      if (before >= perMinute || before == 0 && used.size() >= MAX_CALLERS) return false;
      used.put(caller, before + 1);
      return true;
    }
  }
}
