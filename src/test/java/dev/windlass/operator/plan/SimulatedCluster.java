package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolStatus;
import dev.windlass.operator.api.WorkerStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in one thread: an API server that does what an action says, and beside it a scheduler,
 * a kubelet, a registrar and a head that each do one thing when they are told. Strict: an action
 * that a careful caller would never send fails the test.
 */
final class SimulatedCluster {
  WorkerPool pool;
  Optional<HardwareProfile> profile;
  WorkerSettings settings = Given.SETTINGS;
  Instant now = Instant.parse("2026-11-23T09:00:00Z");
  final Map<String, Node> nodes = new TreeMap<>();
  final Map<String, Worker> workers = new TreeMap<>();
  final Map<String, Pod> pods = new TreeMap<>();
  final Map<String, Integer> running = new TreeMap<>();
  final List<Action> done = new ArrayList<>();
  private Optional<ServiceAccount> account = Optional.empty();
  private Optional<ConfigMap> trust = Optional.empty();
  private Optional<PodDisruptionBudget> budget = Optional.empty();
  private int uids;

  SimulatedCluster(WorkerPool pool, HardwareProfile profile) {
    this.pool = pool;
    this.profile = Optional.of(profile);
  }

  Observed observed() {
    return new Observed(
        pool,
        Template.NONE,
        profile.filter(p -> p.getMetadata().getName().equals(pool.spec().profile())),
        nodes.values().stream().map(NodeFacts::of).toList(),
        List.copyOf(workers.values()),
        List.copyOf(pods.values()),
        account,
        trust,
        budget,
        Map.of(),
        0,
        false);
  }

  Decision decide() {
    return PoolPlan.decide(observed(), settings, now);
  }

  /** All that is decided, once. */
  List<Action> reconcile() {
    var actions = decide().actions();
    actions.forEach(this::act);
    return actions;
  }

  void act(Action action) {
    done.add(action);
    switch (action) {
      case Action.ApplyServiceAccount(var wanted) -> account = Optional.of(wanted);
      case Action.ApplyTrust(var wanted) -> trust = Optional.of(wanted);
      case Action.ApplyBudget(var wanted) -> budget = Optional.of(wanted);
      case Action.Scale(_, _, var replicas) -> scale(replicas);
      case Action.UpdateStatus(_, _, var status) -> pool = copy(pool, status);
      case Action.CreateWorker(var worker) -> create(worker);
      case Action.CreatePod(var pod) -> create(pod);
      case Action.UpdateWorker(_, var name, var status) -> update(name, status);
      case Action.Drain(_, var name, var status, _, _) -> update(name, status);
      case Action.Gate(_, var name, var uid, var joined, _, _) -> gate(name, uid, joined);
      case Action.Evict(_, var name, var uid) -> evict(name, uid);
      case Action.DeletePod(_, var name, var uid) -> deletePod(name, uid);
      case Action.DeleteWorker(_, var name, var uid) -> deleteWorker(name, uid);
      case Action.Emit(_, var reason, var message, _) ->
          assertTrue(!reason.isEmpty() && !message.isEmpty(), "an event says why");
    }
  }

  void scale(int replicas) {
    var spec = Given.spec(pool.spec().profile(), replicas);
    var next = copy(pool, pool.status());
    next.setSpec(spec);
    next.getMetadata().setGeneration(pool.getMetadata().getGeneration() + 1);
    pool = next;
  }

  private void create(Worker worker) {
    var name = worker.getMetadata().getName();
    if (workers.containsKey(name)) return;
    var created = new Worker();
    created.setMetadata(born(worker.getMetadata()));
    workers.put(name, created);
  }

  private void create(Pod pod) {
    var name = pod.getMetadata().getName();
    assertTrue(workers.containsKey(name), "a pod without a Worker: " + name);
    assertNotNull(account.orElse(null), "a pod before its service account");
    assertNotNull(trust.orElse(null), "a pod before its trust");
    if (pods.containsKey(name)) return;
    long before = staying();
    pods.put(
        name,
        new PodBuilder(pod)
            .withMetadata(born(pod.getMetadata()))
            .withNewStatus()
            .withPhase("Pending")
            .endStatus()
            .build());
    assertTrue(
        staying() <= Math.max(before, pool.spec().replicas() + 1),
        "more than one above " + pool.spec().replicas() + " replicas: " + pods.keySet());
  }

  private ObjectMeta born(ObjectMeta meta) {
    return new ObjectMetaBuilder(meta)
        .withUid("uid-" + uids++)
        .withCreationTimestamp(Conditions.text(now))
        .build();
  }

  /** Pods that nothing takes away. */
  long staying() {
    return pods.values().stream().filter(p -> !isLeaving(p) && !isFinished(p)).count();
  }

  private void update(String name, WorkerStatus by) {
    var worker = workers.get(name);
    if (worker == null) return;
    var has = worker.status();
    workers.put(
        name,
        copy(
            worker,
            new WorkerStatus(
                by.pod(),
                by.node(),
                by.zone(),
                by.state(),
                by.reason(),
                by.conditions(),
                has.identity(),
                has.engine(),
                has.measured(),
                has.load(),
                has.digests(),
                has.lastSeen(),
                has.credibility(),
                has.stake())));
  }

  private void gate(String name, String uid, boolean joined) {
    if (!is(name, uid)) return;
    condition(name, ApiNames.JOINED_GATE, joined, null, null);
    readiness(name);
  }

  private void evict(String name, String uid) {
    if (!is(name, uid)) return;
    long ready = pods.values().stream().filter(p -> !isLeaving(p) && isReady(p)).count();
    int replicas = pool.spec().replicas();
    boolean refused =
        isReady(pods.get(name)) && ready - 1 < replicas - PoolObjects.allowance(replicas);
    if (!refused) deletePod(name, uid);
  }

  void deletePod(String name, @Nullable String uid) {
    if (!is(name, uid) || isLeaving(pods.get(name))) return;
    if (!"Running".equals(pods.get(name).getStatus().getPhase())) {
      pods.remove(name);
      return;
    }
    edit(name).getMetadata().setDeletionTimestamp(Conditions.text(now.plusSeconds(330)));
  }

  void deleteWorker(String name, @Nullable String uid) {
    var worker = workers.get(name);
    if (worker == null || uid != null && !uid.equals(worker.getMetadata().getUid())) return;
    var copy = copy(worker, worker.status());
    copy.getMetadata().setDeletionTimestamp(Conditions.text(now));
    workers.put(name, copy);
  }

  private boolean is(String name, @Nullable String uid) {
    var pod = pods.get(name);
    return pod != null && (uid == null || uid.equals(pod.getMetadata().getUid()));
  }

  /** Binds what has room, by the pod's own words alone. */
  void schedule() {
    for (var name : List.copyOf(pods.keySet())) {
      var pod = pods.get(name);
      if (pod.getSpec().getNodeName() != null || isLeaving(pod)) continue;
      var node = nodes.values().stream().filter(n -> hasRoom(n, pod)).findFirst();
      if (node.isPresent()) {
        edit(name).getSpec().setNodeName(node.get().getMetadata().getName());
        condition(name, "PodScheduled", true, null, null);
      } else {
        condition(name, "PodScheduled", false, "Unschedulable", "0 nodes are available");
      }
    }
  }

  private boolean hasRoom(Node node, Pod pod) {
    var facts = NodeFacts.of(node);
    var free = facts.allocatable();
    var cpu = free.cpuMilli();
    var memory = free.memoryBytes();
    for (var other : pods.values()) {
      if (!facts.name().equals(other.getSpec().getNodeName())) continue;
      cpu -= request(other).cpuMilli();
      memory -= request(other).memoryBytes();
    }
    var wants = request(pod);
    return facts.ready()
        && !facts.cordoned()
        && Selectors.differs(Demand.terms(pod.getSpec()), facts).isEmpty()
        && Taints.keepingAway(pod.getSpec().getTolerations(), facts).isEmpty()
        && wants.cpuMilli() <= cpu
        && wants.memoryBytes() <= memory;
  }

  private static Resources request(Pod pod) {
    return Resources.of(pod.getSpec().getContainers().getFirst().getResources().getRequests());
  }

  /** Runs what is bound and lets go what is to go. */
  void kubelets() {
    for (var name : List.copyOf(pods.keySet())) {
      var pod = pods.get(name);
      if (isLeaving(pod)) pods.remove(name);
      else if (pod.getSpec().getNodeName() != null && "Pending".equals(pod.getStatus().getPhase()))
        edit(name).getStatus().setPhase("Running");
    }
  }

  void fail(String name) {
    edit(name).getStatus().setPhase("Failed");
  }

  /** Gives new pods an identity, and lets Workers go whose revocation it has entered. */
  void registrar() {
    for (var name : List.copyOf(workers.keySet())) {
      var worker = workers.get(name);
      if (worker.getMetadata().getDeletionTimestamp() != null) {
        workers.remove(name);
      } else if (isRunning(name) && worker.status().identity() == null) {
        workers.put(name, copy(worker, with(worker.status(), identity(name), null, null)));
      }
    }
  }

  private WorkerStatus.Identity identity(String name) {
    return new WorkerStatus.Identity(
        "spiffe://windlass.local/ns/edge/worker/" + pods.get(name).getMetadata().getUid(),
        "key",
        null,
        Conditions.text(now.plusSeconds(3600)),
        null,
        null,
        null,
        null);
  }

  /** Hears of all that run. */
  void heads() {
    for (var name : List.copyOf(workers.keySet())) {
      var worker = workers.get(name);
      if (!isRunning(name) || worker.status().identity() == null) continue;
      var load = new WorkerStatus.Load(4, running.getOrDefault(name, 0));
      workers.put(
          name,
          copy(
              worker,
              with(worker.status(), worker.status().identity(), load, Conditions.text(now))));
    }
  }

  private static WorkerStatus with(
      WorkerStatus has,
      WorkerStatus.@Nullable Identity identity,
      WorkerStatus.@Nullable Load load,
      @Nullable String lastSeen) {
    return new WorkerStatus(
        has.pod(),
        has.node(),
        has.zone(),
        has.state(),
        has.reason(),
        has.conditions(),
        identity,
        has.engine(),
        has.measured(),
        load,
        has.digests(),
        lastSeen,
        has.credibility(),
        has.stake());
  }

  /** Everybody does what there is to do, and ten seconds pass. */
  void settle() {
    schedule();
    kubelets();
    registrar();
    heads();
    now = now.plusSeconds(10);
  }

  /** Until nothing has been decided for 90 s and nobody drains; fails if that takes too long. */
  void settleDown(int rounds) {
    var last = List.<Action>of();
    int quiet = 0;
    for (int i = 0; i < rounds; i++) {
      last = reconcile();
      if (last.isEmpty()) assertEquals(List.of(), decide().actions(), "decided twice");
      quiet = last.isEmpty() && everybodyIsDone() ? quiet + 1 : 0;
      if (quiet == 9) return;
      settle();
    }
    throw new AssertionError(
        "still not settled, last "
            + last
            + ""
            + workers.values().stream()
                .map(
                    w ->
                        w.getMetadata().getName()
                            + " "
                            + w.status().state()
                            + " "
                            + w.status().reason())
                .toList()
            + " pods "
            + pods.values().stream()
                .map(
                    p ->
                        p.getMetadata().getName()
                            + " "
                            + p.getStatus().getPhase()
                            + isReady(p)
                            + isLeaving(p))
                .toList()
            + " of "
            + pool.spec().replicas());
  }

  private boolean everybodyIsDone() {
    return workers.values().stream().noneMatch(w -> "Draining".equals(w.status().state()))
        && pods.values().stream().noneMatch(p -> isLeaving(p))
        && pods.keySet().stream().allMatch(n -> isReady(pods.get(n)) || isWaiting(n))
        && (workers.keySet().equals(pods.keySet()) || observed().profile().isEmpty());
  }

  /** For room, and for long enough that the pool says so. */
  private boolean isWaiting(String name) {
    var pod = pods.get(name);
    var made = Instant.parse(pod.getMetadata().getCreationTimestamp());
    return pod.getSpec().getNodeName() == null && made.plusSeconds(120).isBefore(now);
  }

  boolean isRunning(String name) {
    var pod = pods.get(name);
    return pod != null && "Running".equals(pod.getStatus().getPhase()) && !isLeaving(pod);
  }

  static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  static boolean isLeaving(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  static boolean isFinished(Pod pod) {
    return "Failed".equals(pod.getStatus().getPhase());
  }

  private void readiness(String name) {
    var pod = pods.get(name);
    boolean gate =
        pod.getStatus().getConditions().stream()
            .anyMatch(
                c -> c.getType().equals(ApiNames.JOINED_GATE) && c.getStatus().equals("True"));
    condition(name, "Ready", gate && isRunning(name), null, null);
  }

  private void condition(
      String name, String type, boolean status, @Nullable String reason, @Nullable String text) {
    var conditions = edit(name).getStatus().getConditions();
    conditions.removeIf(c -> c.getType().equals(type));
    conditions.add(
        new PodConditionBuilder()
            .withType(type)
            .withStatus(status ? "True" : "False")
            .withReason(reason)
            .withMessage(text)
            .build());
  }

  /** A copy in its place: what was observed before does not change. */
  private Pod edit(String name) {
    var copy = new PodBuilder(pods.get(name)).build();
    pods.put(name, copy);
    return copy;
  }

  private static Worker copy(Worker worker, WorkerStatus status) {
    var copy = new Worker();
    copy.setMetadata(new ObjectMetaBuilder(worker.getMetadata()).build());
    copy.setStatus(status);
    return copy;
  }

  private static WorkerPool copy(WorkerPool pool, WorkerPoolStatus status) {
    var copy = new WorkerPool();
    copy.setMetadata(new ObjectMetaBuilder(pool.getMetadata()).build());
    copy.setSpec(pool.spec());
    copy.setStatus(status);
    return copy;
  }
}
