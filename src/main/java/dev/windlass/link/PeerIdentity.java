package dev.windlass.link;

import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.ProtocolException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who is at the other end, by the certificate that the TLS handshake has verified.
 *
 * @param notAfterMillis Unix time at which the link must have ended
 */
record PeerIdentity(SpiffeId id, long notAfterMillis, SSLSession session) {
  static PeerIdentity of(SSLSession session) throws ProtocolException {
    try {
      if (!(session.getPeerCertificates()[0] instanceof X509Certificate leaf))
        throw new ProtocolException("a certificate that is not X.509");
      return new PeerIdentity(PeerVerifier.idOf(leaf), leaf.getNotAfter().getTime(), session);
    } catch (SSLPeerUnverifiedException _) {
      throw new ProtocolException("no certificate");
    } catch (CertificateException e) {
      throw new ProtocolException(String.valueOf(e.getMessage()));
    }
  }
}
