package dev.windlass.operator.plan;

import dev.windlass.kube.ControlPlane;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The same question asked of {@link Match} and of a real kube-scheduler: which pod goes to which
 * node. Nodes are objects without a kubelet; pods on them are bound and never start.
 */
final class SchedulerAgreement implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KubernetesClient client;
  private final String namespace;
  private final Dice dice;
  private final List<Node> nodes = new ArrayList<>();
  private int pods;
  private int fitted;
  private int rejected;

  SchedulerAgreement(ControlPlane plane, long seed, int nodeCount) {
    client = plane.client();
    namespace = plane.newNamespace();
    dice = new Dice(seed);
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("windlass-worker")
                .endMetadata()
                .build())
        .create();
    for (int i = 0; i < nodeCount; i++) nodes.add(create(dice.node(namespace + "-" + i)));
  }

  /** Admission and the API server each keep a part of it for a second write. */
  private Node create(Node wanted) {
    var name = wanted.getMetadata().getName();
    client.resource(new NodeBuilder(wanted).withStatus(null).build()).create();
    var node = client.nodes().withName(name);
    ControlPlane.patiently(
        () -> node.editStatus(n -> new NodeBuilder(n).withStatus(wanted.getStatus()).build()));
    return ControlPlane.patiently(
        () ->
            node.edit(
                n ->
                    new NodeBuilder(n)
                        .editSpec()
                        .withTaints(wanted.getSpec().getTaints())
                        .endSpec()
                        .build()));
  }

  int fitted() {
    return fitted;
  }

  int rejected() {
    return rejected;
  }

  /** One demand, a pod for each node that can go nowhere else; what differs, in words. */
  List<String> pinned() {
    var profile = dice.profile();
    var pool = dice.pool(namespace);
    var demands = new LinkedHashMap<String, Demand>();
    var hosts = new LinkedHashMap<String, Node>();
    for (var node : nodes) {
      var template = new Template.Readable(dice.template(node.getMetadata().getName()));
      var name = create(WorkerPod.of(pool, profile, template, Given.SETTINGS));
      demands.put(name, Demand.of(profile, pool, template, Keys.ZONE));
      hosts.put(name, node);
    }
    var differences = new ArrayList<String>();
    decided(hosts.size())
        .forEach(
            (name, bound) -> {
              var match = Match.of(demands.get(name), NodeFacts.of(hosts.get(name)));
              boolean fits = match instanceof Match.Fits;
              if (fits) fitted++;
              else rejected++;
              if (fits != bound.isPresent())
                differences.add(
                    match
                        + ", the scheduler: "
                        + bound
                        + "\n"
                        + demands.get(name)
                        + "\n"
                        + hosts.get(name));
            });
    clear();
    return differences;
  }

  /** One pod that may go anywhere. */
  List<String> free() {
    var profile = dice.profile();
    var pool = dice.pool(namespace);
    var template = new Template.Readable(dice.template(""));
    var demand = Demand.of(profile, pool, template, Keys.ZONE);
    create(WorkerPod.of(pool, profile, template, Given.SETTINGS));
    var bound = decided(1).values().iterator().next();
    var fit =
        client.nodes().list().getItems().stream()
            .map(NodeFacts::of)
            .filter(n -> Match.of(demand, n) instanceof Match.Fits)
            .map(NodeFacts::name)
            .toList();
    clear();
    boolean agree = bound.map(fit::contains).orElse(fit.isEmpty());
    return agree ? List.of() : List.of("fits " + fit + ", the scheduler: " + bound + "\n" + demand);
  }

  private String create(WorkerPod pod) {
    var name = "dice-" + pods++;
    var owned = pod.named(name);
    client
        .resource(
            new PodBuilder(owned)
                .editMetadata()
                .withOwnerReferences(List.of())
                .endMetadata()
                .build())
        .create();
    return name;
  }

  /** The node of each pod, or empty once the scheduler has said that there is none. */
  private Map<String, Optional<String>> decided(int count) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      var all = client.pods().inNamespace(namespace).list().getItems();
      if (all.size() == count && all.stream().allMatch(SchedulerAgreement::isDecided)) {
        var nodeOf = new LinkedHashMap<String, Optional<String>>();
        for (var pod : all)
          nodeOf.put(pod.getMetadata().getName(), Optional.ofNullable(pod.getSpec().getNodeName()));
        return nodeOf;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError("the scheduler did not decide on all pods in " + PATIENCE);
  }

  private static boolean isDecided(Pod pod) {
    return pod.getSpec().getNodeName() != null
        || pod.getStatus().getConditions().stream()
            .anyMatch(
                c -> c.getType().equals("PodScheduled") && "Unschedulable".equals(c.getReason()));
  }

  private void clear() {
    client.pods().inNamespace(namespace).withGracePeriod(0).delete();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!client.pods().inNamespace(namespace).list().getItems().isEmpty()) {
      if (System.nanoTime() > end) throw new AssertionError("pods stay in " + namespace);
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() {
    for (var node : nodes) client.resource(node).delete();
  }
}
