package dev.windlass.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Roots in the form in which cert-manager makes them for a Certificate with {@code isCA: true}. */
public final class MadeElsewhere {
  /** What cert-manager gives to such a Certificate. */
  private static final int USAGES =
      KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyCertSign;

  private final KeyPair keys;
  private final X509Certificate certificate;

  private MadeElsewhere(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  /** As asked for in the tests; the usual one is {@link #USUAL}. */
  public record Wish(String algorithm, boolean isCa, int usages, String permitted, Duration life) {
    public static final Wish USUAL = new Wish("P-256", true, USAGES, "", Duration.ofDays(90));

    Wish of(String other) {
      return new Wish(other, isCa, usages, permitted, life);
    }

    Wish withoutCa() {
      return new Wish(algorithm, false, usages, permitted, life);
    }

    Wish withoutSigning() {
      return new Wish(algorithm, isCa, KeyUsage.digitalSignature, permitted, life);
    }

    Wish only(String domain) {
      return new Wish(algorithm, isCa, usages, domain, life);
    }

    Wish living(Duration other) {
      return new Wish(algorithm, isCa, usages, permitted, other);
    }
  }

  /** Signs itself. */
  public static MadeElsewhere make(String name, Instant now) {
    return make(name, now, Wish.USUAL);
  }

  static MadeElsewhere make(String name, Instant now, Wish wish) {
    var keys = keys(wish.algorithm());
    return new MadeElsewhere(keys, certificate(name, now, wish, keys, name, keys.getPrivate()));
  }

  /** The same key in a new certificate. */
  public MadeElsewhere again(String name, Instant now) {
    return new MadeElsewhere(
        keys, certificate(name, now, Wish.USUAL, keys, name, keys.getPrivate()));
  }

  /** Signed by this one. */
  MadeElsewhere under(String name, Instant now) {
    var own = keys("P-256");
    var issuer = certificate.getSubjectX500Principal().getName();
    return new MadeElsewhere(
        own, certificate(name, now, Wish.USUAL, own, issuer, keys.getPrivate()));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** {@code tls.crt}. */
  public String certificatePem() {
    return RootsPem.block(certificate);
  }

  /** {@code tls.key} with {@code encoding: PKCS8}. */
  public String pkcs8() {
    return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
  }

  /** {@code tls.key} as cert-manager encodes an ECDSA key when nothing else is said. */
  public String sec1() {
    try {
      var info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
      return pem("EC PRIVATE KEY", info.parsePrivateKey().toASN1Primitive().getEncoded());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String pem(String label, byte[] der) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private static KeyPair keys(String algorithm) {
    try {
      var generator =
          KeyPairGenerator.getInstance(
              switch (algorithm) {
                case "RSA" -> "RSA";
                case "Ed25519" -> "Ed25519";
                case String _ -> "EC";
              });
      if (algorithm.equals("P-256")) generator.initialize(new ECGenParameterSpec("secp256r1"));
      if (algorithm.equals("P-384")) generator.initialize(new ECGenParameterSpec("secp384r1"));
      if (algorithm.equals("RSA")) generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(
      String name, Instant now, Wish wish, KeyPair keys, String issuer, PrivateKey by) {
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(issuer.startsWith("CN=") ? issuer : "CN=" + issuer),
            new BigInteger(128, new SecureRandom()),
            Date.from(now.minusSeconds(1)),
            Date.from(now.plus(wish.life())),
            new X500Name("CN=" + name),
            keys.getPublic());
    var signature =
        switch (wish.algorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "Ed25519" -> "Ed25519";
          case "P-384" -> "SHA384withECDSA";
          case String _ -> "SHA256withECDSA";
        };
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(wish.isCa()))
          .addExtension(Extension.keyUsage, true, new KeyUsage(wish.usages()))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      if (!wish.permitted().isEmpty())
        builder.addExtension(Extension.nameConstraints, true, constraints(wish.permitted()));
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(signature).build(by)));
    } catch (IOException | GeneralSecurityException | OperatorException e) {
      throw new AssertionError(e);
    }
  }

  private static NameConstraints constraints(String domain) {
    return new NameConstraints(
        new GeneralSubtree[] {
          new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, domain))
        },
        null);
  }
}
