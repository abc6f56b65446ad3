package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pool's template may not say: the schema cannot look into it. Nothing is dropped in
 * silence; what is not allowed is refused with its name.
 *
 * <p>Who may write a WorkerPool gets no more than restricted pods in its namespace, and no way to
 * the worker's token: another container that had it could become the worker.
 */
final class TemplateCheck {
  private static final List<String> GUARANTEED =
      List.of(Resources.CPU, Resources.MEMORY, Resources.DISK);

  /** One thing that is wrong. */
  record Problem(PoolReason reason, String message) {}

  private final List<Problem> problems = new ArrayList<>();

  private TemplateCheck() {}

  /** All that is wrong, the gravest kind first; empty if the template can be used. */
  static List<Problem> problems(Template template) {
    return switch (template) {
      case Template.Unreadable(var message) ->
          List.of(new Problem(PoolReason.TEMPLATE_UNREADABLE, message));
      case Template.Readable readable -> {
        var check = new TemplateCheck();
        check.pod(readable.spec());
        check.metadata(readable.pod().getMetadata());
        readable.spec().getVolumes().forEach(check::volume);
        check.containers(readable.spec());
        check.selectors(readable.spec());
        yield List.copyOf(check.problems);
      }
    };
  }

  private void pod(PodSpec spec) {
    refuseIf(
        Boolean.TRUE.equals(spec.getHostNetwork())
            || Boolean.TRUE.equals(spec.getHostPID())
            || Boolean.TRUE.equals(spec.getHostIPC()),
        PoolReason.HOST_NAMESPACE,
        "hostNetwork, hostPID and hostIPC must be false");
    refuseIf(
        Boolean.TRUE.equals(spec.getShareProcessNamespace()),
        PoolReason.HOST_NAMESPACE,
        "shareProcessNamespace must be false: other containers would reach the worker's token");
    refuseIf(
        spec.getNodeName() != null,
        PoolReason.NODE_NAME,
        "nodeName is "
            + spec.getNodeName()
            + "; use nodeSelector or affinity, the scheduler binds");
    reserved("serviceAccountName", spec.getServiceAccountName());
    reserved("serviceAccount", spec.getServiceAccount());
    reserved("automountServiceAccountToken", spec.getAutomountServiceAccountToken());
    reserved("restartPolicy", spec.getRestartPolicy());
    reserved("terminationGracePeriodSeconds", spec.getTerminationGracePeriodSeconds());
    reserved("securityContext", spec.getSecurityContext());
    reserved("resources", spec.getResources());
    reserved("os", spec.getOs());
    if (!spec.getReadinessGates().isEmpty()) reserved("readinessGates", "set");
    if (!spec.getEphemeralContainers().isEmpty()) reserved("ephemeralContainers", "set");
  }

  private void metadata(@Nullable ObjectMeta meta) {
    if (meta == null) return;
    keys("metadata.labels", meta.getLabels());
    keys("metadata.annotations", meta.getAnnotations());
  }

  private void keys(String where, @Nullable Map<String, String> map) {
    if (map == null) return;
    for (var key : map.keySet()) {
      refuseIf(
          key.startsWith(Keys.DOMAIN) || key.startsWith(Keys.APP_DOMAIN),
          PoolReason.RESERVED_FIELD,
          where
              + " has "
              + key
              + "; keys of windlass.dev and app.kubernetes.io are set by Windlass");
    }
  }

  private void volume(Volume volume) {
    var name = Objects.requireNonNullElse(volume.getName(), "");
    refuseIf(
        volume.getHostPath() != null,
        PoolReason.HOST_PATH,
        "volume " + name + " is a hostPath; use emptyDir or ephemeral");
    refuseIf(
        name.startsWith("windlass-"),
        PoolReason.RESERVED_FIELD,
        "volume " + name + ": names that begin with windlass- are set by Windlass");
    if (name.equals(WorkerPod.DATA)) {
      data(volume);
      return;
    }
    refuseIf(
        volume.getHostPath() == null && !isOfAllowedKind(volume),
        PoolReason.VOLUME_NOT_ALLOWED,
        "volume "
            + name
            + " must be one of configMap, csi, downwardAPI, emptyDir, ephemeral, image,"
            + " persistentVolumeClaim, projected, secret");
    boolean hasToken =
        volume.getProjected() != null
            && volume.getProjected().getSources().stream()
                .anyMatch(s -> s.getServiceAccountToken() != null);
    refuseIf(
        hasToken,
        PoolReason.VOLUME_NOT_ALLOWED,
        "volume " + name + " projects a service account token; only the worker gets one");
  }

  private void data(Volume volume) {
    if (volume.getEphemeral() == null) {
      refuseIf(
          volume.getEmptyDir() == null,
          PoolReason.DATA_VOLUME_NOT_SUPPORTED,
          "volume data must be an emptyDir, or ephemeral with a storageClassName");
      refuseIf(
          volume.getEmptyDir() != null
              && (volume.getEmptyDir().getSizeLimit() != null
                  || volume.getEmptyDir().getMedium() != null),
          PoolReason.DATA_VOLUME_NOT_SUPPORTED,
          "volume data: an emptyDir has the size that the profile's disk says, and no medium");
      return;
    }
    refuseIf(
        storageClass(volume).isEmpty(),
        PoolReason.DATA_VOLUME_NOT_SUPPORTED,
        "volume data is ephemeral and names no storageClassName in its volumeClaimTemplate.spec");
  }

  /** Of an ephemeral volume {@code data}. */
  static Optional<String> storageClass(Volume volume) {
    return Optional.ofNullable(volume.getEphemeral())
        .map(e -> e.getVolumeClaimTemplate())
        .map(t -> t.getSpec())
        .map(s -> s.getStorageClassName())
        .filter(name -> !name.isEmpty());
  }

  private static boolean isOfAllowedKind(Volume v) {
    return v.getConfigMap() != null
        || v.getCsi() != null
        || v.getDownwardAPI() != null
        || v.getEmptyDir() != null
        || v.getEphemeral() != null
        || v.getImage() != null
        || v.getPersistentVolumeClaim() != null
        || v.getProjected() != null
        || v.getSecret() != null;
  }

  private void containers(PodSpec spec) {
    for (var container : spec.getContainers()) {
      if (WorkerPod.CONTAINER.equals(container.getName())) worker(container);
      else companion(container);
    }
    for (var container : spec.getInitContainers()) {
      refuseIf(
          WorkerPod.CONTAINER.equals(container.getName()),
          PoolReason.RESERVED_FIELD,
          "an init container cannot have the name worker");
      companion(container);
    }
  }

  /** Only what adds to it; the rest is the operator's. */
  private void worker(Container container) {
    reserved("container worker: image", container.getImage());
    reserved("container worker: imagePullPolicy", container.getImagePullPolicy());
    if (!container.getCommand().isEmpty()) reserved("container worker: command", "set");
    if (!container.getArgs().isEmpty()) reserved("container worker: args", "set");
    if (!container.getEnvFrom().isEmpty()) reserved("container worker: envFrom", "set");
    if (!container.getPorts().isEmpty()) reserved("container worker: ports", "set");
    reserved("container worker: resources (the profile says them)", container.getResources());
    reserved("container worker: securityContext", container.getSecurityContext());
    reserved("container worker: lifecycle", container.getLifecycle());
    reserved("container worker: livenessProbe", container.getLivenessProbe());
    reserved("container worker: readinessProbe", container.getReadinessProbe());
    reserved("container worker: startupProbe", container.getStartupProbe());
    for (var mount : container.getVolumeMounts()) {
      var path = Objects.requireNonNullElse(mount.getMountPath(), "");
      refuseIf(
          ContainerPaths.areOurs(path)
              || Objects.requireNonNullElse(mount.getName(), "").startsWith("windlass-"),
          PoolReason.RESERVED_FIELD,
          "container worker: a volume at " + path + " would hide what Windlass mounts there");
    }
  }

  private void companion(Container container) {
    var name = "container " + Objects.requireNonNullElse(container.getName(), "(without a name)");
    var resources = Optional.ofNullable(container.getResources());
    for (var kind : GUARANTEED) {
      var limit = resources.map(r -> r.getLimits()).map(l -> l.get(kind));
      var request = resources.map(r -> r.getRequests()).map(r -> r.get(kind));
      refuseIf(
          limit.isEmpty() || request.isPresent() && !isSame(request.get(), limit.get()),
          PoolReason.NOT_GUARANTEED,
          name
              + ": request of "
              + kind
              + " is "
              + request.map(Quantity::toString).orElse("not set")
              + " and its limit "
              + limit.map(Quantity::toString).orElse("not set")
              + "; they must be equal, or the pod is not Guaranteed");
    }
    for (var mount : container.getVolumeMounts()) {
      refuseIf(
          Objects.requireNonNullElse(mount.getName(), "").startsWith("windlass-"),
          PoolReason.RESERVED_FIELD,
          name + " mounts " + mount.getName() + ", which is the worker's alone");
    }
    refuseIf(
        container.getPorts().stream()
            .anyMatch(p -> p.getHostPort() != null && p.getHostPort() != 0),
        PoolReason.HOST_NAMESPACE,
        name + " asks for a hostPort; a worker pod takes none");
    privilege(name, container);
  }

  private void privilege(String name, Container container) {
    var context = container.getSecurityContext();
    if (context == null) return;
    refuseIf(
        Boolean.TRUE.equals(context.getPrivileged())
            || Boolean.TRUE.equals(context.getAllowPrivilegeEscalation()),
        PoolReason.PRIVILEGED,
        name + ": privileged and allowPrivilegeEscalation must be false");
    refuseIf(
        context.getCapabilities() != null && !context.getCapabilities().getAdd().isEmpty(),
        PoolReason.PRIVILEGED,
        name + " adds capabilities; all are dropped");
    refuseIf(
        Boolean.FALSE.equals(context.getRunAsNonRoot())
            || Objects.equals(context.getRunAsUser(), 0L),
        PoolReason.PRIVILEGED,
        name + " runs as root; expected another user");
    refuseIf(
        context.getProcMount() != null && !context.getProcMount().equals("Default"),
        PoolReason.PRIVILEGED,
        name + ": procMount is " + context.getProcMount() + ", expected Default");
    refuseIf(
        isUnconfined(
                context.getSeccompProfile() == null ? null : context.getSeccompProfile().getType())
            || isUnconfined(
                context.getAppArmorProfile() == null
                    ? null
                    : context.getAppArmorProfile().getType()),
        PoolReason.PRIVILEGED,
        name + ": seccompProfile and appArmorProfile cannot be Unconfined");
    refuseIf(
        context.getSeLinuxOptions() != null || context.getWindowsOptions() != null,
        PoolReason.PRIVILEGED,
        name + ": seLinuxOptions and windowsOptions are not taken");
  }

  private void selectors(PodSpec spec) {
    for (var toleration : spec.getTolerations()) {
      refuseIf(
          toleration.getKey() == null || toleration.getKey().isEmpty(),
          PoolReason.KEYLESS_TOLERATION,
          "a toleration without a key tolerates every taint; name the key");
    }
    for (var term : Demand.terms(spec)) {
      refuseIf(
          term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty(),
          PoolReason.EMPTY_SELECTOR_TERM,
          "a nodeSelectorTerm without expressions matches no node; remove it");
    }
  }

  private void reserved(String field, @Nullable Object value) {
    refuseIf(value != null, PoolReason.RESERVED_FIELD, field + " is set by Windlass; remove it");
  }

  private void refuseIf(boolean wrong, PoolReason reason, String message) {
    if (wrong) problems.add(new Problem(reason, "podTemplate: " + message));
  }

  private static boolean isUnconfined(@Nullable String type) {
    return "Unconfined".equals(type);
  }

  private static boolean isSame(Quantity a, Quantity b) {
    return Resources.milli(a) == Resources.milli(b) && Resources.milli(a) > 0;
  }
}
