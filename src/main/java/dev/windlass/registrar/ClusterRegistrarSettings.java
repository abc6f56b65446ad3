package dev.windlass.registrar;

import dev.windlass.function.Digest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a registrar in a cluster needs to know.
 *
 * @param namespace of the release
 * @param name of the release; all names of objects begin with it
 * @param host to listen on
 * @param port 0: any
 * @param allowedImages digests that containers with an identity may run; empty: those of {@code
 *     pod}
 * @param pod name of our own pod, in {@code namespace}; needed where no image is named
 * @param zoneLabel of nodes
 * @param times what a registrar waits for
 */
public record ClusterRegistrarSettings(
    String namespace,
    String name,
    String trustDomain,
    String host,
    int port,
    Set<Digest> allowedImages,
    Optional<String> pod,
    String zoneLabel,
    Keys keys,
    Times times) {
  public static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  /**
   * Which keys are made where there are none, and what the log's policy says of them.
   *
   * @param authoritySecret where the user has put the authority; absent: ours
   * @param log its URL, which every reader uses; absent: there is no log, and no keys of one
   * @param witnesses number of them
   * @param quorum of them that a checkpoint needs
   * @param witnessUrl with {@code {i}} for the number of the witness, from 0
   */
  public record Keys(
      Optional<String> authoritySecret,
      Optional<String> log,
      int witnesses,
      int quorum,
      String witnessUrl) {
    public static final Keys WITHOUT_LOG = new Keys(Optional.empty(), Optional.empty(), 0, 0, "");

    public Keys {
      if (quorum < 0 || quorum > witnesses)
        throw new IllegalArgumentException(
            "a quorum of " + quorum + " among " + witnesses + " witnesses");
      if (witnesses > 0 && !witnessUrl.contains("{i}"))
        throw new IllegalArgumentException(
            "a URL of witnesses has {i} for the number, not: " + witnessUrl);
    }
  }

  /**
   * @param propagation from the moment when a ConfigMap has a new root until every pod has read it
   * @param settle between the deletion of a worker and its revocation in the log, so that receipts
   *     of what it did before are there first
   * @param longestRevocation after that a Worker goes although the log has not answered
   * @param tick between looks at the roots
   */
  public record Times(
      Duration propagation, Duration settle, Duration longestRevocation, Duration tick) {
    public static final Times USUAL =
        new Times(
            Duration.ofMinutes(2),
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10));
  }

  public ClusterRegistrarSettings {
    allowedImages = Set.copyOf(allowedImages);
  }

  /** With defaults for all that has one. */
  public static ClusterRegistrarSettings of(String namespace, String name, String trustDomain) {
    return new ClusterRegistrarSettings(
        namespace,
        name,
        trustDomain,
        "0.0.0.0",
        7070,
        Set.of(),
        Optional.empty(),
        ZONE_LABEL,
        Keys.WITHOUT_LOG,
        Times.USUAL);
  }

  public ClusterRegistrarSettings listening(String at, int onPort) {
    return new ClusterRegistrarSettings(
        namespace, name, trustDomain, at, onPort, allowedImages, pod, zoneLabel, keys, times);
  }

  public ClusterRegistrarSettings allowing(Set<Digest> images, Optional<String> ownPod) {
    return new ClusterRegistrarSettings(
        namespace, name, trustDomain, host, port, images, ownPod, zoneLabel, keys, times);
  }

  public ClusterRegistrarSettings with(Keys other) {
    return new ClusterRegistrarSettings(
        namespace, name, trustDomain, host, port, allowedImages, pod, zoneLabel, other, times);
  }

  public ClusterRegistrarSettings with(Times other) {
    return new ClusterRegistrarSettings(
        namespace, name, trustDomain, host, port, allowedImages, pod, zoneLabel, keys, other);
  }

  public ClusterRegistrarSettings withZoneLabel(String label) {
    return new ClusterRegistrarSettings(
        namespace, name, trustDomain, host, port, allowedImages, pod, label, keys, times);
  }

  /** Service account of heads. */
  public String headAccount() {
    return name + "-head";
  }

  /**
   * Secret with {@code authority.pem}, and {@code entries.pem} where it is ours; or the user's with
   * a root, {@code tls.crt} and {@code tls.key}.
   */
  public String authoritySecret() {
    return keys.authoritySecret().orElse(ownAuthoritySecret());
  }

  /** Ours, whether or not the user has one. */
  public String ownAuthoritySecret() {
    return name + "-authority";
  }

  /** Secret with {@code entries.pem} where the authority is the user's and has none. */
  public String entriesSecret() {
    return name + "-entries-key";
  }

  /** Secret with {@code operator.pem}. */
  public String operatorSecret() {
    return name + "-operator-key";
  }

  /** Secret with {@code log.key}. */
  public String logSecret() {
    return name + "-log-key";
  }

  /** Secret with {@code witness-0.key} and so on. */
  public String witnessSecret() {
    return name + "-witness-keys";
  }

  /** ConfigMap with {@code policy.txt} and {@code registrar-key}. */
  public String policyConfigMap() {
    return name + "-log-policy";
  }

  /** ConfigMap with {@code roots.pem}, here and in each namespace with a WorkerPool. */
  public String trustConfigMap() {
    return name + "-trust";
  }
}
