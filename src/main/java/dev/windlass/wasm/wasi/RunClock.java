package dev.windlass.wasm.wasi;

import java.time.Instant;

/** The time that a guest sees, in nanoseconds. Owned by the run's thread. */
sealed interface RunClock {
  int REALTIME = 0;
  int MONOTONIC = 1;

  /** Nanoseconds; what every supported clock says of itself. */
  long RESOLUTION = 1000;

  /** For the guest to see. */
  long realtime();

  /** For the guest to see; not before what it saw last. */
  long monotonic();

  /** Since 1970, for the times of files. */
  long stamp();

  /** Lets so much time pass. */
  void pass(long nanos);

  /** Time that the request alone decides: it passes by being looked at, and by waiting. */
  final class Virtual implements RunClock {
    /** Looking at the clock takes this long. */
    static final long STEP = RESOLUTION;

    /** 2^61 ns are 73 years: so long can a guest wait without an overflow anywhere. */
    private static final long MOST = 1L << 61;

    private final long start;
    private long passed;

    Virtual(long unixMillis) {
      start = unixMillis * 1_000_000;
    }

    @Override
    public long realtime() {
      return start + monotonic();
    }

    @Override
    public long monotonic() {
      pass(STEP);
      return passed;
    }

    @Override
    public long stamp() {
      return start + passed;
    }

    @Override
    public void pass(long nanos) {
      passed = nanos >= MOST - passed ? MOST : passed + nanos;
    }
  }

  /** The host's time; waiting takes place, but never beyond the end of the run. */
  final class Host implements RunClock {
    private final long start = System.nanoTime();
    private final long mostNanos;

    Host(long mostNanos) {
      this.mostNanos = mostNanos;
    }

    @Override
    public long realtime() {
      return stamp();
    }

    @Override
    public long monotonic() {
      return 1 + System.nanoTime() - start;
    }

    @Override
    public long stamp() {
      var now = Instant.now();
      return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    @Override
    public void pass(long nanos) {
      long left = mostNanos - (System.nanoTime() - start);
      long wait = Math.min(nanos, left);
      if (wait <= 0) return;
      try {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt(); // the lane wants its thread back: answer at once
      }
    }
  }
}
