package dev.windlass.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What one side of a mutual-TLS link shows and whom it believes.
 *
 * @param chain leaf first
 * @param roots the authorities whose leaves are accepted; two of them while an authority is being
 *     replaced
 */
public record Credentials(
    SpiffeId id, PrivateKey key, List<X509Certificate> chain, List<X509Certificate> roots) {
  public Credentials {
    chain = List.copyOf(chain);
    roots = List.copyOf(roots);
    if (chain.isEmpty() || roots.isEmpty())
      throw new IllegalArgumentException("credentials need a chain and a root");
  }

  public Instant notAfter() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return "Credentials[" + id + ", until " + notAfter() + ", key redacted]";
  }
}
