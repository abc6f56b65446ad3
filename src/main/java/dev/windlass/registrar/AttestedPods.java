package dev.windlass.registrar;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is known of a pod and applies the rules, for attestation and for each renewal: a pod
 * that got an ephemeral container since is not renewed.
 */
final class AttestedPods {
  /** Characters of a pod's uid. */
  private static final int UID = 36;

  /** What looking at a pod comes to. */
  sealed interface Seen {
    record Refused(Refusal why) implements Seen {}

    /**
     * @param worker of a worker; a head has none
     * @param zone of its node
     * @param known its identity, if it has one
     * @param start of its container
     */
    record Good(
        Pod pod,
        Optional<Worker> worker,
        Optional<String> zone,
        Optional<Attested> known,
        String start)
        implements Seen {
      /**
       * A token is good once for each start of the container: the kubelet gives a container that
       * was started again the same token as before, for up to eight minutes.
       */
      Digest tokenHash(String token) {
        var hash = Digest.of(token.getBytes(US_ASCII));
        return Digest.of((hash + " " + start).getBytes(US_ASCII));
      }
    }
  }

  private final Cluster cluster;
  private final PodRules rules;
  private final String namespace;
  private final String headAccount;

  /**
   * @param namespace of the release, where heads are
   * @param headAccount service account of heads
   */
  AttestedPods(Cluster cluster, PodRules rules, String namespace, String headAccount) {
    this.cluster = cluster;
    this.rules = rules;
    this.namespace = namespace;
    this.headAccount = headAccount;
  }

  /**
   * @param wanted role
   */
  Seen look(PodClaims claims, String wanted) throws IOException {
    var role = role(claims);
    if (role == null)
      return no(
          "the service account %s/%s is neither %s nor %s/%s"
              .formatted(
                  claims.namespace(),
                  claims.serviceAccount(),
                  ApiNames.WORKER_SERVICE_ACCOUNT,
                  namespace,
                  headAccount));
    if (!role.equals(wanted))
      return no(
          "the service account %s/%s makes a %s, not a %s"
              .formatted(claims.namespace(), claims.serviceAccount(), role, wanted));
    return look(claims, role, cluster.pod(claims.namespace(), claims.pod()));
  }

  /** By its identity, for a renewal. */
  Seen lookAgain(SpiffeId id) throws IOException {
    return switch (id.role()) {
      case SpiffeId.WORKER -> {
        var name = cluster.workerOf(id);
        yield name.isEmpty()
            ? gone(id)
            : again(id, cluster.pod(id.namespace(), name.get()), ApiNames.WORKER_SERVICE_ACCOUNT);
      }
      case SpiffeId.HEAD -> again(id, cluster.headPodOf(id), headAccount);
      default -> gone(id);
    };
  }

  void save(Seen.Good pod, Attested identity) throws IOException {
    if (pod.worker().isPresent()) cluster.save(pod.worker().get(), identity);
    else cluster.save(pod.pod(), identity);
  }

  private Seen again(SpiffeId id, Optional<Pod> pod, String account) throws IOException {
    if (pod.isEmpty()) return gone(id);
    var meta = pod.get().getMetadata();
    var claims = new PodClaims(id.namespace(), account, meta.getName(), uid(id));
    return look(claims, id.role(), pod);
  }

  private Seen look(PodClaims claims, String role, Optional<Pod> found) throws IOException {
    var pod = found.orElse(null);
    var why = rules.objection(pod, claims);
    if (why.isPresent() || pod == null)
      return new Seen.Refused(why.orElseGet(() -> Refusal.attestation("there is no such pod")));
    var worker = Optional.<Worker>empty();
    var known = Optional.<Attested>empty();
    if (role.equals(SpiffeId.WORKER)) {
      worker = cluster.worker(claims.namespace(), claims.pod());
      var owner = PodRules.ownerObjection(pod, worker.orElse(null));
      if (owner.isPresent()) return new Seen.Refused(owner.get());
      known = worker.flatMap(w -> Attested.of(w.status()));
    } else {
      var annotations = pod.getMetadata().getAnnotations();
      known = Attested.of(annotations == null ? null : annotations.get(Attested.ANNOTATION));
    }
    var node = pod.getSpec().getNodeName();
    var zone = node == null ? Optional.<String>empty() : cluster.zone(node);
    return new Seen.Good(
        pod, worker, zone, known.filter(k -> isOf(k, claims, role)), PodRules.start(pod, role));
  }

  /** What stands there is of this pod, whoever wrote it. */
  private static boolean isOf(Attested known, PodClaims claims, String role) {
    return known.id().role().equals(role)
        && known.id().namespace().equals(claims.namespace())
        && uid(known.id()).equals(claims.uid());
  }

  private @Nullable String role(PodClaims claims) {
    if (claims.serviceAccount().equals(ApiNames.WORKER_SERVICE_ACCOUNT)) return SpiffeId.WORKER;
    boolean head =
        claims.namespace().equals(namespace) && claims.serviceAccount().equals(headAccount);
    return head ? SpiffeId.HEAD : null;
  }

  /** A name is the pod's uid, and the number of its restart where there was one. */
  private static String uid(SpiffeId id) {
    return id.name().length() <= UID ? id.name() : id.name().substring(0, UID);
  }

  private static Seen gone(SpiffeId id) {
    return new Seen.Refused(Refusal.identity(id + " has no pod any more"));
  }

  private static Seen no(String why) {
    return new Seen.Refused(Refusal.attestation(why));
  }
}
