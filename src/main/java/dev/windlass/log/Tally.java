package dev.windlass.log;

import java.util.EnumMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of submissions. For any thread. */
final class Tally {
  private final LongAdder added = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder later = new LongAdder();
  private final EnumMap<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);

  Tally() {
    for (var why : Refusal.values()) refusals.put(why, new LongAdder());
  }

  void count(Added what) {
    switch (what) {
      case Added.Logged(_, var duplicate) -> (duplicate ? duplicates : added).increment();
      case Added.Refused refused -> refusals.get(refused.reason()).increment();
      case Added.Later _ -> later.increment();
    }
  }

  Counts counts(int inFlight, int waiters, long receiptBytes) {
    var why = new EnumMap<Refusal, Long>(Refusal.class);
    refusals.forEach((reason, count) -> why.put(reason, count.sum()));
    return new Counts(
        inFlight, waiters, receiptBytes, added.sum(), duplicates.sum(), later.sum(), why);
  }
}
