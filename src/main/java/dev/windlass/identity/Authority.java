package dev.windlass.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** One root and the key that signs for it. */
record Authority(PrivateKey key, X509Certificate certificate) {
  @Override
  public String toString() {
    return "Authority[" + certificate.getSubjectX500Principal() + ", key redacted]";
  }
}
