package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519PublicKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who signs results with which key, and for how long.
 *
 * @param certificate SHA-256 of the newest certificate
 * @param notAfter end of the newest certificate
 * @param revokedAt null while it is good
 */
public record RegisteredKey(
    SpiffeId id,
    Ed25519PublicKey key,
    Digest certificate,
    Instant registeredAt,
    Instant notAfter,
    @Nullable Instant revokedAt) {
  RegisteredKey renewed(Digest newest, Instant until) {
    return new RegisteredKey(id, key, newest, registeredAt, until, revokedAt);
  }

  RegisteredKey revoked(Instant at) {
    return new RegisteredKey(id, key, certificate, registeredAt, notAfter, at);
  }
}
