package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which nodes are measured now, and what follows from how a probe ended. A node is probed once a
 * boot; a probe that fails is tried again after a pause that doubles. A lie of a node costs speed,
 * never correctness: a report is believed for the node that its pod ran on, and for no other.
 */
public final class ProbePlan {
  /** A probe loads a disk and pulls an image: not all nodes of a cluster at one time. */
  public static final int AT_ONCE = 4;

  static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  static final Duration LONGEST_PAUSE = Duration.ofHours(6);

  /** A pod that has found no room for so long keeps no other from being made. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Map<String, Instant> notBefore;
  private final ProbeSettings settings;
  private final Instant now;
  private final List<ProbeAction> actions = new ArrayList<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private Optional<Instant> due = Optional.empty();
  private int active;

  /**
   * @param before that it is to follow
   */
  private record Candidate(ProbedNode node, int attempt, Optional<ProbePod> before) {}

  private ProbePlan(Map<String, Instant> notBefore, ProbeSettings settings, Instant now) {
    this.notBefore = notBefore;
    this.settings = settings;
    this.now = now;
  }

  /**
   * @param pods of the probe, of all nodes
   * @param notBefore by name of a pod that was made, or refused, a moment ago
   */
  public static ProbeDecision decide(
      List<ProbedNode> nodes,
      List<Pod> pods,
      Map<String, Instant> notBefore,
      ProbeSettings settings,
      Instant now) {
    return new ProbePlan(notBefore, settings, now).decide(nodes, pods);
  }

  private ProbeDecision decide(List<ProbedNode> nodes, List<Pod> pods) {
    var byNode = new HashMap<String, List<ProbePod>>();
    for (var pod : pods) {
      var probe = new ProbePod(pod);
      if (!probe.isGoing()) byNode.computeIfAbsent(probe.node(), _ -> new ArrayList<>()).add(probe);
    }
    for (var node : nodes) {
      var its = byNode.getOrDefault(node.name(), List.of());
      byNode.remove(node.name());
      of(node, its);
    }
    byNode.values().forEach(left -> left.forEach(this::drop));
    create();
    return new ProbeDecision(actions, due.map(at -> Duration.between(now, at)));
  }

  private void of(ProbedNode node, List<ProbePod> pods) {
    var ofThisBoot = new ArrayList<ProbePod>();
    for (var pod : pods) {
      if (pod.bootId().equals(node.facts().bootId())) ofThisBoot.add(pod);
      else drop(pod);
    }
    ofThisBoot.sort(Comparator.comparingInt(ProbePod::attempt));
    if (ofThisBoot.isEmpty()) {
      if (!node.isKnown()) wanted(node, 1, Optional.empty());
      return;
    }
    var last = ofThisBoot.removeLast();
    ofThisBoot.forEach(this::drop);
    if (last.isFinished()) finished(node, last);
    else running(node, last);
  }

  private void running(ProbedNode node, ProbePod pod) {
    if (pod.isScheduled()) {
      active++;
      return;
    }
    if (node.isKnown() || !node.takes(settings.tolerations())) {
      drop(pod);
      return;
    }
    var until = pod.created().orElse(now).plus(PATIENCE);
    if (until.isAfter(now)) {
      active++;
      lookAt(until);
    } else {
      warn(node, pod, ProbeReason.NODE_PROBE_WAITS, pod.whyUnscheduled());
    }
  }

  /** Even of a node that is known: who labelled it and died may not have said of which boot. */
  private void finished(ProbedNode node, ProbePod pod) {
    if (isSaid(node)) {
      drop(pod);
      return;
    }
    try {
      switch (pod.report()) {
        case NodeReport.Measured measured -> {
          actions.add(new ProbeAction.Label(node, labels(measured), words(measured)));
          drop(pod);
        }
        case NodeReport.Failed(var failure, var message) ->
            failed(node, pod, ProbeReason.NODE_PROBE_FAILED, failure.word() + ": " + message);
      }
    } catch (IllegalArgumentException e) {
      failed(
          node,
          pod,
          ProbeReason.NODE_PROBE_UNREADABLE,
          NodeReport.plain(String.valueOf(e.getMessage())));
    }
  }

  private static boolean isSaid(ProbedNode node) {
    return !node.probedBootId().isEmpty() && node.isKnown();
  }

  private void failed(ProbedNode node, ProbePod pod, ProbeReason reason, String message) {
    if (node.isKnown()) {
      drop(pod);
      return;
    }
    var again = pod.ended().orElse(now).plus(pause(pod.attempt()));
    warn(
        node,
        pod,
        reason,
        "%s (attempt %d, again after %s)".formatted(message, pod.attempt(), again));
    if (again.isAfter(now)) lookAt(again);
    else wanted(node, pod.attempt() + 1, Optional.of(pod));
  }

  static Duration pause(int attempt) {
    var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 16));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private void wanted(ProbedNode node, int attempt, Optional<ProbePod> before) {
    if (!node.takes(settings.tolerations())) return;
    var earliest = notBefore.getOrDefault(ProbePod.name(node, attempt, settings), Instant.MIN);
    if (earliest.isAfter(now)) lookAt(earliest);
    else candidates.add(new Candidate(node, attempt, before));
  }

  /** New nodes before those that failed; the next one is there before the last one goes. */
  private void create() {
    candidates.sort(
        Comparator.comparingInt(Candidate::attempt).thenComparing(c -> c.node().name()));
    for (var c : candidates) {
      if (active >= AT_ONCE) return;
      active++;
      actions.add(new ProbeAction.Create(c.node(), ProbePod.of(c.node(), c.attempt(), settings)));
      c.before().ifPresent(this::drop);
    }
  }

  private void drop(ProbePod pod) {
    actions.add(pod.delete());
  }

  private void warn(ProbedNode node, ProbePod pod, ProbeReason reason, String message) {
    actions.add(new ProbeAction.Warn(node, pod.uid(), reason, message));
  }

  private void lookAt(Instant time) {
    if (due.isEmpty() || due.get().isAfter(time)) due = Optional.of(time);
  }

  private static Map<String, String> labels(NodeReport.Measured measured) {
    var labels = new TreeMap<String, String>();
    put(labels, ApiNames.CPU_MHZ_LABEL, measured.mhz());
    put(labels, ApiNames.NVME_BYTES_LABEL, measured.nvmeBytes());
    put(labels, ApiNames.NVME_WRITE_MBPS_LABEL, measured.nvmeWriteMBps());
    return labels;
  }

  private static void put(Map<String, String> labels, String key, OptionalLong value) {
    value.ifPresent(n -> labels.put(key, Long.toString(n)));
  }

  private static String words(NodeReport.Measured measured) {
    var facts = new ArrayList<String>();
    measured.mhz().ifPresent(n -> facts.add("cpu " + n + " MHz"));
    measured.nvmeBytes().ifPresent(n -> facts.add("NVMe " + Resources.decimalText(n)));
    measured.nvmeWriteMBps().ifPresent(n -> facts.add("writes " + n + " MB/s"));
    if (facts.isEmpty()) facts.add("nothing that can be told here");
    facts.addAll(measured.notes());
    return String.join("; ", facts);
  }
}
