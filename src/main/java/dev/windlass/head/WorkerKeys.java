package dev.windlass.head;

import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519PublicKey;
import java.util.Optional;

/**
 * Port: the result key that the registrar holds for a worker. Asked for every result, so it answers
 * from memory; a revoked or expired key is absent.
 */
@FunctionalInterface
public interface WorkerKeys {
  Optional<Ed25519PublicKey> keyOf(SpiffeId worker);
}
