package dev.windlass.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What happened so far, from any thread; violations beyond the first twenty are only counted. */
final class Tally {
  private static final int KEPT = 20;

  private final ConcurrentSkipListMap<String, LongAdder> counts = new ConcurrentSkipListMap<>();
  private final LongAdder violated = new LongAdder();

  /** Guarded by itself. */
  private final List<String> violations = new ArrayList<>();

  void count(String what) {
    counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
  }

  void violation(String what) {
    violated.increment();
    synchronized (violations) {
      if (violations.size() < KEPT) violations.add(what);
    }
  }

  Map<String, Long> counts() {
    var now = new TreeMap<String, Long>();
    counts.forEach((what, count) -> now.put(what, count.sum()));
    return now;
  }

  long count(String what, long otherwise) {
    var count = counts.get(what);
    return count == null ? otherwise : count.sum();
  }

  long violated() {
    return violated.sum();
  }

  List<String> violations() {
    synchronized (violations) {
      return List.copyOf(violations);
    }
  }
}
