package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.Optional;

/** A pool's {@code podTemplate}, as the edge could read it. */
public sealed interface Template {
  Template NONE = new Readable(new PodTemplateSpec());

  /** May still ask for what is not allowed: {@link TemplateCheck}. */
  record Readable(PodTemplateSpec pod) implements Template {
    PodSpec spec() {
      return Optional.ofNullable(pod.getSpec()).orElseGet(PodSpec::new);
    }
  }

  /**
   * @param message where it departs from a pod, and how
   */
  record Unreadable(String message) implements Template {}
}
