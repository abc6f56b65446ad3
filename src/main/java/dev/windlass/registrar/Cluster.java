package dev.windlass.registrar;

import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.api.Worker;
import dev.windlass.receipt.Ed25519PublicKey;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.Optional;

/** Port: what the API server knows of pods, and where their identities are kept. */
interface Cluster {
  /** Somebody else wrote the object in the meantime: read it again. */
  final class ChangedException extends IOException {
    private static final long serialVersionUID = 1;

    ChangedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Whose token it is. */
  PodClaims.Reviewed review(String token) throws IOException;

  Optional<Pod> pod(String namespace, String name) throws IOException;

  Optional<Worker> worker(String namespace, String name) throws IOException;

  /** The zone of a node, by the label that we go by; empty if it has none. */
  Optional<String> zone(String node) throws IOException;

  /** The name of the worker with this identity, as far as we have heard. */
  Optional<String> workerOf(SpiffeId id);

  /** Who has this key, as far as we have heard. */
  Optional<SpiffeId> ownerOf(Ed25519PublicKey key);

  /** The pod of the head with this identity. */
  Optional<Pod> headPodOf(SpiffeId id) throws IOException;

  /**
   * @param seen as it was when the identity was decided on
   * @throws ChangedException if it is not like that any more
   */
  void save(Worker seen, Attested identity) throws IOException;

  /**
   * @throws ChangedException as above
   */
  void save(Pod seen, Attested identity) throws IOException;
}
