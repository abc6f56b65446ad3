package dev.windlass.witness;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often one address may ask, because each request costs a signature check and may cost a write.
 * Not by origin: whoever saw a checkpoint can send it again, and must not use up the log's share.
 * For any thread.
 */
final class RequestRate {
  /** As many at once. */
  static final double BURST = 60;

  /** As many for good: a log publishes each second and may ask twice. */
  static final double A_SECOND = 10;

  private static final int MAX_ADDRESSES = 4096;

  private record Bucket(double left, Instant at) {
    Bucket filled(Instant now) {
      var seconds = Math.max(0, Duration.between(at, now).toMillis()) / 1000.0;
      return new Bucket(Math.min(BURST, left + seconds * A_SECOND), now);
    }
  }

  private final InstantSource clock;

  /** Guarded by this; least recently asked first. */
  private final LinkedHashMap<String, Bucket> buckets =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  RequestRate(InstantSource clock) {
    this.clock = clock;
  }

  synchronized boolean allows(String address) {
    var now = clock.instant();
    var bucket = buckets.getOrDefault(address, new Bucket(BURST, now)).filled(now);
    boolean allowed = bucket.left() >= 1;
    buckets.put(address, allowed ? new Bucket(bucket.left() - 1, now) : bucket);
    return allowed;
  }
}
