package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod that attests, with a registrar in the process and a clock that only we move. */
class AttestationTest {
  private static final SpiffeId WORKER =
      new SpiffeId("acme.test", "prod", "worker", "6f1b2c3d-0000-4000-8000-000000000001");
  private static final String TOKEN = "aaa.bbb.ccc";

  @TempDir Path mounts;
  private final TestClock clock = new TestClock();
  private final TestDelays delays = new TestDelays(clock);
  private final SecureRandom random = new SecureRandom();
  private final FakeRegistrar registrar = new FakeRegistrar();
  private CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);

  private final class FakeRegistrar implements AttestPort {
    private final List<String> tokens = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private IOException away = new IOException("nobody listens");
    private int awayFor;
    private String refusal = "";
    private long index = 4;

    @Override
    public byte[] attestChallenge() {
      return new byte[JoinRequest.NONCE_BYTES];
    }

    @Override
    public Grant attest(AttestRequest request) throws IOException, EnrolmentRefusedException {
      var read = AttestRequest.parse(request.json());
      tokens.add(read.token());
      keys.add(read.resultKey().keyId());
      if (!refusal.isEmpty()) throw new EnrolmentRefusedException(refusal);
      if (tokens.size() <= awayFor) throw away;
      return grant(read.csr());
    }

    @Override
    public Grant renew(CredentialSource own, byte[] csr) {
      index++;
      return grant(Csr.parse(csr));
    }

    private Grant grant(Csr csr) {
      var chain = List.of(ca.issue(WORKER, csr.key()));
      return new Grant(WORKER, chain, ca.roots(), OptionalLong.of(index));
    }
  }

  @BeforeEach
  void mount() throws Exception {
    Files.writeString(mounts.resolve("token"), TOKEN + "\n");
    Files.writeString(mounts.resolve("roots.pem"), RootsPem.text(ca.roots()));
  }

  @Test
  void a_pod_gets_an_identity_and_renews_it_at_half_its_life() throws Exception {
    try (var worker = attest(atOnce())) {
      assertEquals(WORKER, worker.id());
      assertEquals(OptionalLong.of(4), worker.registerIndex());
      var first = worker.current();

      delays.forward(Duration.ofMinutes(34));

      assertNotEquals(first, worker.current());
      assertEquals(OptionalLong.of(5), worker.registerIndex());
    }
  }

  @Test
  void while_the_registrar_is_away_it_is_asked_again_with_growing_pauses_and_the_newest_token()
      throws Exception {
    registrar.awayFor = 12;
    var pauses = new ArrayList<Duration>();
    Delays rotating =
        (pause, then) -> {
          if (pause.equals(TrustedRoots.EVERY) || registrar.tokens.size() > registrar.awayFor)
            return;
          pauses.add(pause);
          write("token", "aaa.bbb.c" + pauses.size());
          then.run();
        };
    attest(rotating).close();

    assertEquals(TOKEN, registrar.tokens.getFirst());
    assertEquals("aaa.bbb.c12", registrar.tokens.getLast());
    assertEquals(1, registrar.keys.stream().distinct().count(), "the keys are the same");
    assertEquals(12, pauses.size());
    for (var pause : pauses) assertTrue(pause.toMillis() >= 500, pauses::toString);
    assertTrue(pauses.getLast().toSeconds() >= 30, pauses::toString);
  }

  @Test
  void files_that_are_not_there_yet_are_waited_for() throws Exception {
    Files.delete(mounts.resolve("token"));
    write("roots.pem", "half of a certif");
    var pauses = new ArrayList<Duration>();
    Delays mounting =
        (pause, then) -> {
          pauses.add(pause);
          if (pauses.size() == 2) write("roots.pem", RootsPem.text(ca.roots()));
          if (pauses.size() == 4) write("token", TOKEN);
          if (pauses.size() <= 4) then.run();
        };
    attest(mounting).close();

    assertEquals(1, registrar.tokens.size());
  }

  @Test
  void a_refused_pod_asks_no_more() {
    registrar.refusal = "the image is not on the list";
    var e = assertThrows(EnrolmentRefusedException.class, () -> attest(atOnce()));
    assertEquals("the image is not on the list", e.getMessage());
    assertEquals(1, registrar.tokens.size());
  }

  @Test
  void an_interrupted_pod_stops_asking() {
    registrar.awayFor = Integer.MAX_VALUE;
    Delays never = (_, _) -> Thread.currentThread().interrupt();
    assertThrows(InterruptedIOException.class, () -> attest(never));
    assertTrue(Thread.interrupted());
  }

  @Test
  void a_new_root_in_the_file_is_believed_without_a_renewal() throws Exception {
    try (var worker = attest(atOnce())) {
      var before = worker.current();
      var next = ca.rotated();
      write("roots.pem", RootsPem.text(next.roots()));

      delays.forward(TrustedRoots.EVERY.plusSeconds(1));

      assertEquals(next.roots(), worker.current().roots());
      assertEquals(before.chain(), worker.current().chain());
    }
  }

  @Test
  void a_broken_file_leaves_the_roots_as_they_are() throws Exception {
    try (var worker = attest(atOnce())) {
      write("roots.pem", "");
      delays.forward(TrustedRoots.EVERY.plusSeconds(1));
      assertEquals(ca.roots(), worker.current().roots());
    }
  }

  @Test
  void a_root_that_left_the_file_is_forgotten_with_the_next_renewal() throws Exception {
    try (var worker = attest(atOnce())) {
      var old = ca;
      ca = CertificateAuthority.create("acme.test", clock, random);
      write("roots.pem", RootsPem.text(List.of(old.certificate(), ca.certificate())));
      delays.forward(Duration.ofMinutes(34));
      write("roots.pem", RootsPem.text(ca.roots()));
      delays.forward(Duration.ofMinutes(34));
      assertEquals(ca.roots(), worker.current().roots());
    }
  }

  /** Until the identity is there; then the clock's own delays. */
  private Delays atOnce() {
    return (pause, then) -> {
      if (registrar.tokens.isEmpty()) then.run();
      else delays.after(pause, then);
    };
  }

  private Enrolment attest(Delays by) throws Exception {
    var how =
        Attestation.ofWorker(
            "registrar.test:7070", mounts.resolve("token"), mounts.resolve("roots.pem"));
    return Enrolment.attest(
        registrar, how, TrustedRoots.of(how.roots()), new Surroundings(clock, random, by));
  }

  private void write(String name, String text) {
    try {
      Files.writeString(mounts.resolve(name), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
