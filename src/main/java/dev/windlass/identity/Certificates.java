package dev.windlass.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The two kinds of certificate there are, by RFC 5280 and the SPIFFE X509-SVID standard: a root
 * that may sign for one trust domain only, and a leaf that is one SPIFFE id.
 */
final class Certificates {
  /** How far back a certificate begins, for peers whose clocks are behind. */
  static final Duration CLOCK_SLACK = Duration.ofSeconds(60);

  private static final int SERIAL_BITS = 128;

  private Certificates() {}

  static X509Certificate root(
      String trustDomain, KeyPair keys, Instant now, Duration life, SecureRandom random) {
    var serial = serial(random);
    var name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Windlass")
            .addRDN(BCStyle.CN, trustDomain + " " + serial.toString(16).substring(0, 8))
            .build();
    var builder = builder(name, serial, now, life, name, keys.getPublic());
    try {
      var ids = new JcaX509ExtensionUtils();
      var permitted =
          new GeneralSubtree[] {
            new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, trustDomain)),
            new GeneralSubtree(new GeneralName(GeneralName.dNSName, trustDomain))
          };
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
          .addExtension(Extension.nameConstraints, true, new NameConstraints(permitted, null))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              ids.createSubjectKeyIdentifier(keys.getPublic()));
      return signed(builder, keys.getPrivate(), random);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("a root from known parts", e);
    }
  }

  static X509Certificate leaf(
      Authority issuer,
      SpiffeId id,
      PublicKey key,
      Instant now,
      Duration life,
      SecureRandom random) {
    var root = issuer.certificate();
    // no common name: verifiers take one for a host name, which the root may not vouch for
    var subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Windlass")
            .addRDN(BCStyle.OU, id.role())
            .addRDN(BCStyle.SERIALNUMBER, id.name())
            .build();
    try {
      var ids = new JcaX509ExtensionUtils();
      var issuerName = new JcaX509CertificateHolder(root).getSubject();
      var builder = builder(issuerName, serial(random), now, life, subject, key);
      var uri = new GeneralName(GeneralName.uniformResourceIdentifier, id.toString());
      var purposes =
          new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes))
          .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(uri))
          .addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              ids.createAuthorityKeyIdentifier(root.getPublicKey()));
      return signed(builder, issuer.key(), random);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("a leaf from parsed parts", e);
    }
  }

  /** SHA-256 of the DER form. */
  static byte[] digest(X509Certificate certificate) {
    try {
      return Hashes.sha256(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a parsed certificate has a DER form", e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer,
      BigInteger serial,
      Instant now,
      Duration life,
      X500Name subject,
      PublicKey key) {
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(now.minus(CLOCK_SLACK)), Date.from(now.plus(life)), subject, key);
  }

  /** RFC 5280 §4.1.2.2 wants it positive; 128 random bits make it unique and unforeseeable. */
  private static BigInteger serial(SecureRandom random) {
    var serial = new BigInteger(SERIAL_BITS, random);
    return serial.setBit(SERIAL_BITS - 1);
  }

  private static X509Certificate signed(
      X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random) {
    try {
      var signer =
          new JcaContentSignerBuilder("SHA256withECDSA").setSecureRandom(random).build(key);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (OperatorCreationException | CertificateException e) {
      throw new UncheckedIOException("couldn't sign a certificate", new IOException(e));
    }
  }
}
