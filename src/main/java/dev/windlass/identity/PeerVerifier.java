package dev.windlass.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Decides who a peer is, by its certificate alone: one leaf directly under one of the roots, in
 * time, for the wanted purpose, with exactly one name, a SPIFFE id of our trust domain that the
 * caller expects. Host names play no part.
 *
 * <p>Roots are asked for at each check, so a rotation needs no restart. A resumed TLS session skips
 * the handshake's check: whoever accepts connections calls {@link #peer(SSLSession)} as well.
 */
public final class PeerVerifier {
  /** What a leaf is used for; the OIDs of RFC 5280 §4.2.1.12. */
  enum Purpose {
    SERVER("1.3.6.1.5.5.7.3.1"),
    CLIENT("1.3.6.1.5.5.7.3.2");

    private final String oid;

    Purpose(String oid) {
      this.oid = oid;
    }
  }

  private static final int URI = 6;

  private final Supplier<List<X509Certificate>> roots;
  private final String trustDomain;
  private final Predicate<SpiffeId> expected;
  private final InstantSource clock;

  /**
   * @param expected which identities may be at the other end, such as {@code id ->
   *     id.role().equals("worker")}
   */
  public PeerVerifier(
      Supplier<List<X509Certificate>> roots,
      String trustDomain,
      Predicate<SpiffeId> expected,
      InstantSource clock) {
    this.roots = roots;
    this.trustDomain = trustDomain;
    this.expected = expected;
    this.clock = clock;
  }

  /** Peers of the trust domain of {@code own}, under the roots it holds at the time. */
  public static PeerVerifier of(
      CredentialSource own, Predicate<SpiffeId> expected, InstantSource clock) {
    return new PeerVerifier(
        () -> own.current().roots(), own.current().id().trustDomain(), expected, clock);
  }

  /**
   * The identity at the other end of an established session, checked again as of now.
   *
   * @throws CertificateException if there is none, or it would not be accepted now
   */
  public SpiffeId peer(SSLSession session) throws CertificateException {
    try {
      var chain = session.getPeerCertificates();
      var x509 = Arrays.copyOf(chain, chain.length, X509Certificate[].class);
      return verify(x509, Set.of(Purpose.SERVER, Purpose.CLIENT));
    } catch (SSLPeerUnverifiedException e) {
      throw new CertificateException("the peer showed no certificate", e);
    }
  }

  SpiffeId verify(X509Certificate[] chain, Set<Purpose> purposes) throws CertificateException {
    if (chain.length < 1 || chain.length > 2)
      throw new CertificateException(
          "a chain is a leaf, or a leaf and its root; not " + chain.length);
    var leaf = chain[0];
    var now = clock.instant();
    var believed = roots.get();
    var root = rootOf(chain, believed);
    if (chain.length == 2 && !chain[1].equals(root))
      throw new CertificateException(
          "the chain ends in a root that is not believed: " + subject(chain[1]));
    root.checkValidity(Date.from(now));
    leaf.checkValidity(Date.from(now));
    validatePath(leaf, root, Date.from(now));
    checkUse(leaf, purposes);
    var id = idOf(leaf);
    if (!id.trustDomain().equals(trustDomain))
      throw new CertificateException(id + " is not of the trust domain " + trustDomain);
    if (!expected.test(id)) throw new CertificateException(id + " is not expected here");
    return id;
  }

  /**
   * The one name in a leaf, which is not verified hereby.
   *
   * @throws CertificateException if it has none, several, or one that is not a SPIFFE id of ours
   */
  public static SpiffeId idOf(X509Certificate leaf) throws CertificateException {
    var names = names(leaf);
    if (names.size() != 1)
      throw new CertificateException(
          "a leaf has exactly one name; " + subject(leaf) + " has " + names.size());
    var name = names.iterator().next();
    if (!Objects.equals(name.getFirst(), URI))
      throw new CertificateException("a leaf's name is a URI; it is of kind " + name.getFirst());
    try {
      return SpiffeId.parse((String) name.getLast());
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private static Collection<List<?>> names(X509Certificate leaf)
      throws CertificateParsingException {
    var names = leaf.getSubjectAlternativeNames();
    return names == null ? List.of() : names;
  }

  private static X509Certificate rootOf(X509Certificate[] chain, List<X509Certificate> believed)
      throws CertificateException {
    var leaf = chain[0];
    if (chain.length == 2 && believed.contains(chain[1]) && isNamedBy(leaf, chain[1]))
      return chain[1];
    return issuerOf(leaf, believed);
  }

  /**
   * By name, and by signature where several have the same: a root that is renewed elsewhere keeps
   * its name. That the path is good is not proved hereby.
   *
   * @throws CertificateException if none of them has signed it
   */
  public static X509Certificate issuerOf(X509Certificate leaf, List<X509Certificate> roots)
      throws CertificateException {
    var named = roots.stream().filter(root -> isNamedBy(leaf, root)).toList();
    if (named.size() == 1) return named.getFirst();
    return named.stream()
        .filter(root -> isSignedBy(leaf, root))
        .reduce((_, newer) -> newer)
        .orElseThrow(
            () ->
                new CertificateException(
                    subject(leaf)
                        + " is signed by "
                        + leaf.getIssuerX500Principal()
                        + ", which is not believed"));
  }

  private static boolean isNamedBy(X509Certificate leaf, X509Certificate root) {
    return root.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
  }

  static boolean isSignedBy(X509Certificate certificate, X509Certificate by) {
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /**
   * RFC 5280 §6 as the JDK does it; it catches what we do not look for by name. The root stands in
   * the path below its own name and key, because the JDK ignores what an anchor may not sign.
   */
  private static void validatePath(X509Certificate leaf, X509Certificate root, Date now)
      throws CertificateException {
    try {
      var anchor = new TrustAnchor(root.getSubjectX500Principal(), root.getPublicKey(), null);
      var parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      parameters.setDate(now);
      var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf, root));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(subject(leaf) + " has no valid path: " + e.getMessage(), e);
    }
  }

  private static void checkUse(X509Certificate leaf, Set<Purpose> purposes)
      throws CertificateException {
    if (leaf.getBasicConstraints() != -1)
      throw new CertificateException(subject(leaf) + " is an authority, not a leaf");
    var usage = leaf.getKeyUsage();
    if (usage == null || !usage[0])
      throw new CertificateException(subject(leaf) + " may not make digital signatures");
    if (!TlsKeys.isP256(leaf.getPublicKey()))
      throw new CertificateException(
          "a TLS key is P-256, not " + leaf.getPublicKey().getAlgorithm());
    var extended = leaf.getExtendedKeyUsage();
    var may = extended == null ? Set.<String>of() : new HashSet<>(extended);
    for (var purpose : purposes)
      if (!may.contains(purpose.oid))
        throw new CertificateException(subject(leaf) + " may not be a TLS " + purpose);
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
