package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** With a registrar in the process that can be told to fail, and a clock that only we move. */
class EnrolmentTest {
  private static final SpiffeId WORKER = new SpiffeId("acme.test", "default", "worker", "w-1");

  private final TestClock clock = new TestClock();
  private final TestDelays delays = new TestDelays(clock);
  private final SecureRandom random = new SecureRandom();
  private final Surroundings around = new Surroundings(clock, random, delays);
  private final CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);
  private final JoinToken token = JoinToken.make(1, ca.certificate(), random);
  private final FakeRegistrar registrar = new FakeRegistrar();

  /** Strict: a nonce is for one join, and a renewal shows a certificate that is valid. */
  private final class FakeRegistrar implements RegistrarPort {
    private Function<PublicKey, Grant> grants =
        key -> new Grant(WORKER, List.of(ca.issue(WORKER, key)), ca.roots());

    private boolean away;
    private boolean refuses;
    private int busyFor;
    private final List<String> joins = new ArrayList<>();
    private final List<Instant> asked = new ArrayList<>();

    @Override
    public byte[] challenge() {
      return new byte[JoinRequest.NONCE_BYTES];
    }

    @Override
    public Grant join(JoinRequest request) throws RegistrarBusyException {
      joins.add(request.resultKey() + " " + request.csr().key());
      if (joins.size() <= busyFor)
        throw new RegistrarBusyException("the log is away", Duration.ofSeconds(3));
      return grants.apply(JoinRequest.parse(request.json()).csr().key());
    }

    @Override
    public Grant renew(CredentialSource own, byte[] csr)
        throws IOException, EnrolmentRefusedException {
      asked.add(clock.instant());
      if (away) throw new IOException("nobody listens");
      if (refuses) throw new EnrolmentRefusedException("revoked");
      if (!clock.instant().isBefore(own.current().notAfter()))
        throw new AssertionError("renews with an expired certificate");
      return grants.apply(Csr.parse(csr).key());
    }
  }

  @Test
  void a_grant_for_another_key_is_refused() {
    var other = TlsKeys.make(random).getPublic();
    registrar.grants = _ -> new Grant(WORKER, List.of(ca.issue(WORKER, other)), ca.roots());
    refused("for another key");
  }

  @Test
  void a_grant_under_roots_the_token_does_not_pin_is_refused() {
    var other = CertificateAuthority.create("acme.test", clock, random);
    registrar.grants = key -> new Grant(WORKER, List.of(other.issue(WORKER, key)), other.roots());
    refused("lack the one the token pins");
  }

  @Test
  void a_grant_whose_certificate_has_another_name_is_refused() {
    var other = new SpiffeId("acme.test", "default", "worker", "w-2");
    registrar.grants = key -> new Grant(WORKER, List.of(ca.issue(other, key)), ca.roots());
    refused("w-2 is not expected here");
  }

  @Test
  void a_busy_registrar_is_asked_again_with_the_same_keys_and_growing_pauses() throws Exception {
    registrar.busyFor = 5;
    var pauses = new ArrayList<Duration>();
    Delays atOnce =
        (pause, then) -> {
          if (registrar.joins.size() > registrar.busyFor) return; // the renewals to come
          pauses.add(pause);
          then.run();
        };
    try (var worker = Enrolment.join(registrar, token, new Surroundings(clock, random, atOnce))) {
      assertEquals(WORKER, worker.id());
      assertEquals(6, registrar.joins.size());
      assertEquals(1, registrar.joins.stream().distinct().count(), "the keys are the same");
      assertEquals(5, pauses.size());
      assertTrue(pauses.getFirst().toSeconds() == 3, "as it said: " + pauses);
      assertTrue(pauses.getLast().toMillis() >= 8_000, "growing: " + pauses);
    }
  }

  @Test
  void a_registrar_that_stays_busy_ends_the_join() {
    registrar.busyFor = Integer.MAX_VALUE;
    var pauses = new ArrayList<Duration>();
    Delays atOnce =
        (pause, then) -> {
          pauses.add(pause);
          then.run();
        };
    var e =
        assertThrows(
            RegistrarBusyException.class,
            () -> Enrolment.join(registrar, token, new Surroundings(clock, random, atOnce)));
    assertEquals("the log is away", e.getMessage());
    var all = pauses.stream().reduce(Duration.ZERO, Duration::plus);
    assertTrue(all.compareTo(Enrolment.LONGEST_JOIN) <= 0 && all.toSeconds() > 50, all::toString);
  }

  @Test
  void a_renewal_does_not_change_who_one_is() throws Exception {
    try (var worker = join()) {
      var first = worker.current();
      var head = new SpiffeId("acme.test", "default", "head", "h-0");
      registrar.grants = key -> new Grant(head, List.of(ca.issue(head, key)), ca.roots());
      delays.forward(Duration.ofMinutes(34));

      assertSame(first, worker.current());
      var why = worker.ended().getNow("not ended");
      assertTrue(why.contains("h-0 is not expected here"), why);
    }
  }

  @Test
  void a_registrar_that_is_away_is_asked_again_with_growing_pauses_until_it_is_back()
      throws Exception {
    try (var worker = join()) {
      registrar.away = true;
      delays.forward(Duration.ofMinutes(45));
      assertFalse(worker.ended().isDone());
      int asked = registrar.asked.size();
      assertTrue(asked > 10 && asked < 60, "asked " + asked + " times in some 15 minutes");
      for (int i = 8; i < asked; i++) {
        var pause = Duration.between(registrar.asked.get(i - 1), registrar.asked.get(i));
        assertTrue(
            pause.toMillis() >= 29_900 && pause.toMillis() <= 60_100, "pause " + i + ": " + pause);
      }

      registrar.away = false;
      delays.forward(Duration.ofSeconds(61));
      assertEquals(WORKER, worker.current().id());
      assertTrue(worker.current().notAfter().isAfter(clock.instant().plusSeconds(3000)));
    }
  }

  @Test
  void a_refused_renewal_ends_at_once() throws Exception {
    try (var worker = join()) {
      registrar.refuses = true;
      delays.forward(Duration.ofMinutes(59));
      assertEquals(1, registrar.asked.size());
      assertTrue(worker.ended().getNow("not ended").contains("was not renewed: revoked"));
    }
  }

  @Test
  void a_machine_that_slept_past_its_certificate_ends_instead_of_asking() throws Exception {
    try (var worker = join()) {
      clock.forward(Duration.ofHours(3));
      delays.forward(Duration.ofSeconds(1));
      assertEquals(0, registrar.asked.size());
      assertTrue(worker.ended().getNow("not ended").contains("expired at 2026-11-23T04:00:00Z"));
    }
  }

  @Test
  void a_closed_enrolment_asks_no_more() throws Exception {
    var worker = join();
    worker.close();
    delays.forward(Duration.ofHours(2));
    assertEquals(0, registrar.asked.size());
    assertEquals("closed", worker.ended().getNow("not ended"));
  }

  private Enrolment join() throws Exception {
    return Enrolment.join(registrar, token, around);
  }

  private void refused(String why) {
    var e = assertThrows(EnrolmentRefusedException.class, this::join);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
