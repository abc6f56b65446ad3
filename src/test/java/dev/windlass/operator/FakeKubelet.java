package dev.windlass.operator;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Scheduler and kubelet of one node, as far as a node probe meets them; moved by hand. */
final class FakeKubelet {
  private final KubernetesClient client;
  private final String namespace;
  private final String node;

  /**
   * @param namespace of the probe's pods
   */
  FakeKubelet(KubernetesClient client, String namespace, String node) {
    this.client = client;
    this.namespace = namespace;
    this.node = node;
  }

  Node node() {
    return Objects.requireNonNull(client.nodes().withName(node).get());
  }

  Map<String, String> labels() {
    return node().getMetadata().getLabels();
  }

  String probedBootId() {
    return Optional.ofNullable(node().getMetadata().getAnnotations())
        .map(a -> a.get(ApiNames.PROBED_BOOT_ID_ANNOTATION))
        .orElse("");
  }

  /** The node starts anew. */
  void boot(String bootId) {
    client
        .nodes()
        .resource(
            new NodeBuilder(node())
                .editStatus()
                .editOrNewNodeInfo()
                .withBootID(bootId)
                .withArchitecture("amd64")
                .withContainerRuntimeVersion("none")
                .withKernelVersion("6")
                .withKubeProxyVersion("")
                .withKubeletVersion("v1.34.4")
                .withMachineID("m")
                .withOperatingSystem("linux")
                .withOsImage("linux")
                .withSystemUUID("u")
                .endNodeInfo()
                .endStatus()
                .build())
        .updateStatus();
  }

  /** What a kubelet says when nothing has changed. */
  void beat() {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    var image = "{\"names\":[\"registry.example/" + now + "\"],\"sizeBytes\":1}";
    var patch =
        "{\"status\":{\"images\":[%s],\"conditions\":[{\"type\":\"Ready\",\"lastHeartbeatTime\":\"%s\"}]}}"
            .formatted(image, now);
    client
        .nodes()
        .withName(node)
        .subresource("status")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch);
  }

  List<Pod> probes() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(ApiNames.APP_COMPONENT_LABEL, "node-probe")
        .list()
        .getItems()
        .stream()
        .filter(p -> node.equals(p.getMetadata().getAnnotations().get("windlass.dev/node")))
        .toList();
  }

  Pod awaitProbe() {
    Await.until(() -> "a probe of " + node() + ": " + probes(), () -> open().isPresent());
    return open().orElseThrow();
  }

  private Optional<Pod> open() {
    return probes().stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .filter(p -> p.getSpec().getNodeName() == null)
        .findFirst();
  }

  /** The pod that waits runs here, and ends. */
  Pod runProbe(String message) {
    return runProbe(message, Instant.now());
  }

  Pod runProbe(String message, Instant finished) {
    var pod = awaitProbe();
    var name = pod.getMetadata().getName();
    ControlPlane.bind(client, pod, node);
    boolean failed = message.isEmpty() || message.contains("failure");
    var bound = client.pods().inNamespace(namespace).withName(name).get();
    client
        .pods()
        .inNamespace(namespace)
        .resource(
            new PodBuilder(bound)
                .withNewStatus()
                .withPhase(failed ? "Failed" : "Succeeded")
                .addNewContainerStatus()
                .withName("node-probe")
                .withImage("image")
                .withImageID("image")
                .withReady(false)
                .withRestartCount(0)
                .withNewState()
                .withNewTerminated()
                .withContainerID("containerd://1")
                .withExitCode(failed ? 6 : 0)
                .withReason(failed ? "Error" : "Completed")
                .withFinishedAt(finished.truncatedTo(ChronoUnit.SECONDS).toString())
                .withMessage(message)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build())
        .updateStatus();
    return pod;
  }
}
