package dev.windlass.operator.plan;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Map;
import java.util.Objects;

/** What a pool has beside its pods, as values. */
public final class PoolObjects {
  /** Rounded up, so at least one worker may be away. */
  private static final int UNAVAILABLE_PERCENT = 10;

  private PoolObjects() {}

  /** One for all pools of a namespace; nothing is granted to it. */
  public static ServiceAccount serviceAccount(Pool pool, WorkerSettings settings) {
    return new ServiceAccountBuilder()
        .withNewMetadata()
        .withNamespace(pool.namespace())
        .withName(ApiNames.WORKER_SERVICE_ACCOUNT)
        .withLabels(common(settings))
        .endMetadata()
        .withAutomountServiceAccountToken(false)
        .build();
  }

  /** The authority's roots, for all pools of a namespace. */
  public static ConfigMap trust(Pool pool, WorkerSettings settings) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(pool.namespace())
        .withName(settings.trustConfigMap())
        .withLabels(common(settings))
        .endMetadata()
        .withData(Map.of(WorkerPod.ROOTS_FILE, settings.roots()))
        .build();
  }

  /** Sick pods may always go: they protect nothing. */
  public static PodDisruptionBudget budget(Pool pool, WorkerSettings settings) {
    return new PodDisruptionBudgetBuilder()
        .withNewMetadata()
        .withNamespace(pool.namespace())
        .withName(pool.name())
        .withLabels(labels(pool, settings))
        .withOwnerReferences(pool.asOwner())
        .endMetadata()
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(UNAVAILABLE_PERCENT + "%"))
        .withNewSelector()
        .withMatchLabels(Map.of(ApiNames.POOL_LABEL, pool.name()))
        .endSelector()
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .endSpec()
        .build();
  }

  /** Whether all that we apply is there already. */
  static boolean isSame(ServiceAccount has, ServiceAccount wanted) {
    return Objects.equals(
            has.getAutomountServiceAccountToken(), wanted.getAutomountServiceAccountToken())
        && holds(has, wanted);
  }

  static boolean isSame(PodDisruptionBudget has, PodDisruptionBudget wanted) {
    return has.getSpec() != null
        && Objects.equals(has.getSpec().getMaxUnavailable(), wanted.getSpec().getMaxUnavailable())
        && Objects.equals(
            has.getSpec().getUnhealthyPodEvictionPolicy(),
            wanted.getSpec().getUnhealthyPodEvictionPolicy())
        && Objects.equals(has.getSpec().getSelector(), wanted.getSpec().getSelector())
        && holds(has, wanted);
  }

  private static boolean holds(HasMetadata has, HasMetadata wanted) {
    var labels =
        Objects.requireNonNullElse(has.getMetadata().getLabels(), Map.<String, String>of());
    return labels.entrySet().containsAll(wanted.getMetadata().getLabels().entrySet())
        && has.getMetadata()
            .getOwnerReferences()
            .containsAll(wanted.getMetadata().getOwnerReferences());
  }

  /** Workers that the budget lets be away at one time. */
  static int allowance(int replicas) {
    return Math.ceilDiv(replicas * UNAVAILABLE_PERCENT, 100);
  }

  /** Made before its pod, so that a crash in between leaves no pod that nobody knows. */
  public static Worker worker(Pool pool, WorkerSettings settings, String name) {
    var worker = new Worker();
    worker.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(pool.namespace())
            .withName(name)
            .withLabels(labels(pool, settings))
            .withFinalizers(ApiNames.REVOKE_FINALIZER)
            .withOwnerReferences(pool.asOwner())
            .build());
    return worker;
  }

  static Map<String, String> labels(Pool pool, WorkerSettings settings) {
    return Map.of(
        ApiNames.APP_NAME_LABEL,
        "windlass",
        ApiNames.APP_INSTANCE_LABEL,
        settings.instance(),
        ApiNames.APP_COMPONENT_LABEL,
        "worker",
        ApiNames.APP_MANAGED_BY_LABEL,
        ApiNames.OPERATOR_MANAGER,
        ApiNames.POOL_LABEL,
        pool.name(),
        ApiNames.PROFILE_LABEL,
        pool.profile());
  }

  private static Map<String, String> common(WorkerSettings settings) {
    return Map.of(
        ApiNames.APP_NAME_LABEL,
        "windlass",
        ApiNames.APP_INSTANCE_LABEL,
        settings.instance(),
        ApiNames.APP_COMPONENT_LABEL,
        "worker",
        ApiNames.APP_MANAGED_BY_LABEL,
        ApiNames.OPERATOR_MANAGER);
  }
}
