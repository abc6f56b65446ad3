package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.plan.WorkerView.Cause;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A pool's next steps. Each decision starts from what is there, so it does not matter where the
 * last one was cut short; once everything is as it should be, it has no actions.
 *
 * <p>A worker is a Worker and a pod of one name; the Worker is first to come and last to go. Names
 * follow from the pool and a small number, so whoever decides on an old picture, or at the same
 * time, comes to the same names. Of pods that stay there are never more made than one above {@code
 * replicas}: that one replaces a worker that has to go, before it goes.
 */
public final class PoolPlan {
  /** While something is under way. */
  private static final Duration SOON = Duration.ofSeconds(5);

  /** To notice that no head hears of a worker any more. */
  private static final Duration LATER = Duration.ofSeconds(30);

  /** A pod that fails at once is not replaced faster than this. */
  static final Duration REPLACED_AFTER = Duration.ofSeconds(10);

  /** How long a pod may outstay its end before its Worker is revoked without it. */
  static final Duration OVERDUE = Duration.ofSeconds(60);

  private final Observed observed;
  private final WorkerSettings settings;
  private final Instant now;
  private final Pool pool;
  private final Wanted wanted;
  private final List<Member> members;
  private final Optional<Fitting> fitting;
  private final WorkerView view;

  private final List<Action> statuses = new ArrayList<>();
  private final List<Action> removals = new ArrayList<>();
  private final List<Action> creations = new ArrayList<>();
  private final List<Action> events = new ArrayList<>();
  private final Set<String> decidedOn = new HashSet<>();

  private PoolPlan(Observed observed, Pool pool, WorkerSettings settings, Instant now) {
    this.observed = observed;
    this.settings = settings;
    this.now = now;
    this.pool = pool;
    this.wanted = Wanted.of(observed, pool, settings);
    this.members = Member.of(pool, observed.workers(), observed.pods());
    this.fitting = wanted.form().map(form -> Fitting.of(form.demand(), observed.nodes()));
    this.view =
        new WorkerView(
            observed.nodes().stream()
                .collect(Collectors.toMap(NodeFacts::name, Function.identity(), (a, _) -> a)),
            wanted.form(),
            settings.zoneLabel(),
            now);
  }

  /** Nothing for a pool that is going: what it owns goes with it. */
  public static Decision decide(Observed observed, WorkerSettings settings, Instant now) {
    var pool = Pool.of(observed.pool());
    if (pool.deleting() || observed.namespaceTerminating())
      return new Decision(List.of(), Optional.empty());
    return new PoolPlan(observed, pool, settings, now).decide();
  }

  private Decision decide() {
    var actions = new ArrayList<Action>();
    belongings(actions);
    status(actions);
    members.forEach(this::removeWhatIsOver);
    endDrains();
    number();
    members.forEach(this::refresh);
    actions.addAll(statuses);
    actions.addAll(removals);
    actions.addAll(creations);
    autoscale(actions);
    actions.addAll(events);
    return new Decision(actions, lookAgain(actions));
  }

  /** What stands beside the pods. */
  private void belongings(List<Action> actions) {
    var account = PoolObjects.serviceAccount(pool, settings);
    if (observed.serviceAccount().filter(a -> PoolObjects.isSame(a, account)).isEmpty())
      actions.add(new Action.ApplyServiceAccount(account));
    if (!pool.namespace().equals(settings.namespace())) {
      var trust = PoolObjects.trust(pool, settings);
      if (observed.trust().filter(t -> trust.getData().equals(t.getData())).isEmpty())
        actions.add(new Action.ApplyTrust(trust));
    }
    var budget = PoolObjects.budget(pool, settings);
    if (budgetIsOurs() && observed.budget().filter(b -> PoolObjects.isSame(b, budget)).isEmpty())
      actions.add(new Action.ApplyBudget(budget));
  }

  /** One that somebody else made under this name is left alone. */
  private boolean budgetIsOurs() {
    return observed.budget().map(PoolPlan::labels).stream()
        .allMatch(
            labels -> ApiNames.OPERATOR_MANAGER.equals(labels.get(ApiNames.APP_MANAGED_BY_LABEL)));
  }

  private void status(List<Action> actions) {
    var before = observed.pool().status();
    var status =
        new PoolView(observed, pool, wanted, members, fitting, budgetIsOurs(), now).status();
    if (status.equals(before)) return;
    actions.add(new Action.UpdateStatus(pool.namespace(), pool.name(), status));
    var was = Conditions.find(before.conditions(), ConditionTypes.READY);
    var is = Conditions.find(status.conditions(), ConditionTypes.READY).orElseThrow();
    boolean same =
        was.filter(c -> is.status().equals(c.status()) && is.reason().equals(c.reason()))
            .isPresent();
    boolean bad =
        Condition.FALSE.equals(is.status())
            && !is.reason().equals(PoolReason.WORKERS_NOT_READY.word());
    if (!same) events.add(new Action.Emit(bad, is.reason(), is.message(), ""));
  }

  /** Pods and Workers that have lost each other, have ended, or may not serve any more. */
  private void removeWhatIsOver(Member member) {
    if (member.worker().isEmpty()) {
      if (!member.podIsLeaving()) deletePod(member);
    } else if (member.isRevoked()) {
      if (member.pod().isPresent() && !member.podIsLeaving()) deletePod(member);
      else if (member.pod().isEmpty()) deleteWorker(member, WorkerReason.REVOKED);
    } else if (member.pod().isEmpty()) {
      if (!member.isNew()) deleteWorker(member, WorkerReason.POD_GONE);
    } else if (member.podIsFinished() && !member.podIsLeaving()) {
      if (member.age(now).compareTo(REPLACED_AFTER) >= 0) deletePod(member);
    } else if (member.podIsLeaving() && member.overdue(now).compareTo(OVERDUE) >= 0) {
      deleteWorker(member, WorkerReason.POD_GONE);
    }
  }

  /**
   * What has drained goes: by eviction where a budget has a say, at once where it has none. When
   * too few others are left by now, it serves again instead of waiting for an eviction that is
   * refused.
   */
  private void endDrains() {
    for (var member : members) {
      if (!member.isDraining() || member.podIsLeaving() || member.podIsFinished()) continue;
      if (member.isNew()) deleteWorker(member, WorkerReason.SCALED_DOWN);
      if (!member.isAlive()) continue;
      boolean surplus = member.isDrainingFor(WorkerReason.SCALED_DOWN);
      if (!surplus && tooFewServe() && member.podIsReady()) serveAgain(member);
      else if (!Drains.isDone(member, now)) continue;
      else if (surplus) deletePod(member);
      else if (budgetAllows(member))
        removals.add(new Action.Evict(pool.namespace(), member.name(), member.uidOfPod()));
    }
  }

  private boolean tooFewServe() {
    long ready = members.stream().filter(Member::isReady).count();
    return ready < pool.replicas() - PoolObjects.allowance(pool.replicas());
  }

  private void serveAgain(Member member) {
    decidedOn.add(member.name());
    statuses.add(new Action.UpdateWorker(pool.namespace(), member.name(), view.serving(member)));
  }

  /** As far as the budget's own status tells; the Eviction API has the last word. */
  private boolean budgetAllows(Member member) {
    return !member.podIsReady()
        || observed
            .budget()
            .map(PodDisruptionBudget::getStatus)
            .map(s -> s.getDisruptionsAllowed())
            .filter(allowed -> allowed <= 0)
            .isEmpty();
  }

  /** Brings the number of active workers to {@code replicas}, and replaces what has to go. */
  private void number() {
    var active = members.stream().filter(Member::isActive).toList();
    int missing = pool.replicas() - active.size();
    if (missing > 0) {
      missing -= takeBack(missing);
      create(missing);
      podsOf(active);
      return;
    }
    var replacements =
        new Replacements(members, active, pool.replicas(), wanted, fitting, view, now);
    int surplus = Math.max(0, -missing - (replacements.isUnderWay() ? 1 : 0));
    var leaving = Drains.first(active, surplus, now);
    leaving.forEach(this::scaleDown);
    var staying = active.stream().filter(m -> !leaving.contains(m)).toList();
    podsOf(staying);
    switch (replacements.next(staying)) {
      case Replacements.Nothing() -> {}
      case Replacements.OneMore() -> create(1);
      case Replacements.Goes(var member, var cause) -> drain(member, cause);
    }
  }

  /** Workers that only drain because there were too many. */
  private int takeBack(int missing) {
    var back =
        members.stream()
            .filter(m -> m.isAlive() && m.isDrainingFor(WorkerReason.SCALED_DOWN))
            .filter(m -> removals.stream().noneMatch(r -> isOf(r, m)))
            .limit(missing)
            .toList();
    back.forEach(this::serveAgain);
    return back.size();
  }

  private static boolean isOf(Action removal, Member member) {
    return removal instanceof Action.DeletePod(_, var name, _) && name.equals(member.name());
  }

  private void create(int missing) {
    if (wanted.form().isEmpty()) return;
    var pod = wanted.form().get().pod();
    long staying = members.stream().filter(m -> m.isAlive() || m.isNew()).count();
    int room = (int) Math.max(0, pool.replicas() + 1 - staying);
    for (var name : WorkerNames.free(pool, members, Math.min(missing, room))) {
      creations.add(new Action.CreateWorker(PoolObjects.worker(pool, settings, name)));
      creations.add(new Action.CreatePod(pod.named(name)));
      event(false, PoolReason.WORKER_CREATED, "made for " + pool.replicas() + " replicas", name);
    }
  }

  /** Of Workers whose pod was not made before somebody died. */
  private void podsOf(List<Member> staying) {
    if (wanted.form().isEmpty()) return;
    staying.stream()
        .filter(Member::isNew)
        .forEach(
            m -> creations.add(new Action.CreatePod(wanted.form().get().pod().named(m.name()))));
  }

  private void scaleDown(Member member) {
    var message = "one of more than the " + pool.replicas() + " replicas that are wanted";
    if (member.isNew()) deleteWorker(member, WorkerReason.SCALED_DOWN);
    else drain(member, new Cause(WorkerReason.SCALED_DOWN, WorkerReason.SCALED_DOWN, message));
  }

  private void drain(Member member, Cause cause) {
    if (member.isNew()) {
      deleteWorker(member, cause.reason());
      return;
    }
    decidedOn.add(member.name());
    statuses.add(
        new Action.Drain(
            pool.namespace(),
            member.name(),
            view.draining(member, cause),
            cause.word(),
            cause.message()));
  }

  private void deletePod(Member member) {
    removals.add(new Action.DeletePod(pool.namespace(), member.name(), member.uidOfPod()));
  }

  private void deleteWorker(Member member, WorkerReason reason) {
    if (member.worker().filter(w -> w.getMetadata().getDeletionTimestamp() == null).isEmpty())
      return;
    removals.add(new Action.DeleteWorker(pool.namespace(), member.name(), member.uidOfWorker()));
    event(false, PoolReason.WORKER_DELETED, "because: " + reason.word(), member.name());
  }

  /** Status and readiness gate of a worker whose Worker stays. */
  private void refresh(Member member) {
    if (member.worker().filter(w -> w.getMetadata().getDeletionTimestamp() == null).isEmpty())
      return;
    var status = view.of(member);
    if (!decidedOn.contains(member.name()) && WorkerView.differs(member.status(), status))
      statuses.add(new Action.UpdateWorker(pool.namespace(), member.name(), status));
    if (member.isAlive()) gate(member);
  }

  private void gate(Member member) {
    boolean joined = member.status().identity() != null && member.isSeen(now);
    if (joined == member.gateIsOpen()) return;
    var reason = joined ? WorkerReason.JOINED : WorkerReason.NOT_SEEN;
    statuses.add(
        new Action.Gate(
            pool.namespace(),
            member.name(),
            member.uidOfPod(),
            joined,
            reason.word(),
            joined ? "heads hear of it" : "no head hears of it"));
  }

  private void autoscale(List<Action> actions) {
    Autoscale.replicas(pool, members, now)
        .ifPresent(
            replicas -> {
              actions.add(new Action.Scale(pool.namespace(), pool.name(), replicas));
              event(false, PoolReason.SCALED, pool.replicas() + " to " + replicas, "");
            });
  }

  private void event(boolean warning, Reason reason, String message, String worker) {
    events.add(new Action.Emit(warning, reason.word(), message, worker));
  }

  private Optional<Duration> lookAgain(List<Action> actions) {
    if (members.isEmpty() && actions.isEmpty()) return Optional.empty();
    boolean calm =
        actions.isEmpty()
            && members.stream()
                .allMatch(m -> m.isReady() && view.belowProfile(m).isEmpty() && isUpToDate(m));
    return Optional.of(calm ? LATER : SOON);
  }

  private boolean isUpToDate(Member member) {
    return wanted.form().filter(f -> !f.pod().revision().equals(member.revision())).isEmpty();
  }

  private static Map<String, String> labels(HasMetadata object) {
    return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
  }
}
