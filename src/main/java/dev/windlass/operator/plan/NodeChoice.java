package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTermBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link Demand} as the scheduler reads it. Never a node's name: that would skip its checks. */
final class NodeChoice {
  /** Of 100: a node without NVMe first, for whom it does not matter. */
  private static final int LEAVE_NVME_FREE = 10;

  private NodeChoice() {}

  /** The template's affinity, with ours in each of its terms, because one term is enough. */
  static Affinity affinity(Demand demand, @Nullable Affinity given) {
    var ours = requirements(demand.profile());
    var terms = new ArrayList<NodeSelectorTerm>();
    for (var term : demand.terms()) {
      terms.add(new NodeSelectorTermBuilder(term).addAllToMatchExpressions(ours).build());
    }
    if (terms.isEmpty())
      terms.add(new NodeSelectorTermBuilder().withMatchExpressions(ours).build());
    var preferred =
        new ArrayList<>(
            Optional.ofNullable(given)
                .map(Affinity::getNodeAffinity)
                .map(NodeAffinity::getPreferredDuringSchedulingIgnoredDuringExecution)
                .orElse(List.of()));
    if (!demand.profile().wantsNvme()) preferred.add(withoutNvme());
    return (given == null ? new AffinityBuilder() : new AffinityBuilder(given))
        .withNodeAffinity(
            new NodeAffinityBuilder()
                .withRequiredDuringSchedulingIgnoredDuringExecution(
                    new NodeSelectorBuilder().withNodeSelectorTerms(terms).build())
                .withPreferredDuringSchedulingIgnoredDuringExecution(preferred)
                .build())
        .build();
  }

  private static List<NodeSelectorRequirement> requirements(Profile profile) {
    var all = new ArrayList<NodeSelectorRequirement>();
    all.add(in(Keys.OS, "linux"));
    if (!profile.arch().isEmpty()) all.add(in(Keys.ARCH, profile.arch()));
    if (profile.minMHz() > 0) all.add(atLeast(ApiNames.CPU_MHZ_LABEL, profile.minMHz()));
    if (profile.wantsNvme()) all.add(atLeast(ApiNames.NVME_BYTES_LABEL, profile.nvmeBytes()));
    if (profile.nvmeWriteMBps() > 0)
      all.add(atLeast(ApiNames.NVME_WRITE_MBPS_LABEL, profile.nvmeWriteMBps()));
    return all;
  }

  private static NodeSelectorRequirement in(String key, String value) {
    return new NodeSelectorRequirement(key, "In", List.of(value));
  }

  /** {@code Gt} is strict. */
  private static NodeSelectorRequirement atLeast(String key, long value) {
    return new NodeSelectorRequirement(key, "Gt", List.of(Long.toString(value - 1)));
  }

  private static PreferredSchedulingTerm withoutNvme() {
    return new PreferredSchedulingTermBuilder()
        .withWeight(LEAVE_NVME_FREE)
        .withPreference(
            new NodeSelectorTermBuilder()
                .addToMatchExpressions(
                    new NodeSelectorRequirementBuilder()
                        .withKey(ApiNames.NVME_BYTES_LABEL)
                        .withOperator("DoesNotExist")
                        .build())
                .build())
        .build();
  }

  /** The template's constraints, then one for zones and one for hosts. */
  static List<TopologySpreadConstraint> spread(
      Pool pool, String zoneLabel, List<TopologySpreadConstraint> given) {
    var all = new ArrayList<>(given);
    constraint(pool, pool.zone(), zoneLabel).ifPresent(all::add);
    constraint(pool, pool.host(), Keys.HOSTNAME).ifPresent(all::add);
    return all;
  }

  /** Without Honor the scheduler also counts nodes that the pod cannot use. */
  private static Optional<TopologySpreadConstraint> constraint(
      Pool pool, Spread spread, String label) {
    if (spread == Spread.NONE) return Optional.empty();
    return Optional.of(
        new TopologySpreadConstraintBuilder()
            .withMaxSkew(1)
            .withTopologyKey(label)
            .withWhenUnsatisfiable(spread == Spread.REQUIRED ? "DoNotSchedule" : "ScheduleAnyway")
            .withNodeAffinityPolicy("Honor")
            .withNodeTaintsPolicy("Honor")
            .withLabelSelector(
                new LabelSelectorBuilder()
                    .withMatchLabels(Map.of(ApiNames.POOL_LABEL, pool.name()))
                    .build())
            .build());
  }
}
