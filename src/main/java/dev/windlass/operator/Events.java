package dev.windlass.operator;

import dev.windlass.function.Digest;
import dev.windlass.operator.plan.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * What happened to an object, for {@code kubectl describe}: the reasons and messages of its
 * conditions. The same thing said again is one event with a count, written at most every ten
 * minutes. An event that cannot be written is lost; nothing depends on it.
 */
final class Events {
  private static final Logger LOG = Logger.getLogger(Events.class);
  private static final String CONTROLLER = "windlass.dev/operator";
  private static final Duration QUIET = Duration.ofMinutes(10);
  private static final int MOST_REMEMBERED = 4_096;

  /** The API server's bound. */
  private static final int LONGEST_NOTE = 1_024;

  private static final int NAME_DIGITS = 16;
  private static final int LONGEST_PREFIX = 200;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Cluster cluster;
  private final OperatorMetrics metrics;
  private final InstantSource clock;
  private final String instance;

  /** Guarded by itself; the oldest goes first. */
  private final Map<String, Said> said =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record Said(Instant written, int count) {}

  /**
   * @param instance that reports: the pod
   */
  Events(Cluster cluster, OperatorMetrics metrics, InstantSource clock, String instance) {
    this.cluster = cluster;
    this.metrics = metrics;
    this.clock = clock;
    this.instance = instance;
  }

  void normal(HasMetadata about, Reason reason, String message) {
    emit(about, false, reason.word(), message, "");
  }

  void warning(HasMetadata about, Reason reason, String message) {
    emit(about, true, reason.word(), message, "");
  }

  /**
   * @param worker of the same namespace that it concerns; empty if none
   */
  void emit(HasMetadata about, boolean warning, String reason, String message, String worker) {
    var now = clock.instant();
    var key = String.join("\n", about.getMetadata().getUid(), reason, message, worker);
    int count;
    synchronized (said) {
      var before = said.get(key);
      count = before == null ? 1 : before.count() + 1;
      boolean quiet = before != null && before.written().plus(QUIET).isAfter(now);
      said.put(key, new Said(quiet ? before.written() : now, count));
      if (quiet) return;
    }
    var hash = Digest.of(key.getBytes(StandardCharsets.UTF_8)).hex().substring(0, NAME_DIGITS);
    var event = event(about, warning, reason, message, worker, now);
    var prefix = about.getMetadata().getName();
    event
        .getMetadata()
        .setName(prefix.substring(0, Math.min(prefix.length(), LONGEST_PREFIX)) + "." + hash);
    write(event, now, count);
    metrics.event(reason);
  }

  private void write(Event event, Instant now, int count) {
    try {
      if (count == 1 && cluster.create(event).isPresent()) return;
      var series =
          "{\"series\":{\"count\":%d,\"lastObservedTime\":\"%s\"}}"
              .formatted(Math.max(2, count), MICROS.format(now));
      var again = cluster.patch(event, "", series);
      if (again.isEmpty()) cluster.create(event);
    } catch (KubernetesClientException e) {
      LOG.warnf("event=event-lost reason=%s why=%s", event.getReason(), e.getMessage());
    }
  }

  private Event event(
      HasMetadata about,
      boolean warning,
      String reason,
      String message,
      String worker,
      Instant now) {
    var namespace = Objects.requireNonNullElse(about.getMetadata().getNamespace(), "default");
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .endMetadata()
        .withEventTime(new MicroTime(MICROS.format(now)))
        .withReportingController(CONTROLLER)
        .withReportingInstance(instance)
        .withAction("Reconcile")
        .withReason(reason)
        .withType(warning ? "Warning" : "Normal")
        .withNote(message.substring(0, Math.min(message.length(), LONGEST_NOTE)))
        .withRegarding(reference(about))
        .withRelated(worker.isEmpty() ? null : workerReference(namespace, worker))
        .build();
  }

  private static ObjectReference reference(HasMetadata about) {
    return new ObjectReferenceBuilder()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withNamespace(about.getMetadata().getNamespace())
        .withName(about.getMetadata().getName())
        .withUid(about.getMetadata().getUid())
        .build();
  }

  private static ObjectReference workerReference(String namespace, String worker) {
    return new ObjectReferenceBuilder()
        .withApiVersion("windlass.dev/v1alpha1")
        .withKind("Worker")
        .withNamespace(namespace)
        .withName(worker)
        .build();
  }
}
