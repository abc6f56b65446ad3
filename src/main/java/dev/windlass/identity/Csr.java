package dev.windlass.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A certificate request (PKCS #10, RFC 2986), of which only the key is taken: it is P-256 and its
 * holder has signed the request. Names and extensions in it mean nothing here.
 */
public final class Csr {
  public static final int MAX_BYTES = 4096;

  private final byte[] der;
  private final PublicKey key;

  private Csr(byte[] der, PublicKey key) {
    this.der = der;
    this.key = key;
  }

  /** The DER form of a request for {@code keys}, without a name. */
  public static byte[] make(KeyPair keys, SecureRandom random) {
    try {
      var signer =
          new JcaContentSignerBuilder("SHA256withECDSA")
              .setSecureRandom(random)
              .build(keys.getPrivate());
      var nobody = new X500NameBuilder().build();
      return new JcaPKCS10CertificationRequestBuilder(nobody, keys.getPublic())
          .build(signer)
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new AssertionError("a request for a key of ours", e);
    }
  }

  /**
   * @throws IllegalArgumentException if it is not a request, its key is not P-256, or the holder of
   *     the key has not signed it
   */
  public static Csr parse(byte[] der) {
    if (der.length > MAX_BYTES)
      throw new IllegalArgumentException(
          "a certificate request has at most " + MAX_BYTES + " bytes, not " + der.length);
    try {
      var request = new JcaPKCS10CertificationRequest(der);
      if (!Arrays.equals(der, request.toASN1Structure().getEncoded(ASN1Encoding.DER)))
        throw new IllegalArgumentException("not a certificate request: not in DER");
      var algorithm = request.getSignatureAlgorithm().getAlgorithm();
      if (!algorithm.equals(X9ObjectIdentifiers.ecdsa_with_SHA256))
        throw new IllegalArgumentException(
            "a certificate request is signed by ecdsa-with-SHA256, not " + algorithm);
      var key = request.getPublicKey();
      if (!TlsKeys.isP256(key))
        throw new IllegalArgumentException("a TLS key is P-256, not " + key.getAlgorithm());
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key)))
        throw new IllegalArgumentException("the certificate request is not signed by its key");
      return new Csr(der.clone(), key);
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (IOException | GeneralSecurityException | OperatorException | PKCSException e) {
      throw new IllegalArgumentException("not a certificate request: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // hostile octets make Bouncy Castle fail in undeclared ways, such as an index out of bounds
      throw new IllegalArgumentException("not a certificate request: " + e.getMessage(), e);
    }
  }

  public PublicKey key() {
    return key;
  }

  byte[] der() {
    return der.clone();
  }
}
