package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519PublicKey;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Who signs results with which key, and for how long.
 *
 * @param certificate SHA-256 of the newest certificate
 * @param notAfter end of the newest certificate
 * @param revokedAt null while it is good
 * @param entries where the public log says so
 */
public record RegisteredKey(
    SpiffeId id,
    Ed25519PublicKey key,
    Digest certificate,
    Instant registeredAt,
    Instant notAfter,
    @Nullable Instant revokedAt,
    Entries entries) {

  /**
   * Indexes in the public log.
   *
   * @param register of the entry with the newest certificate; absent while there is none
   * @param revoke of the revocation's entry; absent while there is none
   */
  public record Entries(OptionalLong register, OptionalLong revoke) {
    public static final Entries NONE = new Entries(OptionalLong.empty(), OptionalLong.empty());
  }

  RegisteredKey renewed(Digest newest, Instant until, OptionalLong index) {
    var moved = index.isPresent() ? index : entries.register();
    return new RegisteredKey(
        id, key, newest, registeredAt, until, revokedAt, new Entries(moved, entries.revoke()));
  }

  RegisteredKey revoked(Instant at) {
    return new RegisteredKey(id, key, certificate, registeredAt, notAfter, at, entries);
  }

  RegisteredKey entered(Entries known) {
    return new RegisteredKey(id, key, certificate, registeredAt, notAfter, revokedAt, known);
  }
}
