package dev.windlass.operator.plan;

import dev.windlass.function.Digest;
import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pod of a pool's workers: restricted, Guaranteed, with no Kubernetes credentials but one token
 * for the registrar. The pool's template is merged in; what {@link TemplateCheck} refuses never
 * gets here.
 */
public final class WorkerPod {
  public static final String CONTAINER = "worker";

  /** The volume with the worker's store; a template may say of what kind it is. */
  public static final String DATA = "data";

  static final String TOKEN = "windlass-token";
  static final String TRUST = "windlass-trust";
  static final String TMP = "windlass-tmp";
  static final String TOKEN_DIRECTORY = "/var/run/secrets/windlass";
  static final String TOKEN_FILE = "token";
  static final String TRUST_DIRECTORY = "/etc/windlass/trust";
  static final String ROOTS_FILE = "roots.pem";
  static final String DATA_DIRECTORY = "/data";
  static final long TOKEN_SECONDS = 600;

  /** The longest run of a function, and half a minute to hand its result over. */
  public static final long GRACE_SECONDS = 330;

  private static final long NOBODY = 65_532;
  private static final String NO_ESCALATION = "RuntimeDefault";
  private static final int REVISION_DIGITS = 16;

  private final Pool pool;
  private final Map<String, String> labels;
  private final Map<String, String> annotations;
  private final PodSpec spec;
  private final String revision;

  private WorkerPod(
      Pool pool, Map<String, String> labels, Map<String, String> annotations, PodSpec spec) {
    this.pool = pool;
    this.labels = labels;
    this.annotations = annotations;
    this.spec = spec;
    var all = labels + "\n" + annotations + "\n" + spec;
    this.revision =
        Digest.of(all.getBytes(StandardCharsets.UTF_8)).hex().substring(0, REVISION_DIGITS);
  }

  public static WorkerPod of(
      Pool pool, Profile profile, Template.Readable template, WorkerSettings settings) {
    var demand = Demand.of(profile, pool, template, settings.zoneLabel());
    var given = template.spec();
    var spec =
        new PodSpecBuilder(given)
            .withServiceAccountName(ApiNames.WORKER_SERVICE_ACCOUNT)
            .withServiceAccount(null)
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withRestartPolicy("Always")
            .withTerminationGracePeriodSeconds(GRACE_SECONDS)
            .withReadinessGates(new PodReadinessGate(ApiNames.JOINED_GATE))
            .withNewOs("linux")
            .withSecurityContext(
                new PodSecurityContextBuilder()
                    .withRunAsNonRoot(true)
                    .withRunAsUser(NOBODY)
                    .withRunAsGroup(NOBODY)
                    .withFsGroup(NOBODY)
                    .withNewSeccompProfile(null, NO_ESCALATION)
                    .build())
            .withAffinity(NodeChoice.affinity(demand, given.getAffinity()))
            .withTolerations(demand.tolerations())
            .withTopologySpreadConstraints(
                NodeChoice.spread(pool, demand.zoneLabel(), given.getTopologySpreadConstraints()))
            .withVolumes(WorkerVolumes.of(given.getVolumes(), profile, settings))
            .withContainers(containers(given, profile, settings))
            .withInitContainers(
                given.getInitContainers().stream().map(WorkerPod::restricted).toList())
            .build();
    var meta = Objects.requireNonNullElseGet(template.pod().getMetadata(), ObjectMeta::new);
    return new WorkerPod(
        pool,
        labels(pool, settings, meta),
        new TreeMap<>(Objects.requireNonNullElse(meta.getAnnotations(), Map.of())),
        spec);
  }

  /** Of all that is in the pod but its name. */
  public String revision() {
    return revision;
  }

  public Pod named(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(pool.namespace())
        .withName(name)
        .withLabels(labels)
        .addToLabels(Keys.REVISION, revision)
        .withAnnotations(annotations)
        .withOwnerReferences(pool.asOwner())
        .endMetadata()
        .withSpec(spec)
        .build();
  }

  private static Map<String, String> labels(Pool pool, WorkerSettings settings, ObjectMeta given) {
    var labels = new TreeMap<>(Objects.requireNonNullElse(given.getLabels(), Map.of()));
    labels.putAll(PoolObjects.labels(pool, settings));
    return labels;
  }

  private static List<Container> containers(
      PodSpec given, Profile profile, WorkerSettings settings) {
    var containers = new ArrayList<Container>();
    containers.add(worker(given, profile, settings));
    given.getContainers().stream()
        .filter(c -> !CONTAINER.equals(c.getName()))
        .map(WorkerPod::restricted)
        .forEach(containers::add);
    return containers;
  }

  private static Container worker(PodSpec given, Profile profile, WorkerSettings settings) {
    var extra =
        given.getContainers().stream().filter(c -> CONTAINER.equals(c.getName())).findFirst();
    var amounts = Demand.ofWorker(profile, !Demand.hasClaimedData(given)).asList();
    var mounts = new ArrayList<VolumeMount>();
    mounts.add(mount(DATA, DATA_DIRECTORY, false));
    mounts.add(mount(TMP, "/tmp", false));
    mounts.add(mount(TOKEN, TOKEN_DIRECTORY, true));
    mounts.add(mount(TRUST, TRUST_DIRECTORY, true));
    extra.map(Container::getVolumeMounts).ifPresent(mounts::addAll);
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(settings.image())
        .withImagePullPolicy(settings.pullPolicy().isEmpty() ? null : settings.pullPolicy())
        .withArgs(arguments(settings))
        .withEnv(extra.map(Container::getEnv).orElse(List.of()))
        .withVolumeMounts(mounts)
        .withResources(
            new ResourceRequirementsBuilder().withRequests(amounts).withLimits(amounts).build())
        .withSecurityContext(locked(Optional.empty()))
        .build();
  }

  private static List<String> arguments(WorkerSettings settings) {
    return List.of(
        "worker",
        "--head",
        settings.heads(),
        "--registrar",
        settings.registrar(),
        "--token-file",
        TOKEN_DIRECTORY + "/" + TOKEN_FILE,
        "--roots",
        TRUST_DIRECTORY + "/" + ROOTS_FILE,
        "--data",
        DATA_DIRECTORY);
  }

  /** A container of the template, with what a restricted namespace asks of it. */
  private static Container restricted(Container container) {
    return new ContainerBuilder(container)
        .withSecurityContext(locked(Optional.ofNullable(container.getSecurityContext())))
        .build();
  }

  private static SecurityContext locked(Optional<SecurityContext> given) {
    var context = given.map(SecurityContextBuilder::new).orElseGet(SecurityContextBuilder::new);
    if (given.map(SecurityContext::getReadOnlyRootFilesystem).isEmpty())
      context.withReadOnlyRootFilesystem(true);
    return context
        .withAllowPrivilegeEscalation(false)
        .withPrivileged(null)
        .withRunAsNonRoot(true)
        .withCapabilities(none())
        .build();
  }

  private static Capabilities none() {
    return new CapabilitiesBuilder().withDrop("ALL").build();
  }

  private static VolumeMount mount(String volume, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }
}
