package dev.windlass.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Credentials as JSSE wants them. Both managers look at each handshake, so renewed credentials are
 * in use at the next connection without anything being reloaded. TLS 1.3 only: callers enable
 * {@link #PROTOCOL} and nothing else.
 */
public final class Tls {
  public static final String PROTOCOL = "TLSv1.3";

  private Tls() {}

  /** Shows the credentials that {@code source} holds at the time of the handshake. */
  public static X509ExtendedKeyManager keyManager(CredentialSource source) {
    return new Keys(source);
  }

  /** Believes whom {@code verifier} believes; host names play no part. */
  public static X509ExtendedTrustManager trustManager(PeerVerifier verifier) {
    return new Trust(verifier);
  }

  /**
   * A context of its own, so that no session is resumed across two of them.
   *
   * @param source null for a client that has no certificate yet
   */
  public static SSLContext context(@Nullable CredentialSource source, PeerVerifier verifier) {
    try {
      var context = SSLContext.getInstance(PROTOCOL);
      var keys = source == null ? new KeyManager[0] : new KeyManager[] {keyManager(source)};
      context.init(keys, new TrustManager[] {trustManager(verifier)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has " + PROTOCOL, e);
    }
  }

  private static final class Keys extends X509ExtendedKeyManager {
    private static final String KIND = "EC";

    private final CredentialSource source;

    /**
     * The newest shown, and the ones before it: JSSE asks for key and chain in two calls, and a
     * renewal between them must not mix the two.
     */
    private volatile List<Credentials> shown = List.of();

    Keys(CredentialSource source) {
      this.source = source;
    }

    private @Nullable String choose(String... kinds) {
      return Arrays.asList(kinds).contains(KIND) ? alias(shownNow()) : null;
    }

    private Credentials shownNow() {
      var now = source.current();
      var before = shown;
      if (before.isEmpty() || before.getFirst() != now) {
        shown = Stream.concat(Stream.of(now), before.stream()).limit(3).toList();
      }
      return now;
    }

    private Credentials named(String alias) {
      return shown.stream()
          .filter(c -> alias(c).equals(alias))
          .findFirst()
          .orElseGet(source::current);
    }

    private static String alias(Credentials c) {
      return c.chain().getFirst().getSerialNumber().toString(16);
    }

    private String @Nullable [] aliases(String kind) {
      return kind.equals(KIND) ? new String[] {alias(shownNow())} : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
      return aliases(kind);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return choose(kinds);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] kinds, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return choose(kinds);
    }

    @Override
    public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
      return aliases(kind);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return choose(kind);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return choose(kind);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return named(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return named(alias).key();
    }
  }

  private static final class Trust extends X509ExtendedTrustManager {
    private static final Set<PeerVerifier.Purpose> CLIENT = Set.of(PeerVerifier.Purpose.CLIENT);
    private static final Set<PeerVerifier.Purpose> SERVER = Set.of(PeerVerifier.Purpose.SERVER);
    private final PeerVerifier verifier;

    Trust(PeerVerifier verifier) {
      this.verifier = verifier;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind)
        throws CertificateException {
      verifier.verify(chain, CLIENT);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
        throws CertificateException {
      verifier.verify(chain, CLIENT);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
        throws CertificateException {
      verifier.verify(chain, CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind)
        throws CertificateException {
      verifier.verify(chain, SERVER);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
        throws CertificateException {
      verifier.verify(chain, SERVER);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
        throws CertificateException {
      verifier.verify(chain, SERVER);
    }

    /** No hints: a peer has one certificate, and names of roots are nobody's business. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
