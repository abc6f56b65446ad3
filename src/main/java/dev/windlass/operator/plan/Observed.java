package dev.windlass.operator.plan;

import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a pool's next steps depend on, read once. It may be a little old: a second worker of the
 * same name cannot come of it.
 *
 * @param template the pool's podTemplate as it could be read
 * @param profile that the pool names, if there is one
 * @param workers in the pool's namespace with its label
 * @param pods in the pool's namespace with its label
 * @param serviceAccount under which its workers run
 * @param trust the ConfigMap with the roots in its namespace
 * @param budget with the pool's name
 * @param bindingModes of storage classes, by their name
 * @param largestQuorum the most workers that one call of a function may ask of this pool
 * @param namespaceTerminating nothing can be created there any more
 */
public record Observed(
    WorkerPool pool,
    Template template,
    Optional<HardwareProfile> profile,
    List<NodeFacts> nodes,
    List<Worker> workers,
    List<Pod> pods,
    Optional<ServiceAccount> serviceAccount,
    Optional<ConfigMap> trust,
    Optional<PodDisruptionBudget> budget,
    Map<String, String> bindingModes,
    int largestQuorum,
    boolean namespaceTerminating) {
  public Observed {
    nodes = List.copyOf(nodes);
    workers = List.copyOf(workers);
    pods = List.copyOf(pods);
    bindingModes = Map.copyOf(bindingModes);
  }
}
