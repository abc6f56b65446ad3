package dev.windlass.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
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
    return new Trust(verifier::verify);
  }

  /** A context of its own, so that no session is resumed across two of them. */
  public static SSLContext context(CredentialSource source, PeerVerifier verifier) {
    return context(new KeyManager[] {keyManager(source)}, trustManager(verifier));
  }

  /** For a client that shows no certificate. */
  public static SSLContext context(PeerVerifier verifier) {
    return context(new KeyManager[0], trustManager(verifier));
  }

  /**
   * For a joiner, which has no credentials yet: believes a registrar under the authority whose
   * certificate {@code token} pins, and which the server shows behind its own.
   */
  static SSLContext contextPinned(JoinToken token, InstantSource clock) {
    return context(new KeyManager[0], new Trust((chain, purposes) -> pinned(token, chain, clock)));
  }

  /**
   * For one who has no credentials yet and knows the roots: believes a registrar under one of them.
   */
  static SSLContext contextUnder(Supplier<List<X509Certificate>> roots, InstantSource clock) {
    return context(
        new KeyManager[0],
        new Trust(
            (chain, purposes) -> {
              if (chain.length == 0) throw new CertificateException("no certificate was shown");
              var domain = PeerVerifier.idOf(chain[0]).trustDomain();
              new PeerVerifier(roots, domain, id -> id.role().equals(SpiffeId.REGISTRAR), clock)
                  .verify(chain, purposes);
            }));
  }

  private static void pinned(JoinToken token, X509Certificate[] chain, InstantSource clock)
      throws CertificateException {
    if (chain.length != 2)
      throw new CertificateException("expected a leaf and its authority, got " + chain.length);
    var authority = chain[1];
    if (!token.pins(authority))
      throw new CertificateException(
          "its authority is " + authority.getSubjectX500Principal() + ", not the token's");
    var domain = PeerVerifier.idOf(chain[0]).trustDomain();
    new PeerVerifier(
            () -> List.of(authority), domain, id -> id.role().equals(SpiffeId.REGISTRAR), clock)
        .verify(chain, Trust.SERVER);
  }

  private static SSLContext context(KeyManager[] keys, TrustManager trust) {
    try {
      var context = SSLContext.getInstance(PROTOCOL);
      context.init(keys, new TrustManager[] {trust}, null);
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

  /** Throws if the chain is not believed for these purposes. */
  private interface Check {
    void of(X509Certificate[] chain, Set<PeerVerifier.Purpose> purposes)
        throws CertificateException;
  }

  private static final class Trust extends X509ExtendedTrustManager {
    private static final Set<PeerVerifier.Purpose> CLIENT = Set.of(PeerVerifier.Purpose.CLIENT);
    private static final Set<PeerVerifier.Purpose> SERVER = Set.of(PeerVerifier.Purpose.SERVER);
    private final Check check;

    Trust(Check check) {
      this.check = check;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind)
        throws CertificateException {
      check.of(chain, CLIENT);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
        throws CertificateException {
      check.of(chain, CLIENT);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
        throws CertificateException {
      check.of(chain, CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind)
        throws CertificateException {
      check.of(chain, SERVER);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
        throws CertificateException {
      check.of(chain, SERVER);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
        throws CertificateException {
      check.of(chain, SERVER);
    }

    /** No hints: a peer has one certificate, and names of roots are nobody's business. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
