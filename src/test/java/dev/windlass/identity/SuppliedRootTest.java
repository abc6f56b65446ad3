package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.MadeElsewhere.Wish;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SuppliedRootTest {
  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();

  @Test
  void a_root_as_cert_manager_makes_it_signs_what_peers_believe() throws Exception {
    var made = MadeElsewhere.make("our CA", clock.instant());
    for (var key : List.of(made.sec1(), made.pkcs8())) {
      var root = parse(made.certificatePem(), key);
      assertEquals(made.certificate(), root.certificate());
      var ca = CertificateAuthority.of("acme.test", root, clock, random);
      assertEquals(List.of(made.certificate()), ca.roots());
      assertEquals("spiffe://acme.test/ns/prod/worker/w1", verified(ca, leaf(ca)).toString());
    }
    assertFalse(parse(made.certificatePem(), made.sec1()).toString().contains("BEGIN"));
  }

  @Test
  void a_root_may_be_narrowed_to_the_trust_domain() throws Exception {
    var made = MadeElsewhere.make("our CA", clock.instant(), Wish.USUAL.only("acme.test"));
    assertEquals(made.certificate(), parse(made.certificatePem(), made.sec1()).certificate());
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of(
            Wish.USUAL.of("RSA"), "the key is RSA with 2048 bits, expected ECDSA on P-256"),
        Arguments.of(Wish.USUAL.of("Ed25519"), "the key is Ed25519, expected ECDSA on P-256"),
        Arguments.of(Wish.USUAL.of("P-384"), "the key is ECDSA with 384 bits, expected ECDSA on"),
        Arguments.of(Wish.USUAL.withoutCa(), "nobody would believe what it signs for acme.test"),
        Arguments.of(Wish.USUAL.withoutSigning(), "nobody would believe what it signs"),
        Arguments.of(Wish.USUAL.only("other.test"), "nobody would believe what it signs"),
        Arguments.of(Wish.USUAL.living(Duration.ZERO), "nobody would believe what it signs"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void a_root_of_another_kind_is_refused_with_what_is_expected(Wish wish, String said) {
    var made = MadeElsewhere.make("our CA", clock.instant().minusSeconds(2), wish);
    assertRefused(said, made.certificatePem(), made.pkcs8());
  }

  @Test
  void an_intermediate_is_refused() {
    var root = MadeElsewhere.make("corporate root", clock.instant());
    var made = root.under("our CA", clock.instant());
    assertRefused(
        "the certificate is signed by CN=corporate root, expected a root that signs itself",
        made.certificatePem() + root.certificatePem(),
        made.sec1());
  }

  @Test
  void a_key_that_is_another_or_none_is_refused_and_not_repeated() {
    var made = MadeElsewhere.make("our CA", clock.instant());
    var other = MadeElsewhere.make("our CA", clock.instant());
    var certificate = made.certificatePem();
    assertRefused("the key is not that of the certificate", certificate, other.sec1());
    assertRefused("the key is not one block of PEM", certificate, "hunter2");
    assertRefused("the key is not one block of PEM", certificate, made.sec1() + made.sec1());
    assertRefused(
        "the key cannot be read",
        certificate,
        MadeElsewhere.pem("PRIVATE KEY", "hunter2".getBytes()));
    assertRefused(
        "the key cannot be read",
        certificate,
        MadeElsewhere.pem("EC PRIVATE KEY", "hunter2".getBytes()));
    assertRefused(
        "the key is a RSA PRIVATE KEY, expected PRIVATE KEY or EC PRIVATE KEY",
        certificate,
        MadeElsewhere.pem("RSA PRIVATE KEY", "hunter2".getBytes()));
    assertRefused("not certificates in PEM", "hunter2", made.sec1());
  }

  /** A renewal keeps the name; the key is another one, or the same. */
  @Test
  void of_two_roots_of_one_name_the_one_that_signed_is_found() throws Exception {
    var first = MadeElsewhere.make("our CA", clock.instant());
    for (var next :
        List.of(
            MadeElsewhere.make("our CA", clock.instant()),
            first.again("our CA", clock.instant()))) {
      var ca =
          CertificateAuthority.of(
              "acme.test", parse(first.certificatePem(), first.sec1()), clock, random);
      var before = leaf(ca);
      var root = parse(next.certificatePem(), next.sec1());
      assertFalse(ca.has(root));
      var both = ca.withWaitingRoot(root);
      assertTrue(both.has(root));
      assertEquals(before.getIssuerX500Principal(), leaf(both).getIssuerX500Principal());
      var signing = both.signingFrom(clock.instant());
      var after = leaf(signing);
      assertEquals(next.certificate(), signing.certificate());
      for (var leaf : List.of(before, leaf(both), after)) {
        verified(signing, leaf);
        verified(signing, leaf, PeerVerifier.issuerOf(leaf, signing.roots()));
      }
    }
  }

  private void assertRefused(String said, String certificate, String key) {
    var e = assertThrows(IOException.class, () -> parse(certificate, key));
    var text = String.valueOf(e.getMessage());
    assertTrue(text.startsWith("Secret prod/my-ca"), text);
    assertTrue(text.contains(said), text);
    assertFalse(text.contains("hunter2"), text);
  }

  private SuppliedRoot parse(String certificate, String key) throws IOException {
    return SuppliedRoot.parse("Secret prod/my-ca", certificate, key, "acme.test", clock, random);
  }

  private X509Certificate leaf(CertificateAuthority ca) {
    var id = SpiffeId.parse("spiffe://acme.test/ns/prod/worker/w1");
    return ca.issue(id, TlsKeys.make(random).getPublic());
  }

  private SpiffeId verified(CertificateAuthority by, X509Certificate... chain) throws Exception {
    return new PeerVerifier(by::roots, "acme.test", _ -> true, clock)
        .verify(chain, Set.of(PeerVerifier.Purpose.CLIENT));
  }
}
