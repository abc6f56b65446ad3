package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.identity.Tls;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The whole way over TLS on the loopback, with a clock that only the test moves. */
class RegistrarTest {
  private static final String HOST = "127.0.0.1";
  private static final SpiffeId HEAD = new SpiffeId("acme.test", "default", "head", "h-0");

  @TempDir Path home;
  private final TestClock clock = new TestClock();
  private final TestDelays delays = new TestDelays(clock);
  private final Surroundings around = new Surroundings(clock, new SecureRandom(), delays);
  private final Vertx vertx = Vertx.vertx();
  private Registrar registrar;

  @BeforeEach
  void open() throws Exception {
    registrar = opened(home.resolve("registrar"));
  }

  @AfterEach
  void close() throws Exception {
    registrar.close();
    await(vertx.close());
  }

  @Test
  void a_worker_joins_by_a_token_and_its_result_key_is_registered() throws Exception {
    try (var worker = join(mint())) {
      assertTrue(
          worker.id().toString().matches("spiffe://acme.test/ns/default/worker/w-[0-9a-f]{10}"),
          worker.id().toString());

      var registered = registrar.registry().keyOf(worker.id()).orElseThrow();
      assertEquals(worker.resultKey().publicKey().keyId(), registered.key().keyId());
      assertEquals(worker.current().notAfter(), registered.notAfter());
      assertEquals(clock.instant(), registered.registeredAt());
      var trust = registrar.registry().trustFile();
      assertEquals(worker.id().toString(), trust.workers().getFirst().id());
    }
  }

  @Test
  void a_used_join_token_is_refused() throws Exception {
    var token = mint();
    join(token).close();

    refused(() -> join(token), "it was used already");
    assertEquals(1, registrar.registry().trustFile().workers().size());
  }

  @Test
  void an_expired_join_token_is_refused() {
    var token = mint();
    clock.forward(JoinToken.LIFE);

    refused(() -> join(token), "it expired at 2026-11-23T03:10:00Z");
  }

  @Test
  void a_forged_join_token_of_this_authority_is_refused() {
    var authority = registrar.issueLocal(HEAD).current().roots().getFirst();
    var forged = JoinToken.make(mint().port(), authority, new SecureRandom());

    refused(() -> join(forged), "it is unknown here");
  }

  @Test
  void a_joiner_says_nothing_to_a_server_its_token_does_not_pin() throws Exception {
    var other = CertificateAuthority.create("acme.test", clock, new SecureRandom());
    var leaf = other.credentials(new SpiffeId("acme.test", "default", "registrar", "registrar"));
    var chain = List.of(leaf.chain().getFirst(), other.certificate());
    var shown = new Credentials(leaf.id(), leaf.key(), chain, leaf.roots());
    var heard = new AtomicInteger();
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(KeyCertOptions.wrap(Tls.keyManager(CredentialSource.fixed(shown))));
    var server =
        await(
            vertx
                .createHttpServer(options)
                .requestHandler(_ -> heard.incrementAndGet())
                .listen(0, HOST));
    var authority = registrar.issueLocal(HEAD).current().roots().getFirst();
    var token = JoinToken.make(server.actualPort(), authority, new SecureRandom());

    refused(() -> join(token), "not the token's");

    assertEquals(0, heard.get(), "requests heard by the impostor");
  }

  @Test
  void of_two_threads_with_one_token_exactly_one_joins() throws Exception {
    for (int round = 0; round < 5; round++) {
      var token = mint();
      var barrier = new CyclicBarrier(2);
      Callable<Enrolment> joiner =
          () -> {
            barrier.await();
            return join(token);
          };
      try (var threads = Executors.newFixedThreadPool(2)) {
        var both = List.of(threads.submit(joiner), threads.submit(joiner));
        var outcomes = new ArrayList<String>();
        for (var one : both) outcomes.add(outcome(one));
        outcomes.sort(null);
        assertEquals("joined", outcomes.get(1), outcomes.toString());
        assertTrue(outcomes.getFirst().contains("it was used already"), outcomes.toString());
      }
    }
    assertEquals(5, registrar.registry().trustFile().workers().size());
  }

  @Test
  void a_worker_renews_at_half_life_with_a_new_key_and_keeps_its_result_key() throws Exception {
    try (var worker = join(mint())) {
      var first = worker.current();
      var told = new ArrayList<Instant>();
      worker.onRenewal(c -> told.add(c.notAfter()));

      delays.forward(Duration.ofMinutes(26));
      assertEquals(first, worker.current(), "not before half its life");
      delays.forward(Duration.ofMinutes(8));

      var second = worker.current();
      assertEquals(List.of(second.notAfter()), told);
      assertTrue(second.notAfter().isAfter(first.notAfter()));
      assertNotEquals(
          first.chain().getFirst().getPublicKey(), second.chain().getFirst().getPublicKey());
      assertEquals(worker.id(), second.id());
      var registered = registrar.registry().keyOf(worker.id()).orElseThrow();
      assertEquals(second.notAfter(), registered.notAfter());
      assertEquals(worker.resultKey().publicKey().keyId(), registered.key().keyId());
    }
  }

  @Test
  void a_day_of_renewals_never_leaves_a_worker_without_a_valid_certificate() throws Exception {
    try (var worker = join(mint())) {
      for (int minute = 0; minute < 24 * 60; minute += 5) {
        delays.forward(Duration.ofMinutes(5));
        assertTrue(worker.current().notAfter().isAfter(clock.instant()), "at minute " + minute);
      }
      assertFalse(worker.ended().isDone());
    }
  }

  @Test
  void a_restarted_registrar_renews_its_workers_and_knows_old_keys() throws Exception {
    try (var worker = join(mint())) {
      var trust = registrar.registry().trustFile();
      var first = worker.current();
      registrar.close();
      delays.forward(Duration.ofMinutes(35));
      assertEquals(first, worker.current(), "nobody answered");
      assertFalse(worker.ended().isDone());

      registrar = opened(home.resolve("registrar"));

      assertEquals(trust, registrar.registry().trustFile());
      delays.forward(Duration.ofMinutes(3));
      assertTrue(worker.current().notAfter().isAfter(first.notAfter()));
    }
  }

  @Test
  void a_worker_that_could_not_renew_in_time_says_why_and_ends() throws Exception {
    try (var worker = join(mint())) {
      registrar.close();
      delays.forward(Duration.ofMinutes(63));

      var why = worker.ended().getNow("not ended");
      assertTrue(why.contains("expired at 2026-11-23T04:00:00Z and was not renewed"), why);
      registrar = opened(home.resolve("registrar"));
    }
  }

  @Test
  void a_revoked_worker_is_not_renewed_and_its_link_can_be_ended() throws Exception {
    try (var worker = join(mint())) {
      var revoked = new ArrayList<SpiffeId>();
      registrar.registry().onRevocation(revoked::add);
      assertTrue(registrar.revoke(worker.id()));
      assertFalse(registrar.revoke(worker.id()), "once");

      delays.forward(Duration.ofMinutes(34));

      assertEquals(List.of(worker.id()), revoked);
      var why = worker.ended().getNow("not ended");
      assertTrue(why.contains("was revoked at 2026-11-23T03:00:00Z"), why);
      var entry = registrar.registry().trustFile().workers().getFirst();
      assertTrue(entry.revokedAt().isPresent());
    }
  }

  @Test
  void a_new_root_reaches_every_worker_before_it_signs_and_none_is_dropped() throws Exception {
    try (var worker = join(mint())) {
      var rootLife = CertificateAuthority.ROOT_LIFE.minusDays(31);
      registrar.close();
      clock.forward(rootLife);
      registrar = opened(home.resolve("registrar"));
      var before = join(mint());

      delays.forward(Duration.ofHours(40));

      assertFalse(before.ended().isDone(), () -> before.ended().getNow(""));
      assertEquals(1, before.current().roots().size(), "the old root is forgotten again");
      assertNotEquals(
          worker.current().roots().getFirst(), before.current().roots().getFirst(), "a new root");
      join(mint()).close();
      before.close();
    }
  }

  @Test
  void the_directory_and_its_secrets_are_for_the_owner_only() throws Exception {
    var directory = home.resolve("registrar");

    assertEquals("rwx------", mode(directory));
    assertEquals("rw-------", mode(directory.resolve("authority.pem")));
    assertEquals("rw-------", mode(directory.resolve("registry.jsonl")));
  }

  @Test
  void an_authority_that_others_may_read_is_not_opened() throws Exception {
    registrar.close();
    var file = home.resolve("registrar").resolve("authority.pem");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    var e = assertThrows(IOException.class, () -> opened(home.resolve("registrar")));
    assertTrue(e.getMessage().contains("has mode rw-r-----; expected rw-------"), e.getMessage());
  }

  @Test
  void two_registrars_do_not_share_a_directory() {
    var e =
        assertThrows(
            IOException.class,
            () -> Registrar.open(home.resolve("registrar"), "acme.test", around));
    assertTrue(e.getMessage().contains("has a registrar in"), e.getMessage());
  }

  @Test
  void a_directory_of_another_trust_domain_is_refused_by_name() throws Exception {
    registrar.close();
    var e =
        assertThrows(
            IOException.class,
            () -> Registrar.open(home.resolve("registrar"), "other.test", around));
    assertTrue(e.getMessage().contains("acme.test, expected other.test"), e.getMessage());
  }

  @Test
  void a_head_in_the_process_is_renewed_without_asking() {
    var head = registrar.issueLocal(HEAD);
    var first = head.current();

    delays.forward(Duration.ofMinutes(34));

    assertTrue(head.current().notAfter().isAfter(first.notAfter()));
    assertEquals(HEAD, head.current().id());
  }

  @Test
  void no_secret_is_in_any_text_of_ours() throws Exception {
    var token = mint();
    try (var worker = join(token)) {
      var texts =
          List.of(
              token.toString(),
              worker.toString(),
              worker.current().toString(),
              worker.resultKey().toString(),
              registrar.toString(),
              registrar.issueLocal(HEAD).current().toString());
      var seed = HexFormat.of().formatHex(worker.resultKey().seed());
      var scalar = ((ECPrivateKey) worker.current().key()).getS();
      for (var text : texts) {
        assertFalse(text.contains(token.reveal().substring(50)), text);
        assertFalse(text.contains(seed), text);
        assertFalse(text.contains(scalar.toString()) || text.contains(scalar.toString(16)), text);
      }
      try (var files = Files.list(home.resolve("registrar"))) {
        for (var file : files.toList())
          assertFalse(Files.readString(file).contains(token.reveal().substring(50)), "" + file);
      }
    }
  }

  private void refused(Executable join, String why) {
    var e = assertThrows(EnrolmentRefusedException.class, join);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static String outcome(Future<Enrolment> joined) throws Exception {
    try {
      joined.get(20, TimeUnit.SECONDS).close();
      return "joined";
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Registrar opened(Path directory) throws Exception {
    var opened = Registrar.open(directory, "acme.test", around);
    listen(opened);
    return opened;
  }

  private int listen(Registrar r) throws Exception {
    return await(r.listen(vertx, HOST, 0));
  }

  private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private JoinToken mint() {
    return registrar.mint(SpiffeId.WORKER, JoinToken.LIFE);
  }

  private Enrolment join(JoinToken token) throws IOException, EnrolmentRefusedException {
    return Enrolment.join(HOST, token, around);
  }
}
