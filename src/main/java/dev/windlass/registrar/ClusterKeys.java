package dev.windlass.registrar;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.WitnessPolicy;
import java.util.Optional;

/**
 * The keys of a release, as its Secrets have them now.
 *
 * @param authorityVersion resource version of the Secret with the authority
 * @param entries signs what the registrar enters in the log
 * @param operator signs what the operator enters there
 * @param policy of the log; absent where there is none
 */
public record ClusterKeys(
    CertificateAuthority authority,
    String authorityVersion,
    Ed25519Key entries,
    Ed25519Key operator,
    Optional<WitnessPolicy> policy) {
  /** What the log's first entry names. */
  public Ed25519PublicKey registrarKey() {
    return entries.publicKey();
  }

  @Override
  public String toString() {
    return "ClusterKeys[" + authority + ", entries " + entries.publicKey() + "]";
  }
}
