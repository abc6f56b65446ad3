package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * {@code windlass.dev/leader=true} on the pod that leads and on no other: Services for what only
 * the leader serves select by it.
 */
final class LeaderLabel {
  private static final Logger LOG = Logger.getLogger(LeaderLabel.class);

  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final OperatorConfig config;

  LeaderLabel(KubernetesClient client, OperatorConfig config) {
    this.client = client;
    this.config = config;
  }

  /** Others first: two that are selected would be worse than none for a moment. */
  void take() {
    if (config.pod().isEmpty()) return;
    var own = config.pod().get();
    var labelled =
        client
            .pods()
            .inNamespace(config.namespace())
            .withLabels(
                Map.of(ApiNames.APP_COMPONENT_LABEL, "operator", ApiNames.LEADER_LABEL, "true"))
            .list()
            .getItems();
    boolean has = false;
    for (var pod : labelled) {
      boolean mine = pod.getMetadata().getName().equals(own);
      has |= mine;
      if (!mine && sameRelease(pod)) set(pod.getMetadata().getName(), false);
    }
    if (!has) set(own, true);
    LOG.infof("event=leader-labelled pod=%s", own);
  }

  /** Best effort, at the end: Services stop sending here before the Lease is free. */
  void drop() {
    try {
      config.pod().ifPresent(own -> set(own, false));
    } catch (KubernetesClientException e) {
      LOG.warnf("event=leader-label-left why=%s", e.getMessage());
    }
  }

  private boolean sameRelease(Pod pod) {
    var instance = pod.getMetadata().getLabels().get(ApiNames.APP_INSTANCE_LABEL);
    return config.instance().isEmpty() || config.instance().get().equals(instance);
  }

  private void set(String name, boolean leads) {
    try {
      client
          .pods()
          .inNamespace(config.namespace())
          .withName(name)
          .edit(pod -> leads ? with(pod) : without(pod));
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) throw e;
      LOG.warnf("event=leader-pod-unknown namespace=%s pod=%s", config.namespace(), name);
    }
  }

  private static Pod with(Pod pod) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToLabels(ApiNames.LEADER_LABEL, "true")
        .endMetadata()
        .build();
  }

  private static Pod without(Pod pod) {
    return new PodBuilder(pod)
        .editMetadata()
        .removeFromLabels(ApiNames.LEADER_LABEL)
        .endMetadata()
        .build();
  }
}
