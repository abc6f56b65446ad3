package dev.windlass.registrar;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often one may ask: a bucket for each address and one for all, because each request costs
 * signatures. For any thread.
 */
final class RateBound {
  /** Of one address: as many at once, and as many a second for good. */
  static final double BURST = 64;

  static final double A_SECOND = 16;

  /** Of all together. */
  static final double BURST_OF_ALL = 512;

  static final double A_SECOND_OF_ALL = 128;

  private static final int MAX_ADDRESSES = 4096;

  private record Bucket(double left, Instant at) {
    Bucket filled(Instant now, double aSecond, double most) {
      var seconds = Math.max(0, Duration.between(at, now).toMillis()) / 1000.0;
      return new Bucket(Math.min(most, left + seconds * aSecond), now);
    }

    Bucket less() {
      return new Bucket(left - 1, at);
    }
  }

  private final InstantSource clock;

  /** Guarded by this, like {@link #all}; least recently asked first. */
  private final LinkedHashMap<String, Bucket> buckets =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  private Bucket all;

  RateBound(InstantSource clock) {
    this.clock = clock;
    this.all = new Bucket(BURST_OF_ALL, clock.instant());
  }

  synchronized boolean allows(String address) {
    var now = clock.instant();
    var own = buckets.getOrDefault(address, new Bucket(BURST, now)).filled(now, A_SECOND, BURST);
    all = all.filled(now, A_SECOND_OF_ALL, BURST_OF_ALL);
    boolean allowed = own.left() >= 1 && all.left() >= 1;
    buckets.put(address, allowed ? own.less() : own);
    if (allowed) all = all.less();
    return allowed;
  }
}
