package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A Worker and its pod, which share a name. At least one of them is there. */
record Member(String name, Optional<Worker> worker, Optional<Pod> pod) {
  /** A head writes at least every 30 s; three missed, and it is lost. */
  static final Duration SEEN_WITHIN = Duration.ofSeconds(90);

  private static final Set<String> FINISHED = Set.of("Failed", "Succeeded");

  /** Why a drain was decided; other reasons to be Draining are not our decisions. */
  private static final Set<String> DECIDED =
      Set.of(
          WorkerReason.SCALED_DOWN.word(),
          WorkerReason.OUT_OF_DATE.word(),
          WorkerReason.NODE_BELOW_PROFILE.word());

  /** Those that the pool owns, by name. What only bears its label is somebody else's. */
  static List<Member> of(Pool pool, List<Worker> workers, List<Pod> pods) {
    var byName = new TreeMap<String, Member>();
    for (var worker : workers) {
      if (!isOwned(worker, pool)) continue;
      var name = worker.getMetadata().getName();
      byName.put(name, new Member(name, Optional.of(worker), Optional.empty()));
    }
    for (var pod : pods) {
      if (!isOwned(pod, pool)) continue;
      var name = pod.getMetadata().getName();
      var worker = Optional.ofNullable(byName.get(name)).flatMap(Member::worker);
      byName.put(name, new Member(name, worker, Optional.of(pod)));
    }
    return List.copyOf(byName.values());
  }

  private static boolean isOwned(HasMetadata object, Pool pool) {
    return object.getMetadata().getOwnerReferences().stream()
        .anyMatch(o -> Boolean.TRUE.equals(o.getController()) && pool.uid().equals(o.getUid()));
  }

  WorkerStatus status() {
    return worker.map(Worker::status).orElse(WorkerStatus.NONE);
  }

  /** Somebody began to delete the Worker: it is revoked. */
  boolean isRevoked() {
    return worker.map(Member::isLeaving).orElse(true)
        || status().identity() != null && status().identity().revokedAt() != null;
  }

  boolean podIsLeaving() {
    return pod.map(Member::isLeaving).orElse(false);
  }

  boolean podIsFinished() {
    return pod.map(p -> FINISHED.contains(phase(p))).orElse(false);
  }

  /** It has a Worker and no pod has ever been seen for it: one is still to be made. */
  boolean isNew() {
    return pod.isEmpty() && !isRevoked() && status().pod() == null && status().identity() == null;
  }

  /** Its pod is there to stay. */
  boolean isAlive() {
    return pod.isPresent() && !podIsLeaving() && !podIsFinished() && !isRevoked();
  }

  /** It counts for the number that is wanted. */
  boolean isActive() {
    return (isAlive() || isNew()) && !isDraining();
  }

  /** We decided so, for one of the reasons of {@link #DECIDED}. */
  boolean isDraining() {
    return drainReason().isPresent();
  }

  boolean isDrainingFor(WorkerReason reason) {
    return drainReason().filter(reason.word()::equals).isPresent();
  }

  private Optional<String> drainReason() {
    return Conditions.find(status().conditions(), ConditionTypes.SERVING)
        .filter(c -> "False".equals(c.status()))
        .map(c -> c.reason())
        .filter(DECIDED::contains);
  }

  boolean isReady() {
    return isAlive() && !isDraining() && podIsReady();
  }

  boolean podIsReady() {
    return podCondition("Ready").filter(Member::isTrue).isPresent();
  }

  /** No head has ever heard of it. */
  boolean neverJoined() {
    return Conditions.time(status().lastSeen()).isEmpty();
  }

  /** A head has heard of it lately. A head's clock may be ahead of ours. */
  boolean isSeen(Instant now) {
    return Conditions.time(status().lastSeen())
        .filter(seen -> Duration.between(seen, now).compareTo(SEEN_WITHIN) <= 0)
        .isPresent();
  }

  /** The scheduler's own words, once it has tried for that long in vain. */
  Optional<String> waitsForRoom(Instant now, Duration patience) {
    if (!isAlive()) return Optional.empty();
    return podCondition("PodScheduled")
        .filter(c -> "False".equals(c.getStatus()) && "Unschedulable".equals(c.getReason()))
        .filter(_ -> age(now).compareTo(patience) >= 0)
        .map(c -> Objects.requireNonNullElse(c.getMessage(), ""));
  }

  Optional<PodCondition> podCondition(String type) {
    return pod.flatMap(p -> Optional.ofNullable(p.getStatus())).stream()
        .flatMap(s -> s.getConditions().stream())
        .filter(c -> type.equals(c.getType()))
        .findFirst();
  }

  boolean gateIsOpen() {
    return podCondition(ApiNames.JOINED_GATE).filter(Member::isTrue).isPresent();
  }

  /** Empty until it is bound. */
  Optional<String> node() {
    return pod.flatMap(p -> Optional.ofNullable(p.getSpec()))
        .flatMap(s -> Optional.ofNullable(s.getNodeName()))
        .filter(n -> !n.isEmpty());
  }

  String podPhase() {
    return pod.map(Member::phase).orElse("");
  }

  /** Why a container of its pod waits, in the kubelet's word. */
  Optional<String> waitsBecause() {
    return pod.flatMap(p -> Optional.ofNullable(p.getStatus())).stream()
        .flatMap(s -> s.getContainerStatuses().stream())
        .flatMap(c -> Optional.ofNullable(c.getState()).stream())
        .flatMap(s -> Optional.ofNullable(s.getWaiting()).stream())
        .flatMap(w -> Optional.ofNullable(w.getReason()).stream())
        .findFirst();
  }

  String revision() {
    return pod.map(p -> labels(p).getOrDefault(Keys.REVISION, "")).orElse("");
  }

  String uidOfPod() {
    return pod.map(p -> Objects.requireNonNullElse(p.getMetadata().getUid(), "")).orElse("");
  }

  String uidOfWorker() {
    return worker.map(w -> Objects.requireNonNullElse(w.getMetadata().getUid(), "")).orElse("");
  }

  /** Of its pod, or of its Worker as long as there is none. */
  Duration age(Instant now) {
    var meta =
        pod.map(p -> p.getMetadata()).or(() -> worker.map(w -> w.getMetadata())).orElseThrow();
    return Conditions.time(meta.getCreationTimestamp())
        .map(since -> Duration.between(since, now))
        .orElse(Duration.ZERO);
  }

  /** Its pod should have been gone that long ago; the time of a deletion is when it ends. */
  Duration overdue(Instant now) {
    return pod.flatMap(p -> Conditions.time(p.getMetadata().getDeletionTimestamp()))
        .map(end -> Duration.between(end, now))
        .orElse(Duration.ZERO);
  }

  private static boolean isLeaving(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  private static String phase(Pod pod) {
    return Optional.ofNullable(pod.getStatus()).map(s -> s.getPhase()).orElse("");
  }

  private static boolean isTrue(PodCondition condition) {
    return "True".equals(condition.getStatus());
  }

  private static Map<String, String> labels(Pod pod) {
    return Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
  }
}
