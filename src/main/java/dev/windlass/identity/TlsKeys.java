package dev.windlass.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Makes the ECDSA P-256 keys of TLS; the only kind a certificate of ours is about. */
public final class TlsKeys {
  private TlsKeys() {}

  /** A fresh pair. It lives in this process only: nothing here writes it. */
  public static KeyPair make(SecureRandom random) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK makes P-256 keys", e);
    }
  }

  /** Whether {@code key} is a point on P-256, named by its OID (no explicit curve parameters). */
  static boolean isP256(PublicKey key) {
    if (!(key instanceof ECPublicKey)) return false;
    var algorithm = SubjectPublicKeyInfo.getInstance(key.getEncoded()).getAlgorithm();
    return algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
        && algorithm.getParameters() instanceof ASN1ObjectIdentifier curve
        && curve.equals(SECObjectIdentifiers.secp256r1);
  }
}
