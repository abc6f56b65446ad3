package dev.windlass.operator.plan;

import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which worker goes first, and when it has nothing left to do. */
final class Drains {
  /** Heads write a worker's load at least this often; before that a zero may be old. */
  private static final Duration REPORTED_WITHIN = Duration.ofSeconds(10);

  /** The pod's grace period has room for the rest. */
  private static final Duration PATIENCE = Duration.ofSeconds(310);

  /**
   * Those that never became Ready, then the least credible, then the youngest, then by name. One
   * whose credibility is not known has none.
   */
  static Comparator<Member> order(Instant now) {
    return Comparator.comparing((Member m) -> !(m.isNew() || m.neverJoined() && !m.isReady()))
        .thenComparing(m -> Optional.ofNullable(m.status().credibility()).orElse(0))
        .thenComparing(m -> m.age(now))
        .thenComparing(Member::name);
  }

  static List<Member> first(List<Member> members, int count, Instant now) {
    return members.stream().sorted(order(now)).limit(count).toList();
  }

  /** It has nothing to finish, or had its time. */
  static boolean isDone(Member member, Instant now) {
    if (member.neverJoined() || !member.isSeen(now)) return true;
    var since = Conditions.falseFor(member.status().conditions(), ConditionTypes.SERVING, now);
    if (since.isEmpty()) return false;
    return since.get().compareTo(PATIENCE) >= 0
        || isIdle(member.status(), now.minus(since.get()).plus(REPORTED_WITHIN));
  }

  private static boolean isIdle(WorkerStatus status, Instant asOf) {
    var load = status.load();
    return load != null
        && load.running() != null
        && load.running() == 0
        && Conditions.time(status.lastSeen()).filter(seen -> !seen.isBefore(asOf)).isPresent();
  }

  private Drains() {}
}
