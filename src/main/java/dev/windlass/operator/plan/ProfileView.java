package dev.windlass.operator.plan;

import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileStatus;
import dev.windlass.operator.api.HardwareProfileStatus.Example;
import dev.windlass.operator.api.HardwareProfileStatus.Rejected;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Instant;
import java.util.List;

/** A hardware profile's status: the match without a pool's tolerations and selectors. */
public final class ProfileView {
  private ProfileView() {}

  /** Equal to the one that is there if there is nothing to write. */
  public static HardwareProfileStatus status(
      HardwareProfile resource, List<NodeFacts> nodes, String zoneLabel, Instant now) {
    var generation = resource.getMetadata().getGeneration();
    var conditions = new Conditions(resource.status().conditions(), generation, now);
    Profile profile;
    try {
      profile = Profile.of(resource);
    } catch (IllegalArgumentException e) {
      conditions.isFalse(
          ConditionTypes.MATCHED,
          PoolReason.PROFILE_INVALID.word(),
          String.valueOf(e.getMessage()));
      return new HardwareProfileStatus(
          generation, null, 0, 0L, List.of(), List.of(), conditions.all());
    }
    var fitting = Fitting.of(Demand.of(profile, zoneLabel), nodes);
    matched(fitting, nodes.size(), conditions);
    return new HardwareProfileStatus(
        generation,
        new Quantity(Resources.binaryText(profile.memoryBytes())),
        fitting.nodes().size(),
        fitting.slots(),
        fitting.nodes().stream().limit(HardwareProfileStatus.MAX_NODES).toList(),
        rejected(fitting),
        conditions.all());
  }

  private static void matched(Fitting fitting, int nodes, Conditions conditions) {
    if (!fitting.isEmpty()) {
      conditions.isTrue(
          ConditionTypes.MATCHED,
          PoolReason.NODES_FIT.word(),
          fitting.nodes().size() + " of " + nodes + " nodes fit");
      return;
    }
    conditions.isFalse(
        ConditionTypes.MATCHED,
        fitting.commonest().map(Reason::word).orElse(PoolReason.NO_NODES.word()),
        nodes == 0 ? "the cluster shows no nodes" : "no node fits: " + fitting.why());
  }

  private static List<Rejected> rejected(Fitting fitting) {
    return fitting.rejected().entrySet().stream()
        .map(
            e ->
                new Rejected(
                    e.getKey().word(),
                    e.getValue().count(),
                    e.getValue().examples().stream()
                        .map(x -> new Example(x.node(), x.message()))
                        .toList()))
        .toList();
  }
}
