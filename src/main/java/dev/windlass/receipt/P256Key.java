package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/** An ECDSA P-256 private key, as the platform holds it. Immutable; for any thread. */
public final class P256Key {
  private final PrivateKey key;
  private final P256PublicKey publicKey;

  private P256Key(PrivateKey key, P256PublicKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /** Both halves of a P-256 key; one of another curve is refused. */
  public static P256Key of(KeyPair pair) {
    return new P256Key(
        pair.getPrivate(), P256PublicKey.ofSpki(Bytes.copyOf(pair.getPublic().getEncoded())));
  }

  /** A new key, for the process that signs with it. */
  public static P256Key make(SecureRandom random) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return of(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has P-256", e);
    }
  }

  public P256PublicKey publicKey() {
    return publicKey;
  }

  /** DER, 70 to 72 octets or a little less; another one each time. */
  public Bytes sign(byte[] message) {
    try {
      var signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key);
      signer.update(message);
      var made = EcdsaSignature.parse(Bytes.wrap(signer.sign()));
      return made.orElseThrow(() -> new AssertionError("the platform signs in DER")).normal().der();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("couldn't sign with " + publicKey, e);
    }
  }

  @Override
  public String toString() {
    return "P256Key[" + publicKey.keyId() + ", private half redacted]";
  }
}
