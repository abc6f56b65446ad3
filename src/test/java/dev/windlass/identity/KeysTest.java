package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

class KeysTest {
  private final SecureRandom random = new SecureRandom();
  private final TestClock clock = new TestClock();

  @Test
  void a_result_key_has_the_key_id_of_the_specifications_vector() {
    var seed = new byte[32];
    for (int i = 0; i < 32; i++) seed[i] = (byte) i;
    assertEquals(
        "SHA256:oFCDfYUHBYLM9zlLCYiEfMMSy4glm4lImfbyOc8XkaU",
        new ResultKey(seed).publicKey().keyId());
  }

  /** RFC 8032 §7.1, test 2. */
  @Test
  void a_result_key_signs_as_rfc_8032_says() {
    var hex = HexFormat.of();
    var key =
        new ResultKey(
            hex.parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    assertEquals(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        hex.formatHex(key.publicKey().raw()));
    var signature = key.sign(new byte[] {0x72});
    assertEquals(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        hex.formatHex(signature));
    assertTrue(key.publicKey().verifies(signature, new byte[] {0x72}));
    assertFalse(key.publicKey().verifies(signature, new byte[] {0x73}));
  }

  @Test
  void the_seed_is_handed_out_as_a_copy() {
    var key = ResultKey.make(random);
    var seed = key.seed();
    var before = key.publicKey();
    new Random(1).nextBytes(seed);
    assertArrayEquals(before.raw(), new ResultKey(key.seed()).publicKey().raw());
  }

  @Test
  void a_public_key_of_small_order_is_refused() {
    var neutral = new byte[32];
    neutral[0] = 1;
    assertThrows(IllegalArgumentException.class, () -> ResultPublicKey.of(neutral));
    assertThrows(IllegalArgumentException.class, () -> ResultPublicKey.of(new byte[31]));
  }

  @Test
  void a_public_key_is_read_back_from_its_spki() {
    var key = ResultKey.make(random).publicKey();
    assertEquals(key, ResultPublicKey.ofSpki(key.spki()));
    var other = key.spki();
    other[8] = 0x71;
    assertThrows(IllegalArgumentException.class, () -> ResultPublicKey.ofSpki(other));
  }

  @Test
  void names_in_a_request_are_ignored() throws Exception {
    var keys = TlsKeys.make(random);
    var extensions = new ExtensionsGenerator();
    extensions.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            new GeneralName(
                GeneralName.uniformResourceIdentifier, "spiffe://acme.test/ns/default/head/h-0")));
    var der =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=head"), keys.getPublic())
            .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    var ca = CertificateAuthority.create("acme.test", clock, random);
    var id = new SpiffeId("acme.test", "default", "worker", "w-1");

    var leaf = ca.issue(id, Csr.parse(der).key());

    assertEquals(id, PeerVerifier.idOf(leaf));
    assertFalse(leaf.getSubjectX500Principal().getName().contains("head"));
  }

  @Test
  void a_request_is_signed_by_the_key_it_is_about() throws Exception {
    var keys = TlsKeys.make(random);
    var other = TlsKeys.make(random);
    var der =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(other.getPrivate()))
            .getEncoded();
    refused(der, "not signed by its key");
  }

  @Test
  void a_request_for_a_key_that_is_not_p256_is_refused() throws Exception {
    var ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp384r1"), random);
    refused(Csr.make(ec.generateKeyPair(), random), "a TLS key is P-256");
  }

  @Test
  void a_request_of_any_octets_fails_only_as_declared() {
    var good = Csr.make(TlsKeys.make(random), random);
    var dice = new Random(42);
    for (int i = 0; i < 2000; i++) {
      var bad = good.clone();
      bad[dice.nextInt(bad.length)] = (byte) dice.nextInt(256);
      if (dice.nextBoolean()) bad = Arrays.copyOf(bad, dice.nextInt(bad.length));
      var octets = bad;
      try {
        Csr.parse(octets);
        assertArrayEquals(good, octets, "a changed request is not signed");
      } catch (IllegalArgumentException e) {
        assertFalse(e.getMessage().isEmpty());
      }
    }
    refused(new byte[Csr.MAX_BYTES + 1], "at most 4096 bytes, not 4097");
    refused(Arrays.copyOf(good, good.length + 1), "not a certificate request");
  }

  @Test
  void keys_do_not_show_themselves() {
    var keys = TlsKeys.make(random);
    var id = new SpiffeId("acme.test", "default", "worker", "w-1");
    var ca = CertificateAuthority.create("acme.test", clock, random);
    var scalar = ((ECPrivateKey) keys.getPrivate()).getS();
    for (var text :
        new String[] {
          keys.toString(),
          keys.getPrivate().toString(),
          ca.toString(),
          ca.authorities().toString(),
          ca.credentials(id).toString()
        }) {
      assertFalse(text.contains(scalar.toString()) || text.contains(scalar.toString(16)), text);
      assertFalse(text.contains("PRIVATE KEY"), text);
    }
  }

  private static void refused(byte[] der, String why) {
    var e = assertThrows(IllegalArgumentException.class, () -> Csr.parse(der));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
