package dev.windlass.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.sec.ECPrivateKey;

/**
 * A root that somebody else makes and renews: certificate and key in PEM, as cert-manager puts them
 * into the Secret of a Certificate with {@code isCA: true}. It is self-signed, its key is ECDSA on
 * P-256 (PKCS #8 or SEC 1), and what it signs passes our own check of a peer.
 */
public final class SuppliedRoot {
  private static final Pattern KEY =
      Pattern.compile(
          "\\s*-----BEGIN ([A-Z0-9 ]+)-----\\r?\\n([A-Za-z0-9+/=\\r\\n]+)-----END \\1-----\\s*");

  private final Authority authority;

  private SuppliedRoot(Authority authority) {
    this.authority = authority;
  }

  /**
   * @param where both were found, for errors
   * @param certificates its own first; what follows is not read
   * @throws IOException if they are not such a root, with what is expected; it repeats no secret
   */
  public static SuppliedRoot parse(
      String where,
      String certificates,
      String key,
      String trustDomain,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    X509Certificate certificate;
    try {
      certificate = RootsPem.parse(certificates).getFirst();
    } catch (IllegalArgumentException e) {
      throw new IOException(where + ", certificate: " + e.getMessage(), e);
    }
    var keyOf = certificate.getPublicKey();
    if (!TlsKeys.isP256(keyOf))
      throw new IOException(
          "%s: the key is %s, expected ECDSA on P-256 (cert-manager: privateKey.algorithm: ECDSA, size: 256)"
              .formatted(where, named(keyOf)));
    if (!isSelfSigned(certificate))
      throw new IOException(
          "%s: the certificate is signed by %s, expected a root that signs itself"
              .formatted(where, certificate.getIssuerX500Principal()));
    var authority = new Authority(privateKey(where, key, (ECPublicKey) keyOf), certificate);
    if (!AuthorityFile.belong(where, authority))
      throw new IOException(where + ": the key is not that of the certificate");
    probe(where, authority, trustDomain, clock, random);
    return new SuppliedRoot(authority);
  }

  public X509Certificate certificate() {
    return authority.certificate();
  }

  Authority authority() {
    return authority;
  }

  /** A certificate that it signs is what peers will have to believe. */
  private static void probe(
      String where,
      Authority authority,
      String trustDomain,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    var ca = new CertificateAuthority(trustDomain, List.of(authority), clock, random);
    var leaf = ca.credentials(new SpiffeId(trustDomain, "probe", SpiffeId.REGISTRAR, "probe"));
    var verifier = new PeerVerifier(ca::roots, trustDomain, _ -> true, clock);
    try {
      verifier.verify(
          leaf.chain().toArray(X509Certificate[]::new),
          Set.of(PeerVerifier.Purpose.SERVER, PeerVerifier.Purpose.CLIENT));
    } catch (CertificateException e) {
      throw new IOException(
          "%s: nobody would believe what it signs for %s: %s"
              .formatted(where, trustDomain, e.getMessage()),
          e);
    }
  }

  private static PrivateKey privateKey(String where, String text, ECPublicKey publicKey)
      throws IOException {
    var block = KEY.matcher(text);
    if (!block.matches()) throw new IOException(where + ": the key is not one block of PEM");
    try {
      var der = Base64.getMimeDecoder().decode(block.group(2));
      var factory = KeyFactory.getInstance("EC");
      return switch (block.group(1)) {
        case "PRIVATE KEY" -> factory.generatePrivate(new PKCS8EncodedKeySpec(der));
        case "EC PRIVATE KEY" ->
            factory.generatePrivate(new ECPrivateKeySpec(scalar(der), publicKey.getParams()));
        case String other ->
            throw new IOException(
                where + ": the key is a " + other + ", expected PRIVATE KEY or EC PRIVATE KEY");
      };
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // the cause stays out: a parser of keys may quote what it read
      throw new IOException(where + ": the key cannot be read");
    }
  }

  private static BigInteger scalar(byte[] der) {
    return ECPrivateKey.getInstance(der).getKey();
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    if (!certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal()))
      return false;
    return PeerVerifier.isSignedBy(certificate, certificate);
  }

  private static String named(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> "RSA with " + rsa.getModulus().bitLength() + " bits";
      case ECPublicKey ec -> "ECDSA with " + ec.getParams().getOrder().bitLength() + " bits";
      case EdECPublicKey ed -> ed.getParams().getName();
      case PublicKey other -> other.getAlgorithm();
    };
  }

  @Override
  public String toString() {
    return "SuppliedRoot[" + certificate().getSubjectX500Principal() + ", key redacted]";
  }
}
