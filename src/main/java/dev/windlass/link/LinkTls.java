package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.Tls;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TCPSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/**
 * TLS 1.3 only, both sides with a certificate, keys from memory. The handshake believes every
 * identity of the trust domain; which role may be at the other end is decided after it, so that a
 * refusal can name the peer.
 */
final class LinkTls {
  private static final Set<String> PROTOCOLS = Set.of(Tls.PROTOCOL);

  private LinkTls() {}

  static void configure(TCPSSLOptions options, CredentialSource source, InstantSource clock) {
    options
        .setSsl(true)
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(keys(source))
        .setTrustOptions(trust(source, clock))
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true);
  }

  /** New options for new credentials: a session of the old ones is not resumed with them. */
  static SSLOptions renewed(CredentialSource source, InstantSource clock, Duration handshake) {
    return new SSLOptions()
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(keys(source))
        .setTrustOptions(trust(source, clock))
        .setSslHandshakeTimeout(handshake.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  /** Whether the peer of this session would be accepted now. */
  static boolean trusts(CredentialSource source, InstantSource clock, SSLSession session) {
    try {
      verifier(source, clock).peer(session);
      return true;
    } catch (CertificateException _) {
      return false;
    }
  }

  private static KeyCertOptions keys(CredentialSource source) {
    return KeyCertOptions.wrap(Tls.keyManager(source));
  }

  private static TrustOptions trust(CredentialSource source, InstantSource clock) {
    return TrustOptions.wrap(Tls.trustManager(verifier(source, clock)));
  }

  private static PeerVerifier verifier(CredentialSource source, InstantSource clock) {
    return PeerVerifier.of(source, _ -> true, clock);
  }
}
