package dev.windlass.witness;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How often a witness answered what. For any thread. */
final class Tally {
  private final LongAdder cosigned = new LongAdder();
  private final LongAdder conflicts = new LongAdder();
  private final AtomicLongArray refused = new AtomicLongArray(WitnessAnswer.Reason.values().length);

  void add(WitnessAnswer answer) {
    switch (answer) {
      case WitnessAnswer.Cosigned _ -> cosigned.increment();
      case WitnessAnswer.Conflict _ -> conflicts.increment();
      case WitnessAnswer.Refused(var reason, _) -> refused.incrementAndGet(reason.ordinal());
    }
  }

  long cosigned() {
    return cosigned.sum();
  }

  long conflicts() {
    return conflicts.sum();
  }

  long refused(WitnessAnswer.Reason why) {
    return refused.get(why.ordinal());
  }
}
