package dev.windlass.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** What the API server serves with and signs with: files of one throw-away authority. */
record ServingKeys(
    Path authority,
    Path authorityKey,
    Path certificate,
    Path key,
    Path tokenKey,
    Path tokenPublic) {

  /** For 127.0.0.1 and the cluster's own name of the API. */
  static ServingKeys make(Path directory, String serviceAddress) throws IOException {
    try {
      var caKeys = p256();
      var caName = new X500Name("CN=windlass-test");
      var ca =
          new JcaX509v3CertificateBuilder(
                  caName, BigInteger.ONE, yesterday(), nextYear(), caName, caKeys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
              .addExtension(
                  Extension.keyUsage,
                  true,
                  new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature))
              .build(signer(caKeys));
      var keys = p256();
      var names =
          new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, serviceAddress),
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.dNSName, "kubernetes.default.svc")
          };
      var leaf =
          new JcaX509v3CertificateBuilder(
                  caName,
                  BigInteger.TWO,
                  yesterday(),
                  nextYear(),
                  new X500Name("CN=kube-apiserver"),
                  keys.getPublic())
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
              .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names))
              .build(signer(caKeys));
      var token = p256();
      return new ServingKeys(
          pem(directory, "ca.crt", "CERTIFICATE", der(ca)),
          pem(directory, "ca.key", "PRIVATE KEY", caKeys.getPrivate().getEncoded()),
          pem(directory, "apiserver.crt", "CERTIFICATE", der(leaf)),
          pem(directory, "apiserver.key", "PRIVATE KEY", keys.getPrivate().getEncoded()),
          pem(directory, "sa.key", "PRIVATE KEY", token.getPrivate().getEncoded()),
          pem(directory, "sa.pub", "PUBLIC KEY", token.getPublic().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError("P-256 and X.509 from known parts", e);
    }
  }

  private static KeyPair p256() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static ContentSigner signer(KeyPair keys) throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
  }

  private static byte[] der(X509CertificateHolder certificate) {
    try {
      return certificate.getEncoded();
    } catch (IOException e) {
      throw new UncheckedIOException("a certificate that was just made", e);
    }
  }

  private static Path pem(Path directory, String name, String kind, byte[] der) throws IOException {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
  }

  private static Date yesterday() {
    return Date.from(Instant.now().minus(Duration.ofDays(1)));
  }

  private static Date nextYear() {
    return Date.from(Instant.now().plus(Duration.ofDays(365)));
  }
}
