package dev.windlass.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * One root and the key that signs for it.
 *
 * @param signsFrom when it begins to sign, once the root before it has signed; absent: after the
 *     usual overlap; {@link #WAITS}: nobody has said yet
 */
record Authority(PrivateKey key, X509Certificate certificate, Optional<Instant> signsFrom) {
  static final Instant WAITS = Instant.MAX;

  Authority(PrivateKey key, X509Certificate certificate) {
    this(key, certificate, Optional.empty());
  }

  boolean waits() {
    return signsFrom.filter(WAITS::equals).isPresent();
  }

  @Override
  public String toString() {
    return "Authority[" + certificate.getSubjectX500Principal() + ", key redacted]";
  }
}
