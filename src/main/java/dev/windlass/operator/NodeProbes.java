package dev.windlass.operator;

import dev.windlass.operator.plan.ProbeAction;
import dev.windlass.operator.plan.ProbePlan;
import dev.windlass.operator.plan.ProbePod;
import dev.windlass.operator.plan.ProbeReason;
import dev.windlass.operator.plan.ProbeSettings;
import dev.windlass.operator.plan.ProbedNode;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Probes the nodes that nobody has measured since they booted. One thread gathers all nodes and all
 * probes, decides, and acts, each time that one of them has changed in what a plan reads: what a
 * kubelet says every ten seconds wakes nobody.
 */
final class NodeProbes implements LeaderTask {
  private static final Logger LOG = Logger.getLogger(NodeProbes.class);

  /** Many nodes change at one time, and not one by one. */
  private static final Duration TOGETHER = Duration.ofMillis(200);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);
  private static final Duration AFTER_CREATE = Duration.ofMinutes(1);
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(10);
  private static final Duration ANYWAY = Duration.ofHours(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final Parts parts;
  private final ProbeSettings given;
  private final NodeLabels labels;
  private final Semaphore changed = new Semaphore(0);
  private final AtomicReference<@Nullable Cache<Pod>> probes = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

  /** Of the thread: what was said of a pod, which a pod that is there does not need again. */
  private final Set<String> said = new HashSet<>();

  /** Of the thread, by name of a pod: one that somebody deletes at once is not made at once. */
  private final Map<String, Instant> notBefore = new HashMap<>();

  NodeProbes(Parts parts, ProbeSettings given) {
    this.parts = parts;
    this.given = given;
    this.labels = new NodeLabels(parts.cluster());
    parts
        .caches()
        .nodes
        .onChange(
            (before, after) -> {
              if (!before.map(ProbedNode::of).equals(after.map(ProbedNode::of))) wake();
            });
  }

  private void wake() {
    if (changed.availablePermits() == 0) changed.release();
  }

  @Override
  public String name() {
    return "node-probe";
  }

  @Override
  public void start() {
    var settings = given.ownedBy(owner());
    var watch =
        parts
            .cluster()
            .client()
            .pods()
            .inNamespace(settings.namespace())
            .withLabels(ProbePod.labels(settings))
            .runnableInformer(0);
    var cache = new Cache<Pod>(watch, parts.clock());
    cache.onChange((_, _) -> wake());
    probes.set(cache);
    cache.start();
    thread.set(Thread.ofVirtual().name("node-probe").start(() -> run(cache, settings)));
  }

  /** What made the operator's own pod: with it, at an uninstall, the probes go. */
  private Optional<OwnerReference> owner() {
    return parts
        .config()
        .pod()
        .map(p -> parts.cluster().client().pods().inNamespace(given.namespace()).withName(p).get())
        .flatMap(
            pod ->
                pod.getMetadata().getOwnerReferences().stream()
                    .filter(o -> Boolean.TRUE.equals(o.getController()))
                    .findFirst())
        .map(
            o ->
                new OwnerReferenceBuilder()
                    .withApiVersion(o.getApiVersion())
                    .withKind(o.getKind())
                    .withName(o.getName())
                    .withUid(o.getUid())
                    .build());
  }

  private void run(Cache<Pod> cache, ProbeSettings settings) {
    try {
      while (!cache.isSynced() || !parts.caches().isSynced()) pause(TOGETHER);
      while (true) {
        changed.drainPermits();
        var again = pass(cache, settings);
        if (changed.tryAcquire(Math.max(1, again.toMillis()), TimeUnit.MILLISECONDS))
          pause(TOGETHER);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(Duration time) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(time.toMillis());
  }

  private Duration pass(Cache<Pod> cache, ProbeSettings settings) {
    try {
      var now = parts.clock().instant();
      notBefore.values().removeIf(now::isAfter);
      var nodes = parts.caches().nodes.list().stream().map(ProbedNode::of).toList();
      var pods = cache.list();
      said.removeIf(s -> pods.stream().noneMatch(p -> s.startsWith(p.getMetadata().getUid())));
      var decision = ProbePlan.decide(nodes, pods, notBefore, settings, now);
      for (var action : decision.actions()) act(cache, action, now);
      return decision.lookAgain().filter(d -> d.compareTo(ANYWAY) < 0).orElse(ANYWAY);
    } catch (RuntimeException e) {
      LOG.warnf(
          "event=node-probe-retries why=%s",
          e instanceof KubernetesClientException k ? Cluster.words(k) : e);
      return AFTER_FAILURE;
    }
  }

  private void act(Cache<Pod> cache, ProbeAction action, Instant now) {
    switch (action) {
      case ProbeAction.Create(var node, var pod) -> create(cache, node, pod, now);
      case ProbeAction.Delete(var namespace, var name, var uid) -> {
        if (parts.cluster().delete(Pod.class, namespace, name, uid)) going(cache, namespace, name);
      }
      case ProbeAction.Label(var node, var wanted, var message) -> {
        labels.apply(node, wanted).ifPresent(left -> told(node, message, left));
      }
      case ProbeAction.Warn(var node, var pod, var reason, var message) -> {
        if (said.add(pod + reason))
          parts.events().warning(NodeLabels.reference(node), reason, message);
      }
    }
  }

  private void told(ProbedNode node, String message, Set<String> left) {
    var words =
        left.isEmpty() ? message : message + "; set by others and left: " + String.join(", ", left);
    parts.events().normal(NodeLabels.reference(node), ProbeReason.NODE_PROBED, words);
    LOG.infof("event=node-probed node=%s what=%s", node.name(), words);
  }

  private void create(Cache<Pod> cache, ProbedNode node, Pod pod, Instant now) {
    try {
      parts.cluster().create(pod).ifPresent(cache::wrote);
      notBefore.put(pod.getMetadata().getName(), now.plus(AFTER_CREATE));
    } catch (KubernetesClientException e) {
      if (!Cluster.isRefusal(e)) throw e;
      notBefore.put(pod.getMetadata().getName(), now.plus(AFTER_REFUSAL));
      parts
          .events()
          .warning(NodeLabels.reference(node), ProbeReason.NODE_PROBE_REFUSED, Cluster.words(e));
    }
  }

  /** Until the watch says so itself. */
  private void going(Cache<Pod> cache, String namespace, String name) {
    cache
        .get(new ResourceID(name, namespace))
        .ifPresent(
            known -> {
              var copy = parts.cluster().copy(known);
              copy.getMetadata().setDeletionTimestamp(parts.clock().instant().toString());
              cache.willBe(copy);
            });
  }

  @Override
  public void stop() {
    var running = thread.getAndSet(null);
    if (running != null) {
      running.interrupt();
      try {
        running.join(LONGEST_STOP);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    var cache = probes.getAndSet(null);
    if (cache != null) cache.close();
  }
}
