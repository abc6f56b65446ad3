package dev.windlass.operator.plan;

import dev.windlass.operator.plan.WorkerView.Cause;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Workers that have to go and be replaced: their node fell below the profile, or their pod is not
 * what the pool says now. One at a time; the replacement is Ready before the worker goes, unless no
 * node has room for it. Then as many may be away as the budget says.
 */
final class Replacements {
  /** The next step. */
  sealed interface Step {}

  record Nothing() implements Step {}

  /** Above the number that is wanted. */
  record OneMore() implements Step {}

  record Goes(Member member, Cause cause) implements Step {}

  private record Leaving(Member member, Cause cause) {
    Step goes() {
      return new Goes(member, cause);
    }
  }

  private final int replicas;
  private final Optional<Fitting> fitting;
  private final Instant now;
  private final boolean busy;
  private final List<Leaving> leaving;

  Replacements(
      List<Member> members,
      List<Member> active,
      int replicas,
      Wanted wanted,
      Optional<Fitting> fitting,
      WorkerView view,
      Instant now) {
    this.replicas = replicas;
    this.fitting = fitting;
    this.now = now;
    this.busy = members.stream().anyMatch(m -> m.isAlive() && m.isDraining());
    this.leaving =
        wanted.form().isEmpty()
            ? List.of()
            : active.stream()
                .filter(Member::isAlive)
                .flatMap(
                    m -> cause(m, wanted.form().get(), view).map(c -> new Leaving(m, c)).stream())
                .toList();
  }

  /** Then one worker above the number that is wanted is no surplus. */
  boolean isUnderWay() {
    return !leaving.isEmpty();
  }

  /**
   * @param staying active ones that are not scaled down
   */
  Step next(List<Member> staying) {
    var candidates = leaving.stream().filter(l -> staying.contains(l.member)).toList();
    if (busy || candidates.isEmpty()) return new Nothing();
    var next = candidates.stream().min(order()).orElseThrow();
    if (!next.member.isReady()) return next.goes();
    int others = (int) staying.stream().filter(m -> m != next.member && m.isReady()).count();
    if (staying.size() > replicas) {
      if (others >= replicas) return next.goes();
      boolean stuck =
          staying.stream()
              .filter(m -> m != next.member && !m.isReady())
              .allMatch(m -> m.waitsForRoom(now, PoolView.PATIENCE).isPresent());
      return stuck ? withoutReplacement(next, others) : new Nothing();
    }
    boolean somewhere = fitting.filter(f -> !f.isEmpty()).isPresent();
    return somewhere ? new OneMore() : withoutReplacement(next, others);
  }

  private Step withoutReplacement(Leaving next, int othersReady) {
    return othersReady >= replicas - PoolObjects.allowance(replicas) ? next.goes() : new Nothing();
  }

  /** Those that serve nobody first, then those on the wrong node, then as in a scale-down. */
  private Comparator<Leaving> order() {
    return Comparator.comparing((Leaving l) -> l.member.isReady())
        .thenComparing(l -> l.cause.reason() != WorkerReason.NODE_BELOW_PROFILE)
        .thenComparing(l -> l.member, Drains.order(now));
  }

  private static Optional<Cause> cause(Member member, Wanted.Form form, WorkerView view) {
    return view.heldBelowProfile(member)
        .map(r -> new Cause(WorkerReason.NODE_BELOW_PROFILE, r.reason(), r.message()))
        .or(
            () ->
                form.pod().revision().equals(member.revision())
                    ? Optional.empty()
                    : Optional.of(
                        new Cause(
                            WorkerReason.OUT_OF_DATE,
                            WorkerReason.OUT_OF_DATE,
                            "its pod is of revision "
                                + member.revision()
                                + ", the pool is at "
                                + form.pod().revision())));
  }
}
