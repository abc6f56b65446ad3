package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What one worker pod asks of a node. {@link Match} decides with it, {@link WorkerPod} writes it
 * down for the scheduler.
 *
 * @param request of the whole pod
 * @param terms one of them must hold; none asks for nothing
 * @param zoneLabel must be there if {@code zoneRequired}
 */
public record Demand(
    Profile profile,
    Resources request,
    List<Toleration> tolerations,
    Map<String, String> nodeSelector,
    List<NodeSelectorTerm> terms,
    boolean zoneRequired,
    boolean hostRequired,
    String zoneLabel) {
  /** For logs and scratch, beside what the profile claims. */
  static final long SCRATCH_BYTES = 2_000_000_000L;

  /** A worker holds nothing that matters; Kubernetes would wait 300 s. */
  private static final List<Toleration> OURS =
      List.of(leavesAfter30Seconds(Keys.NOT_READY), leavesAfter30Seconds(Keys.UNREACHABLE));

  public Demand {
    tolerations = List.copyOf(tolerations);
    nodeSelector = Map.copyOf(nodeSelector);
    terms = List.copyOf(terms);
  }

  /** Of a profile by itself, without a pool's tolerations and selectors. */
  public static Demand of(Profile profile, String zoneLabel) {
    return new Demand(
        profile, ofWorker(profile, true), OURS, Map.of(), List.of(), false, false, zoneLabel);
  }

  public static Demand of(
      Profile profile, Pool pool, Template.Readable template, String zoneLabel) {
    var spec = template.spec();
    var tolerations = new ArrayList<>(spec.getTolerations());
    tolerations.addAll(OURS);
    return new Demand(
        profile,
        ofPod(spec, ofWorker(profile, !hasClaimedData(spec))),
        tolerations,
        Objects.requireNonNullElse(spec.getNodeSelector(), Map.of()),
        terms(spec),
        pool.zone() == Spread.REQUIRED,
        pool.host() == Spread.REQUIRED,
        zoneLabel);
  }

  /** The worker container's. */
  static Resources ofWorker(Profile profile, boolean dataIsEmptyDir) {
    return new Resources(
        profile.vcpuMilli(),
        profile.memoryBytes(),
        SCRATCH_BYTES + (dataIsEmptyDir ? profile.diskBytes() : 0));
  }

  /** The volume {@code data} is claimed from a storage class; it is not on the node's own disk. */
  static boolean hasClaimedData(PodSpec spec) {
    return spec.getVolumes().stream()
        .anyMatch(v -> WorkerPod.DATA.equals(v.getName()) && v.getEphemeral() != null);
  }

  static List<NodeSelectorTerm> terms(PodSpec spec) {
    return Optional.ofNullable(spec.getAffinity())
        .map(Affinity::getNodeAffinity)
        .map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution())
        .map(selector -> selector.getNodeSelectorTerms())
        .orElse(List.of());
  }

  /**
   * As the scheduler sums a pod up: containers and sidecars run together; each init container runs
   * beside the sidecars before it.
   */
  static Resources ofPod(PodSpec template, Resources worker) {
    var together = worker;
    for (var container : template.getContainers()) {
      if (!WorkerPod.CONTAINER.equals(container.getName()))
        together = together.plus(ofContainer(container));
    }
    var sidecars = Resources.NONE;
    var initial = Resources.NONE;
    for (var container : template.getInitContainers()) {
      var own = ofContainer(container);
      if ("Always".equals(container.getRestartPolicy())) {
        together = together.plus(own);
        sidecars = sidecars.plus(own);
        initial = initial.max(sidecars);
      } else {
        initial = initial.max(sidecars.plus(own));
      }
    }
    return together.max(initial);
  }

  /** What is only limited is also requested: the API server fills it in. */
  private static Resources ofContainer(Container container) {
    var resources =
        Objects.requireNonNullElseGet(container.getResources(), ResourceRequirements::new);
    return Resources.of(resources.getLimits()).max(Resources.of(resources.getRequests()));
  }

  private static Toleration leavesAfter30Seconds(String taint) {
    return new TolerationBuilder()
        .withKey(taint)
        .withOperator("Exists")
        .withEffect("NoExecute")
        .withTolerationSeconds(30L)
        .build();
  }
}
