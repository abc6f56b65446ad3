package dev.windlass.operator.plan;

import static dev.windlass.operator.api.ConditionTypes.BUDGET_SOUND;
import static dev.windlass.operator.api.ConditionTypes.POD_TEMPLATE_VALID;
import static dev.windlass.operator.api.ConditionTypes.PROFILE_FOUND;
import static dev.windlass.operator.api.ConditionTypes.READY;
import static dev.windlass.operator.api.ConditionTypes.SCHEDULABLE;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.WorkerPoolStatus;
import dev.windlass.operator.plan.TemplateCheck.Problem;
import dev.windlass.operator.plan.Wanted.Form;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A pool's status. Every condition is there from the first time. */
final class PoolView {
  /** A pod that waits for less is just being scheduled. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MAX_PROBLEMS = 5;

  private final Observed observed;
  private final Pool pool;
  private final Wanted wanted;
  private final List<Member> members;
  private final Optional<Fitting> fitting;
  private final boolean budgetIsOurs;
  private final Instant now;

  PoolView(
      Observed observed,
      Pool pool,
      Wanted wanted,
      List<Member> members,
      Optional<Fitting> fitting,
      boolean budgetIsOurs,
      Instant now) {
    this.observed = observed;
    this.pool = pool;
    this.wanted = wanted;
    this.members = members;
    this.fitting = fitting;
    this.budgetIsOurs = budgetIsOurs;
    this.now = now;
  }

  WorkerPoolStatus status() {
    return new WorkerPoolStatus(
        pool.generation(),
        (int) members.stream().filter(Member::isAlive).count(),
        ready(),
        ApiNames.POOL_LABEL + "=" + pool.name(),
        wanted.form().map(this::capacity).orElse(null),
        wanted.form().map(this::allocated).orElse(null),
        wanted.form().map(this::used).orElse(null),
        conditions());
  }

  private int ready() {
    return (int) members.stream().filter(Member::isReady).count();
  }

  private WorkerPoolStatus.Resources capacity(Form form) {
    long slots = fitting.map(Fitting::slots).orElse(0L);
    return resources(form.profile(), slots, slots, fitting.map(Fitting::nvmeBytes).orElse(0L));
  }

  private WorkerPoolStatus.Resources allocated(Form form) {
    long bound = members.stream().filter(m -> m.isAlive() && m.node().isPresent()).count();
    return resources(form.profile(), bound, bound, form.profile().nvmeBytes());
  }

  /** By the workers' lanes: who runs in half of them uses half of the worker. */
  private WorkerPoolStatus.Resources used(Form form) {
    long milli = 0;
    long bytes = 0;
    for (var member : members) {
      var load = member.status().load();
      if (!member.isAlive() || load == null || load.lanes() == null || load.running() == null)
        continue;
      long lanes = Math.max(1, load.lanes());
      long running = Math.clamp(load.running(), 0, lanes);
      milli += form.profile().vcpuMilli() * running / lanes;
      bytes += form.profile().memoryBytes() / lanes * running;
    }
    return new WorkerPoolStatus.Resources(
        new Quantity(Resources.cpuText(milli)), new Quantity(Resources.binaryText(bytes)), null);
  }

  private static WorkerPoolStatus.Resources resources(
      Profile profile, long cpus, long memories, long nvmeBytes) {
    return new WorkerPoolStatus.Resources(
        new Quantity(Resources.cpuText(Resources.times(profile.vcpuMilli(), cpus))),
        new Quantity(Resources.binaryText(Resources.times(profile.memoryBytes(), memories))),
        nvme(profile, nvmeBytes));
  }

  private static @Nullable Quantity nvme(Profile profile, long bytes) {
    return profile.wantsNvme() ? new Quantity(Resources.decimalText(bytes)) : null;
  }

  private List<Condition> conditions() {
    var conditions = new Conditions(observed.pool().status().conditions(), pool.generation(), now);
    profileFound(conditions);
    templateValid(conditions);
    if (wanted.form().isPresent()) schedulable(wanted.form().get(), conditions);
    else
      conditions.isUnknown(
          SCHEDULABLE,
          PoolReason.NOT_DECIDED.word(),
          "needs a profile and a valid podTemplate first");
    budgetSound(conditions);
    return conditions.follows(READY, ready(members)).all();
  }

  private void profileFound(Conditions conditions) {
    wanted
        .profileProblem()
        .ifPresentOrElse(
            p -> conditions.isFalse(PROFILE_FOUND, p.reason().word(), p.message()),
            () ->
                conditions.isTrue(
                    PROFILE_FOUND,
                    PoolReason.PROFILE_FOUND.word(),
                    "HardwareProfile " + pool.profile() + " is there"));
  }

  private void templateValid(Conditions conditions) {
    var problems = wanted.templateProblems();
    if (problems.isEmpty()) {
      conditions.isTrue(
          POD_TEMPLATE_VALID, PoolReason.TEMPLATE_VALID.word(), "podTemplate can be used");
      return;
    }
    var some =
        problems.stream()
            .limit(MAX_PROBLEMS)
            .map(Problem::message)
            .collect(Collectors.joining("; "));
    var rest = problems.size() - MAX_PROBLEMS;
    conditions.isFalse(
        POD_TEMPLATE_VALID,
        problems.getFirst().reason().word(),
        rest > 0 ? some + "; and " + rest + " more" : some);
  }

  private void schedulable(Form form, Conditions conditions) {
    var problem = storage().or(this::noNode).or(this::noRoom);
    if (problem.isPresent()) {
      conditions.isFalse(SCHEDULABLE, problem.get().word, problem.get().message);
      return;
    }
    var fit = fitting.orElseThrow();
    conditions.isTrue(
        SCHEDULABLE,
        PoolReason.NODES_FIT.word(),
        fit.nodes().size()
            + " of "
            + observed.nodes().size()
            + " nodes fit; empty, they would hold "
            + fit.slots()
            + " workers of "
            + Resources.cpuText(form.profile().vcpuMilli())
            + " vCPU and "
            + Resources.binaryText(form.profile().memoryBytes()));
  }

  private record Obstacle(String word, String message) {}

  /** A volume that is bound before its pod is placed lets the scheduler no choice. */
  private Optional<Obstacle> storage() {
    if (!(observed.template() instanceof Template.Readable template)) return Optional.empty();
    return template.spec().getVolumes().stream()
        .filter(v -> WorkerPod.DATA.equals(v.getName()))
        .flatMap(v -> TemplateCheck.storageClass(v).stream())
        .findFirst()
        .flatMap(
            name -> {
              var mode = observed.bindingModes().get(name);
              if (mode == null)
                return Optional.of(
                    new Obstacle(
                        PoolReason.STORAGE_CLASS_NOT_FOUND.word(),
                        "there is no StorageClass " + name + " (podTemplate volume data)"));
              if (mode.equals("WaitForFirstConsumer")) return Optional.empty();
              return Optional.of(
                  new Obstacle(
                      PoolReason.IMMEDIATE_BINDING.word(),
                      "StorageClass "
                          + name
                          + " has volumeBindingMode "
                          + mode
                          + ", expected WaitForFirstConsumer"));
            });
  }

  private Optional<Obstacle> noNode() {
    var fit = fitting.orElseThrow();
    if (!fit.isEmpty()) return Optional.empty();
    return Optional.of(
        fit.commonest()
            .map(reason -> new Obstacle(reason.word(), "no node fits: " + fit.why()))
            .orElseGet(
                () -> new Obstacle(PoolReason.NO_NODES.word(), "the cluster shows no nodes")));
  }

  private Optional<Obstacle> noRoom() {
    return members.stream()
        .flatMap(
            m ->
                m
                    .waitsForRoom(now, PATIENCE)
                    .map(
                        words ->
                            new Obstacle(
                                PoolReason.WAITING_FOR_ROOM.word(), m.name() + ": " + words))
                    .stream())
        .findFirst();
  }

  private void budgetSound(Conditions conditions) {
    int n = observed.largestQuorum();
    int allowance = PoolObjects.allowance(pool.replicas());
    int left = pool.replicas() - allowance;
    if (!budgetIsOurs) {
      conditions.isFalse(
          BUDGET_SOUND,
          PoolReason.BUDGET_NAME_TAKEN.word(),
          "PodDisruptionBudget " + pool.name() + " is somebody else's, so the pool has none");
    } else if (n > 1 && left < n) {
      conditions.isFalse(
          BUDGET_SOUND,
          PoolReason.QUORUM_AT_RISK.word(),
          pool.replicas()
              + " replicas less "
              + allowance
              + " that may be away leave "
              + left
              + ", and a function asks for "
              + n);
    } else {
      conditions.isTrue(
          BUDGET_SOUND,
          PoolReason.BUDGET_SOUND.word(),
          "of " + pool.replicas() + " replicas " + allowance + " may be away");
    }
  }

  private Condition ready(List<Member> members) {
    int ready = ready();
    var text = ready + " of " + pool.replicas() + " workers are ready";
    if (ready >= pool.replicas()) return of(Condition.TRUE, PoolReason.WORKERS_READY, text);
    var cause =
        members.stream()
            .filter(m -> m.isAlive() && !m.isReady())
            .flatMap(m -> m.waitsBecause().map(why -> "; " + m.name() + ": " + why).stream())
            .findFirst()
            .orElse("");
    return of(Condition.FALSE, PoolReason.WORKERS_NOT_READY, text + cause);
  }

  private static Condition of(String status, PoolReason reason, String message) {
    return new Condition(READY, status, null, "", reason.word(), message);
  }
}
