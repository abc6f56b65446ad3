package dev.windlass.operator.plan;

import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.WorkerState;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.operator.plan.Wanted.Form;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The operator's part of Workers' statuses. What a decision needs to remember is kept there, in the
 * times of conditions: since when a node is below the profile, since when a worker drains.
 */
final class WorkerView {
  /** A label that is written twice in a minute is no reason to move a worker. */
  static final Duration HOLD = Duration.ofSeconds(60);

  private final Map<String, NodeFacts> nodes;
  private final Optional<Form> form;
  private final String zoneLabel;
  private final Instant now;

  WorkerView(Map<String, NodeFacts> nodes, Optional<Form> form, String zoneLabel, Instant now) {
    this.nodes = nodes;
    this.form = form;
    this.zoneLabel = zoneLabel;
    this.now = now;
  }

  /** Why a worker drains: a word for its status, another for the condition, and both values. */
  record Cause(WorkerReason reason, Reason word, String message) {}

  /** As things are. A drain that was decided goes on. */
  WorkerStatus of(Member member) {
    return status(member, Optional.empty(), false);
  }

  /** As {@link #of}, draining from now on. */
  WorkerStatus draining(Member member, Cause cause) {
    return status(member, Optional.of(cause), false);
  }

  /** As {@link #of}, serving again. */
  WorkerStatus serving(Member member) {
    return status(member, Optional.empty(), true);
  }

  /** Whether the operator's part of the status says something else than this. */
  static boolean differs(WorkerStatus has, WorkerStatus wanted) {
    return !(Objects.equals(has.pod(), wanted.pod())
        && Objects.equals(has.node(), wanted.node())
        && Objects.equals(has.zone(), wanted.zone())
        && Objects.equals(has.state(), wanted.state())
        && Objects.equals(has.reason(), wanted.reason())
        && has.conditions().equals(wanted.conditions()));
  }

  /** What its node says below the profile, and has said for {@link #HOLD}. */
  Optional<Rejection> heldBelowProfile(Member member) {
    var held =
        Conditions.falseFor(member.status().conditions(), ConditionTypes.HARDWARE_FITS, now)
            .filter(time -> time.compareTo(HOLD) >= 0);
    return held.isEmpty() ? Optional.empty() : belowProfile(member);
  }

  /** Only what is known and too little. What is not known any more moves nobody. */
  Optional<Rejection> belowProfile(Member member) {
    return against(member).stream().filter(r -> isBelow(r.reason())).findFirst();
  }

  private List<Rejection> against(Member member) {
    var node = member.node().map(nodes::get);
    if (node.isEmpty() || form.isEmpty()) return List.of();
    return switch (Match.of(form.get().demand(), node.get())) {
      case Match.Fits _ -> List.of();
      case Match.Rejected(var reasons) -> reasons;
    };
  }

  private static boolean isBelow(MatchReason reason) {
    return switch (reason) {
      case CPU_TOO_SLOW,
          CPU_TOO_FEW,
          MEMORY_TOO_SMALL,
          DISK_TOO_SMALL,
          NVME_TOO_SMALL,
          NVME_TOO_SLOW ->
          true;
      case NODE_NOT_READY,
          CORDONED,
          OS_MISMATCH,
          ARCH_MISMATCH,
          TAINTED,
          SELECTOR_MISMATCH,
          ZONE_UNKNOWN,
          HOST_UNKNOWN,
          CPU_CLOCK_UNKNOWN,
          NVME_UNKNOWN ->
          false;
    };
  }

  private WorkerStatus status(Member member, Optional<Cause> begins, boolean servesAgain) {
    var conditions = new Conditions(member.status().conditions(), null, now);
    hardware(member, conditions);
    var stands =
        servesAgain
            ? Optional.<Condition>empty()
            : Conditions.find(member.status().conditions(), ConditionTypes.SERVING)
                .filter(_ -> member.isDraining());
    var state = serving(member, conditions, begins, stands);
    var word =
        begins
            .map(c -> c.word().word())
            .or(
                () ->
                    stands.isPresent()
                        ? Optional.ofNullable(member.status().reason())
                        : Optional.empty())
            .orElse(state.reason.word());
    if (state.state == WorkerState.READY)
      conditions.isTrue(ConditionTypes.READY, state.reason.word(), state.message);
    else conditions.isFalse(ConditionTypes.READY, state.reason.word(), state.message);
    var node = member.node();
    return WorkerStatus.byOperator(
        member.pod().isPresent() ? member.name() : member.status().pod(),
        node.or(() -> Optional.ofNullable(member.status().node())).orElse(null),
        node.map(nodes::get)
            .map(n -> n.labels().get(zoneLabel))
            .or(() -> Optional.ofNullable(member.status().zone()))
            .orElse(null),
        state.state,
        word,
        conditions.all());
  }

  private void hardware(Member member, Conditions conditions) {
    var against = against(member);
    var unknown =
        against.stream()
            .filter(
                r ->
                    r.reason() == MatchReason.CPU_CLOCK_UNKNOWN
                        || r.reason() == MatchReason.NVME_UNKNOWN)
            .findFirst();
    var below = against.stream().filter(r -> isBelow(r.reason())).findFirst();
    if (member.node().map(nodes::get).isEmpty() || form.isEmpty()) {
      var message = form.isEmpty() ? "the pool says no profile" : "its node is not known";
      conditions.isUnknown(
          ConditionTypes.HARDWARE_KNOWN, WorkerReason.NODE_UNKNOWN.word(), message);
      conditions.isUnknown(ConditionTypes.HARDWARE_FITS, WorkerReason.NODE_UNKNOWN.word(), message);
      return;
    }
    unknown.ifPresentOrElse(
        r ->
            conditions.isUnknown(
                ConditionTypes.HARDWARE_KNOWN, WorkerReason.LABEL_MISSING.word(), r.message()),
        () ->
            conditions.isTrue(
                ConditionTypes.HARDWARE_KNOWN,
                WorkerReason.HARDWARE_MATCHES.word(),
                "its node says what the profile asks for"));
    below.ifPresentOrElse(
        r -> conditions.isFalse(ConditionTypes.HARDWARE_FITS, r.reason().word(), r.message()),
        () ->
            conditions.isTrue(
                ConditionTypes.HARDWARE_FITS,
                WorkerReason.HARDWARE_MATCHES.word(),
                "nothing its node says is below the profile"));
  }

  private record State(WorkerState state, WorkerReason reason, String message) {}

  private State serving(
      Member member, Conditions conditions, Optional<Cause> begins, Optional<Condition> stands) {
    if (begins.isPresent() || stands.isPresent()) {
      var reason =
          begins.map(c -> c.reason().word()).or(() -> stands.map(Condition::reason)).orElseThrow();
      var message =
          begins.map(Cause::message).or(() -> stands.map(Condition::message)).orElseThrow();
      conditions.isFalse(ConditionTypes.SERVING, reason, message);
    } else if (member.podIsLeaving()) {
      conditions.isFalse(
          ConditionTypes.SERVING, WorkerReason.POD_LEAVING.word(), "its pod is being deleted");
    } else {
      conditions.isTrue(ConditionTypes.SERVING, WorkerReason.SERVING.word(), "work is placed here");
    }
    var life = life(member);
    boolean drains = begins.isPresent() || stands.isPresent() || member.podIsLeaving();
    if (!drains || life.state == WorkerState.LOST && !member.podIsLeaving()) return life;
    return new State(WorkerState.DRAINING, WorkerReason.POD_LEAVING, "it gets nothing new");
  }

  private State life(Member member) {
    if (member.status().identity() != null && member.status().identity().revokedAt() != null)
      return new State(WorkerState.LOST, WorkerReason.REVOKED, "its identity is revoked");
    if (member.pod().isEmpty() && !member.isNew())
      return new State(WorkerState.LOST, WorkerReason.POD_GONE, "its pod is gone");
    if (member.podIsFinished())
      return new State(WorkerState.LOST, WorkerReason.POD_FINISHED, "its pod has ended");
    if (!member.podPhase().equals("Running"))
      return new State(WorkerState.PENDING, WorkerReason.POD_PENDING, "its pod does not run yet");
    if (member.neverJoined() || member.status().identity() == null)
      return new State(
          WorkerState.JOINING, WorkerReason.WAITING_FOR_HEADS, "no head has heard of it yet");
    if (!member.isSeen(now))
      return new State(
          WorkerState.LOST,
          WorkerReason.NOT_SEEN,
          "no head has heard of it for " + Member.SEEN_WITHIN.toSeconds() + " s");
    return new State(WorkerState.READY, WorkerReason.JOINED, "heads hear of it");
  }
}
