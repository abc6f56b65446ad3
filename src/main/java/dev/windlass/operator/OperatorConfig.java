package dev.windlass.operator;

import java.time.Duration;
import java.util.Optional;

/**
 * What an operator is told.
 *
 * @param namespace of the release
 * @param name of the release's objects; the Lease is {@code <name>-operator}
 * @param instance of the release, as its pods are labelled; absent: any in the namespace
 * @param pod of this process; absent outside a cluster, where no pod is labelled
 * @param trustDomain of the identities that its workers get
 * @param worker what a worker pod runs
 * @param zoneLabel of nodes, which spread reads
 * @param baseUrl where heads are reached from outside, for {@code status.url}
 * @param election absent: this process leads, alone
 */
public record OperatorConfig(
    String namespace,
    String name,
    Optional<String> instance,
    Optional<String> pod,
    String trustDomain,
    WorkerImage worker,
    String zoneLabel,
    Optional<String> baseUrl,
    Optional<Election> election) {
  public static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  /**
   * What a worker pod runs and whom it dials.
   *
   * @param image with its digest or tag
   * @param pullPolicy of Kubernetes; absent: the cluster's default
   * @param registrar host:port
   * @param heads host:port whose every address is dialled
   */
  public record WorkerImage(
      String image, Optional<String> pullPolicy, String registrar, String heads) {}

  /**
   * Times of the Lease.
   *
   * @param lease how long a silent leader keeps it
   * @param deadline after which a leader that cannot renew gives up; shorter than {@code lease}
   * @param retry between two tries
   */
  public record Election(Duration lease, Duration deadline, Duration retry) {
    /** What Kubernetes' own controllers use. */
    public static final Election USUAL =
        new Election(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

    public Election {
      if (lease.compareTo(deadline) <= 0 || deadline.compareTo(retry) <= 0)
        throw new IllegalArgumentException(
            "expected lease > deadline > retry, not %s, %s, %s".formatted(lease, deadline, retry));
    }
  }

  /** Of the Lease, and the component's objects. */
  String leaseName() {
    return name + "-operator";
  }

  /** In the release's namespace, made by the registrar, and copied to each namespace of a pool. */
  String trustConfigMap() {
    return name + "-trust";
  }
}
