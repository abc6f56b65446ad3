package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Nodes, profiles and pools by lot, from values that lie next to each other's bounds. */
final class Dice {
  private final SplittableRandom chance;

  Dice(long seed) {
    chance = new SplittableRandom(seed);
  }

  @SafeVarargs
  final <T> T one(T... values) {
    return values[chance.nextInt(values.length)];
  }

  private boolean rarely() {
    return chance.nextInt(6) == 0;
  }

  Node node(String name) {
    var node = Given.node(name).editMetadata();
    if (rarely()) node.removeFromLabels(Keys.OS);
    if (rarely()) node.removeFromLabels(Keys.ZONE);
    node.addToLabels(Keys.ARCH, one("amd64", "amd64", "arm64"));
    number(node.getLabels(), "windlass.dev/cpu-mhz", "3499", "3500", "03600", "fast");
    number(node.getLabels(), "windlass.dev/nvme-bytes", "1999999999999", "2000000000000", "2T");
    number(node.getLabels(), "windlass.dev/nvme-write-mbps", "4999", "5000", "9000");
    number(node.getLabels(), "rack", "1", "2", "3", "r1");
    number(node.getLabels(), "disk", "fast", "slow");
    var withLabels = node.withLabels(node.getLabels()).endMetadata();
    var taints = new ArrayList<Taint>();
    if (rarely()) taints.add(Given.taint("dedicated", one("windlass", "other"), "NoSchedule"));
    if (rarely()) taints.add(Given.taint("shaky", "", one("NoExecute", "PreferNoSchedule")));
    boolean ready = !rarely();
    if (!ready) taints.add(Given.taint(Keys.NOT_READY, "", "NoSchedule"));
    return withLabels
        .editSpec()
        .withTaints(taints)
        .withUnschedulable(rarely() ? true : null)
        .endSpec()
        .editStatus()
        .editFirstCondition()
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .withAllocatable(
            Map.of(
                "cpu", new Quantity(one("1999m", "2", "8", "16")),
                "memory", new Quantity(one("4Gi", "4194303Ki", "16Gi", "64Gi")),
                "ephemeral-storage", new Quantity(one("5G", "6G", "501G", "502G", "2T")),
                "pods", new Quantity("110")))
        .endStatus()
        .build();
  }

  private void number(Map<String, String> labels, String key, String... values) {
    if (rarely()) labels.remove(key);
    else labels.put(key, one(values));
  }

  Profile profile() {
    boolean nvme = chance.nextInt(3) == 0;
    return new Profile(
        "dice",
        one(500L, 2_000L, 8_000L),
        2L << 30,
        one(0L, 0L, 3_500L),
        nvme ? 2_000_000_000_000L : 0,
        nvme ? one(0L, 5_000L) : 0,
        one(4_000_000_000L, 500_000_000_000L),
        one("", "", "amd64", "arm64"));
  }

  Pool pool(String namespace) {
    return new Pool(
        namespace,
        "dice",
        "uid",
        1,
        "dice",
        1,
        Optional.empty(),
        one(Spread.NONE, Spread.PREFERRED, Spread.REQUIRED),
        one(Spread.NONE, Spread.REQUIRED),
        false);
  }

  /**
   * @param host to which the pod is pinned by its label; empty for none
   */
  PodTemplateSpec template(String host) {
    var spec = new PodTemplateSpecBuilder().withNewSpec();
    if (rarely()) spec.addToNodeSelector("disk", "fast");
    if (chance.nextBoolean())
      spec.addNewToleration()
          .withKey("dedicated")
          .withOperator(one("Exists", "Equal"))
          .withValue(null)
          .withEffect(one("NoSchedule", null))
          .endToleration();
    if (rarely()) spec.addNewToleration().withKey("shaky").withOperator("Exists").endToleration();
    if (rarely())
      spec.addNewToleration().withKey(Keys.UNSCHEDULABLE).withOperator("Exists").endToleration();
    var terms = new ArrayList<NodeSelectorTerm>();
    int count = chance.nextInt(3) + (host.isEmpty() ? 0 : 1);
    for (int i = 0; i < count; i++) {
      var term = new NodeSelectorTermBuilder();
      if (!host.isEmpty())
        term.addToMatchExpressions(new NodeSelectorRequirement(Keys.HOSTNAME, "In", List.of(host)));
      if (host.isEmpty() || chance.nextBoolean()) term.addToMatchExpressions(expression());
      terms.add(term.build());
    }
    if (!terms.isEmpty())
      spec.withNewAffinity()
          .withNewNodeAffinity()
          .withNewRequiredDuringSchedulingIgnoredDuringExecution()
          .withNodeSelectorTerms(terms)
          .endRequiredDuringSchedulingIgnoredDuringExecution()
          .endNodeAffinity()
          .endAffinity();
    return spec.endSpec().build();
  }

  private NodeSelectorRequirement expression() {
    return switch (chance.nextInt(6)) {
      case 0 -> new NodeSelectorRequirement("rack", "In", List.of("1", "2"));
      case 1 -> new NodeSelectorRequirement("rack", "NotIn", List.of("3"));
      case 2 -> new NodeSelectorRequirement("disk", "Exists", List.of());
      case 3 -> new NodeSelectorRequirement("disk", "DoesNotExist", List.of());
      case 4 -> new NodeSelectorRequirement("rack", "Gt", List.of("1"));
      default -> new NodeSelectorRequirement("rack", "Lt", List.of("2"));
    };
  }
}
