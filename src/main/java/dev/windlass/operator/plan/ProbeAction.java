package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;

/** One write for the node probe. Each may be done twice. */
public sealed interface ProbeAction {
  /**
   * @param node that it is for
   */
  record Create(ProbedNode node, Pod pod) implements ProbeAction {}

  record Delete(String namespace, String name, String uid) implements ProbeAction {}

  /**
   * @param labels all of them that the probe knows: what it wrote before and does not know now goes
   * @param message what was measured
   */
  record Label(ProbedNode node, Map<String, String> labels, String message) implements ProbeAction {
    public Label {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Said once of a pod.
   *
   * @param pod its uid
   */
  record Warn(ProbedNode node, String pod, ProbeReason reason, String message)
      implements ProbeAction {}
}
