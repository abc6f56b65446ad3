package dev.windlass.operator.plan;

import static dev.windlass.operator.plan.Resources.decimalText;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A pod that measures one node during one boot: restricted, without a token, bounded in time. What
 * it is for stands in its annotations; how it ended stands in its status, and a failed one stays
 * until it is tried again, so that the operator has nothing to remember.
 */
public final class ProbePod {
  public static final String COMPONENT = "node-probe";

  static final String NODE = Keys.DOMAIN + "node";
  static final String BOOT_ID = Keys.DOMAIN + "boot-id";
  static final String ATTEMPT = Keys.DOMAIN + "attempt";

  /** With the pull of the image; the probe itself gives up after four minutes. */
  static final long DEADLINE_SECONDS = 900;

  /** What a probe may write, and its file system's own needs. */
  static final long DISK_BYTES = (17L << 30);

  /**
   * A volume of its own may be filled by half; of the kubelet's disk it takes 5 % of what is free.
   */
  private static final long CLAIM_BYTES = (20L << 30);

  private static final String HALF = "50";
  private static final String LITTLE = "5";
  private static final long TMP_BYTES = 64_000_000;
  private static final long NOBODY = 65_532;
  private static final int MOST_ATTEMPTS = 1_000_000;
  private static final int NAME_DIGITS = 10;

  private final Pod pod;

  ProbePod(Pod pod) {
    this.pod = pod;
  }

  /** On all of them. */
  public static Map<String, String> labels(ProbeSettings settings) {
    return Map.of(
        ApiNames.APP_NAME_LABEL,
        "windlass",
        ApiNames.APP_INSTANCE_LABEL,
        settings.instance(),
        ApiNames.APP_COMPONENT_LABEL,
        COMPONENT,
        ApiNames.APP_MANAGED_BY_LABEL,
        ApiNames.OPERATOR_MANAGER);
  }

  static Pod of(ProbedNode node, int attempt, ProbeSettings settings) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(settings.namespace())
        .withName(name(node, attempt, settings))
        .withLabels(labels(settings))
        .addToAnnotations(NODE, node.name())
        .addToAnnotations(BOOT_ID, node.facts().bootId())
        .addToAnnotations(ATTEMPT, Integer.toString(attempt))
        .withOwnerReferences(settings.owner().stream().toList())
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withRestartPolicy("Never")
        .withActiveDeadlineSeconds(DEADLINE_SECONDS)
        .withTerminationGracePeriodSeconds(5L)
        .withNewOs("linux")
        .withImagePullSecrets(
            settings.pullSecrets().stream().map(LocalObjectReference::new).toList())
        .withSecurityContext(
            new PodSecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(NOBODY)
                .withRunAsGroup(NOBODY)
                .withFsGroup(NOBODY)
                .withNewSeccompProfile(null, "RuntimeDefault")
                .build())
        .withNewAffinity()
        .withNewNodeAffinity()
        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
        .addNewNodeSelectorTerm()
        .addNewMatchField()
        .withKey("metadata.name")
        .withOperator("In")
        .withValues(node.name())
        .endMatchField()
        .endNodeSelectorTerm()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .endAffinity()
        .withTolerations(settings.tolerations())
        .withContainers(container(settings))
        .withVolumes(data(settings), emptyDir("tmp", TMP_BYTES))
        .endSpec()
        .build();
  }

  /** The same for whoever decides, until the node boots or the attempt fails. */
  static String name(ProbedNode node, int attempt, ProbeSettings settings) {
    var what = node.name() + "\n" + node.uid() + "\n" + node.facts().bootId();
    var hash = Digest.of(what.getBytes(StandardCharsets.UTF_8)).hex().substring(0, NAME_DIGITS);
    return settings.prefix() + "-" + COMPONENT + "-" + hash + "-" + attempt;
  }

  private static Container container(ProbeSettings settings) {
    return new ContainerBuilder()
        .withName(COMPONENT)
        .withImage(settings.image())
        .withImagePullPolicy(settings.pullPolicy().isEmpty() ? null : settings.pullPolicy())
        .withArgs(
            COMPONENT,
            "--data=/data",
            "--out=/dev/termination-log",
            "--share=" + (settings.storageClass().isPresent() ? HALF : LITTLE))
        .withVolumeMounts(
            new VolumeMountBuilder().withName("data").withMountPath("/data").build(),
            new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build())
        .withResources(settings.resources())
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withRunAsNonRoot(true)
        .withCapabilities(new CapabilitiesBuilder().withDrop("ALL").build())
        .endSecurityContext()
        .build();
  }

  private static Volume data(ProbeSettings settings) {
    if (settings.storageClass().isEmpty()) return emptyDir("data", DISK_BYTES);
    return new VolumeBuilder()
        .withName("data")
        .withNewEphemeral()
        .withNewVolumeClaimTemplate()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(settings.storageClass().get())
        .withNewResources()
        .addToRequests("storage", new Quantity(Resources.binaryText(CLAIM_BYTES)))
        .endResources()
        .endSpec()
        .endVolumeClaimTemplate()
        .endEphemeral()
        .build();
  }

  private static Volume emptyDir(String name, long bytes) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withSizeLimit(new Quantity(decimalText(bytes)))
        .endEmptyDir()
        .build();
  }

  String node() {
    return annotation(NODE);
  }

  String bootId() {
    return annotation(BOOT_ID);
  }

  /** From 1. What somebody else wrote there counts as the first. */
  int attempt() {
    return (int) Math.clamp(Numbers.decimal(annotation(ATTEMPT)).orElse(1), 1L, MOST_ATTEMPTS);
  }

  String uid() {
    return pod.getMetadata().getUid();
  }

  ProbeAction delete() {
    var meta = pod.getMetadata();
    return new ProbeAction.Delete(meta.getNamespace(), meta.getName(), meta.getUid());
  }

  boolean isGoing() {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  boolean isScheduled() {
    return pod.getSpec().getNodeName() != null && !pod.getSpec().getNodeName().isEmpty();
  }

  boolean isFinished() {
    return phase().equals("Succeeded") || phase().equals("Failed");
  }

  Optional<Instant> created() {
    return Conditions.time(pod.getMetadata().getCreationTimestamp());
  }

  /** When it ended; when it was made, if the kubelet has not said. */
  Optional<Instant> ended() {
    return terminated()
        .flatMap(t -> Conditions.time(t.getFinishedAt()))
        .or(() -> status().flatMap(s -> Conditions.time(s.getStartTime())))
        .or(this::created);
  }

  /**
   * @throws IllegalArgumentException that says why there is none
   */
  NodeReport report() {
    if (!node().equals(pod.getSpec().getNodeName()))
      throw new IllegalArgumentException(
          "it ran on " + pod.getSpec().getNodeName() + ", expected " + node());
    var message = terminated().map(ContainerStateTerminated::getMessage).orElse("");
    if (message == null || message.isEmpty())
      throw new IllegalArgumentException("no report: " + end());
    return NodeReport.parse(message);
  }

  /** In the kubelet's words. */
  private String end() {
    var container = terminated().map(t -> t.getReason() + ", exit code " + t.getExitCode());
    var whole = status().map(s -> s.getReason() == null ? phase() : s.getReason());
    return container.or(() -> whole).orElse("it has no status");
  }

  /** The scheduler's words. */
  String whyUnscheduled() {
    return status().stream()
        .flatMap(s -> s.getConditions().stream())
        .filter(c -> "PodScheduled".equals(c.getType()))
        .map(PodCondition::getMessage)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse("the scheduler has not said why");
  }

  private Optional<ContainerStateTerminated> terminated() {
    return status().stream()
        .flatMap(s -> s.getContainerStatuses().stream())
        .filter(c -> COMPONENT.equals(c.getName()))
        .flatMap(c -> Optional.ofNullable(c.getState()).stream())
        .flatMap(s -> Optional.ofNullable(s.getTerminated()).stream())
        .findFirst();
  }

  private String phase() {
    return status().map(s -> Objects.requireNonNullElse(s.getPhase(), "")).orElse("");
  }

  private Optional<PodStatus> status() {
    return Optional.ofNullable(pod.getStatus());
  }

  private String annotation(String key) {
    return Optional.ofNullable(pod.getMetadata().getAnnotations())
        .map(a -> a.getOrDefault(key, ""))
        .orElse("");
  }
}
