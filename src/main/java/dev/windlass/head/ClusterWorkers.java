package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerState;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.placement.Standing;
import dev.windlass.receipt.Ed25519PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a Worker resource says, for {@link WorkerRegister}. Decides only. Of its state only Draining
 * counts: a worker that the operator believes lost may have a link to this head all the same.
 */
final class ClusterWorkers {
  private ClusterWorkers() {}

  sealed interface Said {}

  record Vouches(WorkerRegister.Vouched worker) implements Said {}

  /**
   * @param why continues a sentence that begins with the resource
   */
  record VouchesNot(String why) implements Said {}

  static WorkerRegister.Resource nameOf(Worker worker) {
    var meta = worker.getMetadata();
    return new WorkerRegister.Resource(meta.getNamespace(), meta.getName());
  }

  /** Of the same namespace; empty where the resource names none. */
  static Optional<WorkerRegister.Resource> poolOf(Worker worker) {
    var pool = label(worker, ApiNames.POOL_LABEL);
    return pool.isEmpty()
        ? Optional.empty()
        : Optional.of(new WorkerRegister.Resource(worker.getMetadata().getNamespace(), pool));
  }

  /**
   * @param pool empty while it is not known: then the worker serves its own namespace
   */
  static Said said(Worker worker, Optional<WorkerPool> pool) {
    var identity = worker.status().identity();
    if (worker.getMetadata().getDeletionTimestamp() != null)
      return new VouchesNot("is being deleted");
    if (identity == null) return new VouchesNot("has no identity yet");
    if (present(identity.revokedAt()))
      return new VouchesNot("was revoked at " + identity.revokedAt());
    try {
      var id = SpiffeId.parse(text(identity.spiffeId()));
      var namespace = worker.getMetadata().getNamespace();
      if (!id.role().equals(SpiffeId.WORKER) || !id.namespace().equals(namespace))
        return new VouchesNot("names " + id + ", expected a worker in namespace " + namespace);
      var key = Ed25519PublicKey.ofRaw(Bytes.wrap(decoded(text(identity.ed25519()))));
      var index = identity.registerIndex();
      return new Vouches(
          new WorkerRegister.Vouched(
              id,
              key,
              Instant.parse(text(identity.notAfter())),
              index == null || index < 0 ? OptionalLong.empty() : OptionalLong.of(index),
              WorkerState.of(worker.status().state()).equals(Optional.of(WorkerState.DRAINING)),
              standing(worker, pool)));
    } catch (IllegalArgumentException | DateTimeException e) {
      return new VouchesNot("has an identity that cannot be read: " + e.getMessage());
    }
  }

  private static Standing.Pooled standing(Worker worker, Optional<WorkerPool> pool) {
    WorkerStatus status = worker.status();
    var ofPool = pool.map(p -> text(p.spec().profile())).orElse("");
    var profile = label(worker, ApiNames.PROFILE_LABEL);
    return new Standing.Pooled(
        worker.getMetadata().getNamespace(),
        label(worker, ApiNames.POOL_LABEL),
        profile.isEmpty() ? ofPool : profile,
        pool.map(p -> Boolean.TRUE.equals(p.spec().shared())).orElse(false),
        text(status.zone()),
        text(status.node()));
  }

  private static String label(Worker worker, String key) {
    Map<String, String> labels = worker.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(key, "");
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private static String text(@Nullable String given) {
    return given == null ? "" : given;
  }

  private static boolean present(@Nullable String given) {
    return given != null && !given.isEmpty();
  }
}
