package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which pod gets an identity. Pure: every objection is a row of {@code PodRulesTest}.
 *
 * @param images digests that any container of such a pod may run; each of them must
 */
record PodRules(Set<Digest> images) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}$");

  /** The digest at the end of an imageID, such as {@code example.com/windlass@sha256:…}. */
  static Optional<Digest> digestOf(@Nullable String imageId) {
    var found = DIGEST.matcher(imageId == null ? "" : imageId);
    return found.find() ? Optional.of(Digest.parse(found.group())) : Optional.empty();
  }

  /** Empty, or why the pod that a token names is not believed. */
  Optional<Refusal> objection(@Nullable Pod pod, PodClaims claims) {
    var name = "the pod " + claims.podName();
    if (pod == null) return no(name + " is gone");
    var uid = pod.getMetadata().getUid();
    if (!claims.uid().equals(uid))
      return no(name + " has the uid " + uid + ", the token is bound to " + claims.uid());
    if (pod.getMetadata().getDeletionTimestamp() != null) return no(name + " is being deleted");
    var spec = pod.getSpec();
    if (!claims.serviceAccount().equals(spec.getServiceAccountName()))
      return no(
          "%s runs as %s, the token is of %s"
              .formatted(name, spec.getServiceAccountName(), claims.serviceAccount()));
    var opening = opening(spec);
    if (opening.isPresent()) return no(name + " " + opening.get());
    var phase = pod.getStatus() == null ? "unknown" : pod.getStatus().getPhase();
    return switch (String.valueOf(phase)) {
      case "Running" -> imageObjection(pod, name);
      case "Succeeded", "Failed" -> no(name + " has ended: " + phase);
      default -> notYet(name + " is " + phase + ", expected Running");
    };
  }

  /**
   * Empty, or how the pod can reach its node, another process of the pod, or be reached from there.
   * Pod Security {@code restricted} refuses most of it, where a namespace has that.
   */
  private static Optional<String> opening(PodSpec spec) {
    if (is(spec.getHostNetwork()) || is(spec.getHostPID()) || is(spec.getHostIPC()))
      return Optional.of("is in a namespace of its node (hostNetwork, hostPID or hostIPC)");
    if (is(spec.getShareProcessNamespace()))
      return Optional.of(
          "shares one process namespace between its containers (shareProcessNamespace)");
    var ephemeral = spec.getEphemeralContainers();
    if (!ephemeral.isEmpty())
      return Optional.of("has the ephemeral container " + ephemeral.getFirst().getName());
    for (var volume : spec.getVolumes())
      if (volume.getHostPath() != null)
        return Optional.of(
            "mounts %s of its node (hostPath volume %s)"
                .formatted(volume.getHostPath().getPath(), volume.getName()));
    return Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream())
        .flatMap(c -> opening(c).stream())
        .findFirst();
  }

  private static Optional<String> opening(Container container) {
    var context = container.getSecurityContext();
    if (context == null) return Optional.empty();
    if (is(context.getPrivileged()))
      return Optional.of("has the privileged container " + container.getName());
    var added =
        context.getCapabilities() == null
            ? List.<String>of()
            : context.getCapabilities().getAdd().stream().sorted().toList();
    if (!added.isEmpty())
      return Optional.of(
          "adds the capabilities %s in the container %s".formatted(added, container.getName()));
    if ("Unmasked".equals(context.getProcMount()))
      return Optional.of("has an unmasked /proc in the container " + container.getName());
    return Optional.empty();
  }

  /** Of a worker's pod: the operator made it, together with the Worker of the same name. */
  static Optional<Refusal> ownerObjection(Pod pod, @Nullable Worker worker) {
    var name = pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    if (worker == null) return no("there is no Worker " + name);
    if (worker.getMetadata().getDeletionTimestamp() != null)
      return no("the Worker " + name + " is being deleted");
    var pool = pool(worker);
    if (pool.isEmpty()) return no("the Worker " + name + " belongs to no WorkerPool");
    var ofPod = pool(pod);
    if (ofPod.isEmpty() || !ofPod.get().getUid().equals(pool.get().getUid()))
      return no(
          "the pod %s belongs to %s, its Worker to the WorkerPool %s"
              .formatted(
                  name,
                  ofPod.map(p -> "another WorkerPool, " + p.getName()).orElse("no WorkerPool"),
                  pool.get().getName()));
    return Optional.empty();
  }

  /** How often the container that attests was started, as the kubelet names its start. */
  static String start(Pod pod, String role) {
    var statuses = pod.getStatus() == null ? List.<ContainerStatus>of() : running(pod);
    return statuses.stream()
        .filter(s -> role.equals(s.getName()))
        .findFirst()
        .or(() -> statuses.stream().findFirst())
        .map(ContainerStatus::getContainerID)
        .orElse("");
  }

  private Optional<Refusal> imageObjection(Pod pod, String name) {
    var expected = new TreeSet<String>();
    pod.getSpec().getContainers().forEach(c -> expected.add(c.getName()));
    pod.getSpec().getInitContainers().forEach(c -> expected.add(c.getName()));
    var statuses =
        Stream.concat(pod.getStatus().getInitContainerStatuses().stream(), running(pod).stream())
            .toList();
    for (var status : statuses) {
      var digest = digestOf(status.getImageID());
      if (digest.isEmpty()) continue;
      if (!images.contains(digest.get()))
        return no(
            "%s runs the image %s in the container %s, allowed are %s"
                .formatted(name, digest.get(), status.getName(), listed()));
      expected.remove(status.getName());
    }
    return expected.isEmpty()
        ? Optional.empty()
        : notYet(name + " has no image digest yet for its containers " + expected);
  }

  private String listed() {
    return images.isEmpty()
        ? "none"
        : String.join(", ", images.stream().map(Digest::toString).sorted().toList());
  }

  private static List<ContainerStatus> running(Pod pod) {
    return pod.getStatus().getContainerStatuses();
  }

  private static Optional<OwnerReference> pool(HasMetadata owned) {
    Predicate<OwnerReference> isPool =
        o ->
            is(o.getController())
                && "WorkerPool".equals(o.getKind())
                && String.valueOf(o.getApiVersion()).startsWith(ApiNames.GROUP + "/");
    return owned.getMetadata().getOwnerReferences().stream().filter(isPool).findFirst();
  }

  private static boolean is(@Nullable Boolean flag) {
    return Boolean.TRUE.equals(flag);
  }

  private static Optional<Refusal> no(String why) {
    return Optional.of(Refusal.attestation(why));
  }

  private static Optional<Refusal> notYet(String why) {
    return Optional.of(Refusal.busy(503, why));
  }
}
