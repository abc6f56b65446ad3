package dev.windlass.operator.plan;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Optional;

/**
 * What all pods of the node probe share.
 *
 * @param instance the release, for {@code app.kubernetes.io/instance}
 * @param namespace of the release, where they run
 * @param prefix of their names
 * @param pullPolicy empty leaves it to the API server
 * @param pullSecrets names of Secrets in that namespace
 * @param storageClass of the volume that is measured; absent: the kubelet's own disk
 * @param owner with which they go; absent outside a cluster
 */
public record ProbeSettings(
    String instance,
    String namespace,
    String prefix,
    String image,
    String pullPolicy,
    List<String> pullSecrets,
    List<Toleration> tolerations,
    Optional<String> storageClass,
    ResourceRequirements resources,
    Optional<OwnerReference> owner) {
  public ProbeSettings {
    pullSecrets = List.copyOf(pullSecrets);
    tolerations = List.copyOf(tolerations);
  }

  public ProbeSettings ownedBy(Optional<OwnerReference> its) {
    return new ProbeSettings(
        instance,
        namespace,
        prefix,
        image,
        pullPolicy,
        pullSecrets,
        tolerations,
        storageClass,
        resources,
        its);
  }
}
