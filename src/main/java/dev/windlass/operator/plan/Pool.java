package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Objects;
import java.util.Optional;

/**
 * What a plan reads of a WorkerPool.
 *
 * @param deleting its deletion has begun
 */
public record Pool(
    String namespace,
    String name,
    String uid,
    long generation,
    String profile,
    int replicas,
    Optional<Range> autoscale,
    Spread zone,
    Spread host,
    boolean deleting) {
  /** Workers of one pool. */
  public static final int MAX_REPLICAS = 1_000;

  /** Bounds of the number of replicas that the operator itself sets. */
  public record Range(int min, int max) {
    public Range {
      if (min < 0 || max < min)
        throw new IllegalArgumentException("expected 0 <= min <= max, got " + min + " and " + max);
    }
  }

  /** Takes whatever the schema lets in: a number out of its bounds becomes the bound. */
  public static Pool of(WorkerPool resource) {
    var meta = resource.getMetadata();
    var spec = resource.spec();
    var spread = Optional.ofNullable(spec.spread());
    return new Pool(
        meta.getNamespace(),
        meta.getName(),
        Objects.requireNonNullElse(meta.getUid(), ""),
        Objects.requireNonNullElse(meta.getGeneration(), 0L),
        Objects.requireNonNullElse(spec.profile(), ""),
        bounded(Objects.requireNonNullElse(spec.replicas(), 1)),
        Optional.ofNullable(spec.autoscale()).flatMap(Pool::range),
        Spread.of(spread.map(s -> s.zone()).orElse(null)),
        Spread.of(spread.map(s -> s.host()).orElse(null)),
        meta.getDeletionTimestamp() != null);
  }

  private static Optional<Range> range(WorkerPoolSpec.Autoscale wanted) {
    if (wanted.max() == null) return Optional.empty();
    int max = bounded(wanted.max());
    return Optional.of(
        new Range(Math.min(max, bounded(Objects.requireNonNullElse(wanted.min(), 1))), max));
  }

  private static int bounded(int count) {
    return Math.clamp(count, 0, MAX_REPLICAS);
  }

  /** On what it owns; it has {@code /scale}, so a disruption budget may count in percent. */
  OwnerReference asOwner() {
    return new OwnerReferenceBuilder()
        .withApiVersion(ApiNames.GROUP + "/" + ApiNames.VERSION)
        .withKind("WorkerPool")
        .withName(name)
        .withUid(uid)
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}
