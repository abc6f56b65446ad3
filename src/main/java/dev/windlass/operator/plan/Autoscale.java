package dev.windlass.operator.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How many workers a pool with {@code autoscale} wants. It grows at once, to where the lanes in use
 * are 70 % of all; it shrinks by one at a time, while the rest would not be more than half in use
 * and nothing has changed for five minutes. In between it stays as it is.
 */
final class Autoscale {
  private static final double AIM = 0.7;
  private static final double LOW = 0.5;
  private static final Duration CALM = Duration.ofMinutes(5);

  private Autoscale() {}

  /** Empty if the number is right, or is not the operator's to set. */
  static Optional<Integer> replicas(Pool pool, List<Member> members, Instant now) {
    if (pool.autoscale().isEmpty()) return Optional.empty();
    var range = pool.autoscale().get();
    int wanted = Math.clamp(byLoad(pool, members, now), range.min(), range.max());
    return wanted == pool.replicas() ? Optional.empty() : Optional.of(wanted);
  }

  private static int byLoad(Pool pool, List<Member> members, Instant now) {
    long lanes = 0;
    long running = 0;
    int reporting = 0;
    for (var member : members) {
      var load = member.status().load();
      if (!member.isReady() || load == null || load.lanes() == null || load.running() == null)
        continue;
      lanes += Math.max(0, load.lanes());
      running += Math.max(0, load.running());
      reporting++;
    }
    if (lanes == 0) return pool.replicas();
    double perWorker = (double) lanes / reporting;
    int enough = (int) Math.min(Pool.MAX_REPLICAS, Math.ceil(running / (perWorker * AIM)));
    if (enough > reporting) return Math.max(pool.replicas(), enough);
    boolean calm =
        members.stream().allMatch(m -> m.isActive() && m.age(now).compareTo(CALM) >= 0)
            && reporting == pool.replicas();
    boolean low = running <= (reporting - 1) * perWorker * LOW;
    return calm && low ? Math.max(1, pool.replicas() - 1) : pool.replicas();
  }
}
