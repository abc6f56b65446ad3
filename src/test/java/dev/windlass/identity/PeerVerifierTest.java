package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerVerifierTest {
  private static final SpiffeId WORKER = new SpiffeId("acme.test", "default", "worker", "w-1");
  private static final Set<PeerVerifier.Purpose> BOTH =
      Set.of(PeerVerifier.Purpose.SERVER, PeerVerifier.Purpose.CLIENT);

  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);
  private final PeerVerifier workers =
      new PeerVerifier(ca::roots, "acme.test", id -> id.role().equals("worker"), clock);

  @Test
  void a_leaf_of_the_authority_is_believed() throws Exception {
    assertEquals(WORKER, check(ca.credentials(WORKER)));
  }

  @Test
  void an_expired_leaf_is_refused() throws Exception {
    var own = ca.credentials(WORKER);
    clock.forward(Duration.ofMinutes(59));
    assertEquals(WORKER, check(own));
    clock.forward(Duration.ofMinutes(2));
    refused(own, "NotAfter");
  }

  @Test
  void a_leaf_that_is_not_yet_valid_is_refused() {
    var own = ca.credentials(WORKER);
    clock.forward(Duration.ofSeconds(-61));
    refused(own, "NotBefore");
  }

  @Test
  void a_leaf_of_another_authority_of_the_same_name_is_refused() {
    var other = CertificateAuthority.create("acme.test", clock, random);
    refused(other.credentials(WORKER), "not believed");
  }

  @Test
  void a_leaf_of_another_role_is_refused() {
    var head = new SpiffeId("acme.test", "default", "head", "w-1");
    refused(ca.credentials(head), "not expected here");
  }

  @Test
  void an_authority_does_not_sign_for_another_trust_domain() {
    var other = new SpiffeId("evil.test", "default", "worker", "w-1");
    var e = assertThrows(IllegalArgumentException.class, () -> ca.credentials(other));
    assertTrue(e.getMessage().contains("evil.test"), e.getMessage());
  }

  @Test
  void name_constraints_stop_a_stolen_authority_at_its_trust_domain() {
    var other = new SpiffeId("evil.test", "default", "worker", "w-1");
    var keys = TlsKeys.make(random);
    var leaf =
        Certificates.leaf(
            ca.authorities().getFirst(),
            other,
            keys.getPublic(),
            clock.instant(),
            CertificateAuthority.LEAF_LIFE,
            random);
    var anyone = new PeerVerifier(ca::roots, "evil.test", _ -> true, clock);
    var e =
        assertThrows(
            CertificateException.class, () -> anyone.verify(new X509Certificate[] {leaf}, BOTH));
    assertTrue(e.getMessage().contains("no valid path"), e.getMessage());
  }

  @Test
  void a_root_is_no_peer() {
    var root = ca.certificate();
    assertThrows(
        CertificateException.class, () -> workers.verify(new X509Certificate[] {root}, BOTH));
  }

  @Test
  void a_chain_through_a_leaf_is_refused() {
    var own = ca.credentials(WORKER);
    var keys = TlsKeys.make(random);
    var forged =
        Certificates.leaf(
            new Authority(own.key(), own.chain().getFirst()),
            WORKER,
            keys.getPublic(),
            clock.instant(),
            CertificateAuthority.LEAF_LIFE,
            random);
    var chain = new X509Certificate[] {forged, own.chain().getFirst()};
    assertThrows(CertificateException.class, () -> workers.verify(chain, BOTH));
  }

  @Test
  void a_leaf_has_the_extensions_of_an_svid() throws Exception {
    var leaf = ca.credentials(WORKER).chain().getFirst();

    assertEquals(
        List.of(List.of(6, WORKER.toString())), List.copyOf(leaf.getSubjectAlternativeNames()));
    assertEquals(-1, leaf.getBasicConstraints());
    assertTrue(leaf.getCriticalExtensionOIDs().containsAll(Set.of("2.5.29.19", "2.5.29.15")));
    assertTrue(leaf.getNonCriticalExtensionOIDs().containsAll(Set.of("2.5.29.14", "2.5.29.35")));
    assertEquals(128, leaf.getSerialNumber().bitLength());
    assertEquals(clock.instant().minusSeconds(60), leaf.getNotBefore().toInstant());
    assertEquals(clock.instant().plusSeconds(3600), leaf.getNotAfter().toInstant());
  }

  @Test
  void two_roots_are_believed_during_a_rotation_and_the_old_one_goes_after_its_last_leaf()
      throws Exception {
    var old = ca.certificate();
    var rotated = ca.rotated();
    var verifier = new PeerVerifier(rotated::roots, "acme.test", _ -> true, clock);
    assertEquals(2, rotated.roots().size());
    assertEquals(old, rotated.certificate(), "the new root is not yet known to everybody");

    clock.forward(CertificateAuthority.OVERLAP.minusSeconds(1));
    var lastOfOld = rotated.credentials(WORKER);
    clock.forward(Duration.ofSeconds(1));
    var firstOfNew = rotated.credentials(WORKER);

    assertEquals(rotated.roots().getLast(), rotated.certificate());
    assertEquals(WORKER, verifier.verify(chain(lastOfOld), BOTH));
    assertEquals(WORKER, verifier.verify(chain(firstOfNew), BOTH));
    clock.forward(CertificateAuthority.OVERLAP);
    assertEquals(List.of(rotated.certificate()), rotated.roots());
  }

  private SpiffeId check(Credentials c) throws CertificateException {
    return workers.verify(chain(c), BOTH);
  }

  private void refused(Credentials c, String why) {
    var e = assertThrows(CertificateException.class, () -> check(c));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static X509Certificate[] chain(Credentials c) {
    return c.chain().toArray(X509Certificate[]::new);
  }
}
