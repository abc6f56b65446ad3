package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.RegistrarBusyException;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.registrar.FakeLog.Mood;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate counts only with its index in the log; whatever becomes of the log meanwhile. */
class RegistrarLogTest {
  private static final String HOST = "127.0.0.1";
  private static final SpiffeId HEAD = new SpiffeId("acme.test", "default", "head", "h-0");

  @TempDir Path home;
  private final TestClock clock = new TestClock();
  private final TestDelays delays = new TestDelays(clock);
  private final Surroundings around = new Surroundings(clock, new SecureRandom(), delays);

  /** Time for joiners alone: only a joiner that waits moves it, and no token gets old by it. */
  private final TestClock joinersClock = new TestClock();

  private final TestDelays pauses = new TestDelays(joinersClock);
  private final Vertx vertx = Vertx.vertx();
  private final FakeLog log = new FakeLog();
  private Registrar registrar;

  @BeforeEach
  void open() throws Exception {
    registrar = opened(Optional.of(log));
  }

  @AfterEach
  void close() throws Exception {
    registrar.close();
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }

  @Test
  void a_worker_has_its_entry_in_the_log_before_it_has_its_certificate() throws Exception {
    log.is(Mood.SILENT);
    var joining = joining(mint());
    awaitTrue(() -> log.held() == 1);
    assertFalse(joining.isDone());
    assertTrue(registrar.registry().trustFile().workers().isEmpty());

    log.is(Mood.WELL);
    try (var worker = await(joining)) {
      var signed = log.at(1);
      assertTrue(signed.isSignedBy(registrar.entryKey()));
      var entry = assertInstanceOf(LogEntry.WorkerRegister.class, signed.entry());
      assertEquals(worker.id().toString(), entry.holder().spiffeId());
      assertEquals(worker.resultKey().publicKey().keyId(), entry.key().keyId());
      assertEquals(worker.current().notAfter(), entry.holder().notAfter());
      assertEquals(sha256(worker.current()), entry.holder().certificate());
      assertEquals(clock.instant(), entry.at());
      assertEquals(OptionalLong.of(1), registrar.registry().registerIndexOf(worker.id()));
      var trusted = registrar.registry().trustFile().workers().getFirst();
      assertEquals(OptionalLong.of(1), trusted.logIndex());
      assertTrue(registrar.counting(worker.id()).isPresent());
    }
  }

  @Test
  void a_joiner_comes_again_while_the_log_is_away_and_is_entered_once() throws Exception {
    log.is(Mood.AWAY);
    var joining = joining(mint());
    awaitTrue(() -> log.asked == 1);
    comeAgain(() -> log.asked >= 2);
    log.is(Mood.ANSWERS_LOST); // the log has it now, and nobody knows
    int before = log.asked;
    comeAgain(() -> log.asked > before);
    log.is(Mood.WELL);
    comeAgain(joining::isDone);

    try (var worker = await(joining)) {
      assertEquals(1, log.entries().size(), "one entry however often it was asked");
      assertEquals(OptionalLong.of(1), registrar.registry().registerIndexOf(worker.id()));
    }
  }

  @Test
  void a_log_that_stays_away_ends_the_join_and_leaves_the_token_good() throws Exception {
    log.is(Mood.AWAY);
    var token = mint();
    var joining = joining(token);
    comeAgain(joining::isDone);
    var e = assertThrows(CompletionException.class, joining::join);
    var busy = assertInstanceOf(RegistrarBusyException.class, e.getCause());
    assertTrue(busy.getMessage().contains("503"), busy.getMessage());
    assertEquals(Duration.ofSeconds(1), busy.retryAfter());
    assertTrue(registrar.registry().trustFile().workers().isEmpty());

    log.is(Mood.WELL);
    Enrolment.join(HOST, token, around).close();
  }

  @Test
  void a_silent_log_holds_a_joiner_for_a_bounded_time() throws Exception {
    log.is(Mood.SILENT);
    var joining = joining(mint());
    long begun = System.nanoTime();
    comeAgain(() -> log.held() == 1 && System.nanoTime() - begun > EntryLog.PATIENCE.toNanos());
    assertFalse(joining.isDone(), "it comes again");
    log.is(Mood.WELL);
    comeAgain(joining::isDone);
    try (var worker = await(joining)) {
      assertEquals(1, log.asked, "it waits for the same answer");
      assertEquals(OptionalLong.of(1), registrar.registry().registerIndexOf(worker.id()));
    }
  }

  @Test
  void a_renewal_is_entered_too_and_the_newest_entry_counts() throws Exception {
    try (var worker = Enrolment.join(HOST, mint(), around)) {
      delays.forward(Duration.ofMinutes(34));

      var entry = assertInstanceOf(LogEntry.WorkerRegister.class, log.at(2).entry());
      assertEquals(sha256(worker.current()), entry.holder().certificate());
      assertEquals(worker.current().notAfter(), entry.holder().notAfter());
      assertEquals(worker.resultKey().publicKey().keyId(), entry.key().keyId());
      assertEquals(OptionalLong.of(2), registrar.registry().registerIndexOf(worker.id()));
    }
  }

  @Test
  void while_the_log_is_away_nobody_renews_and_the_older_certificate_goes_on() throws Exception {
    try (var worker = Enrolment.join(HOST, mint(), around)) {
      var first = worker.current();
      log.is(Mood.AWAY);
      delays.forward(Duration.ofMinutes(40));
      assertEquals(first, worker.current());
      assertEquals(OptionalLong.of(1), registrar.registry().registerIndexOf(worker.id()));
      assertTrue(registrar.counting(worker.id()).isPresent());

      log.is(Mood.WELL);
      delays.forward(Duration.ofMinutes(2));
      assertTrue(worker.current().notAfter().isAfter(first.notAfter()));
      assertEquals(OptionalLong.of(2), registrar.registry().registerIndexOf(worker.id()));
    }
  }

  @Test
  void a_revocation_counts_at_once_and_is_entered_when_the_log_is_back() throws Exception {
    try (var worker = Enrolment.join(HOST, mint(), around)) {
      log.is(Mood.AWAY);
      assertTrue(registrar.revoke(worker.id()));
      assertTrue(registrar.counting(worker.id()).isEmpty());
      delays.forward(Duration.ofMinutes(1));
      assertEquals(1, log.entries().size());

      log.is(Mood.WELL);
      delays.forward(Duration.ofMinutes(1));
      var entry = assertInstanceOf(LogEntry.WorkerRevoke.class, log.at(2).entry());
      assertEquals(worker.id().toString(), entry.spiffeId());
      assertEquals(worker.resultKey().publicKey().keyId(), entry.keyId());
      var known = registrar.registry().keyOf(worker.id()).orElseThrow();
      assertEquals(known.revokedAt(), entry.at());
      assertEquals(OptionalLong.of(2), known.entries().revoke());
    }
  }

  @Test
  void a_revocation_whose_answer_was_lost_is_entered_once_across_a_restart() throws Exception {
    try (var worker = Enrolment.join(HOST, mint(), around)) {
      log.is(Mood.ANSWERS_LOST);
      registrar.revoke(worker.id());
      delays.forward(Duration.ofSeconds(5));
      registrar.close();
      log.is(Mood.WELL);

      registrar = opened(Optional.of(log));
      delays.forward(Duration.ofSeconds(1));

      assertEquals(2, log.entries().size(), "registered and revoked, once each");
      var known = registrar.registry().keyOf(worker.id()).orElseThrow();
      assertEquals(OptionalLong.of(2), known.entries().revoke());
    }
  }

  @Test
  void a_worker_of_a_time_without_a_log_counts_once_it_is_entered() throws Exception {
    registrar.close();
    registrar = opened(Optional.empty());
    try (var worker = Enrolment.join(HOST, mint(), around)) {
      assertTrue(registrar.counting(worker.id()).isPresent(), "without a log nothing is asked");
      registrar.close();
      registrar = opened(Optional.of(log));
      assertTrue(registrar.counting(worker.id()).isEmpty());

      delays.forward(Duration.ofSeconds(1));

      assertTrue(registrar.counting(worker.id()).isPresent());
      var entry = assertInstanceOf(LogEntry.WorkerRegister.class, log.at(1).entry());
      assertEquals(sha256(worker.current()), entry.holder().certificate());
    }
  }

  @Test
  void a_head_is_registered_with_both_its_keys_and_again_with_each_certificate() throws Exception {
    var batches = new Ed25519Key(Bytes.wrap(new byte[32])).publicKey();
    var singles = P256Key.make(new SecureRandom()).publicKey();
    log.is(Mood.AWAY);
    var head = registrar.issueHead(HEAD, batches, singles);
    delays.forward(Duration.ofSeconds(10));
    assertTrue(head.registration().isEmpty());
    assertFalse(head.registered().isDone());

    log.is(Mood.WELL);
    delays.forward(Duration.ofSeconds(60));
    var first = head.registered().getNow(null);
    assertEquals(new LocalHead.Registration(1, head.current().notAfter()), first);
    var entry = assertInstanceOf(LogEntry.HeadRegister.class, log.at(1).entry());
    assertEquals(batches, entry.batches());
    assertEquals(singles, entry.singles());
    assertEquals(HEAD.toString(), entry.holder().spiffeId());
    assertEquals(sha256(head.current()), entry.holder().certificate());

    delays.forward(Duration.ofMinutes(34));
    var second = head.registration().orElseThrow();
    assertEquals(new LocalHead.Registration(2, head.current().notAfter()), second);
    assertTrue(second.notAfter().isAfter(first.notAfter()));
  }

  @Test
  void the_key_of_the_entries_is_the_same_after_a_restart_and_for_the_owner_only()
      throws Exception {
    var key = registrar.entryKey();
    var file = home.resolve("registrar/entries.pem");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    registrar.close();
    registrar = opened(Optional.of(log));
    assertEquals(key, registrar.entryKey());
    registrar.close();

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    refused("holds a private key and has mode rw-r-----; expected rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    var text = Files.readString(file);
    Files.writeString(file, text.replace("PRIVATE", "PUBLIC"));
    refused("is not one PEM block");
    Files.writeString(file, text.replaceFirst("\nM", "\nN"));
    refused("holds no Ed25519 key (48 octets)");
    Files.writeString(file, text.replaceFirst("\nM", "\n*"));
    refused("holds no base64");
    Files.writeString(file, text + text);
    refused("holds no base64");
    Files.writeString(file, text);
  }

  private void refused(String why) {
    var e = assertThrows(IOException.class, () -> opened(Optional.of(log)));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private CompletableFuture<Enrolment> joining(JoinToken token) {
    var joiners = new Surroundings(joinersClock, new SecureRandom(), pauses);
    var joined = new CompletableFuture<Enrolment>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                joined.complete(Enrolment.join(HOST, token, joiners));
              } catch (IOException | EnrolmentRefusedException | RuntimeException e) {
                joined.completeExceptionally(e);
              }
            });
    return joined;
  }

  /** Lets the joiner's pauses pass until something is so. */
  private void comeAgain(Condition condition) {
    awaitTrue(
        () -> {
          // far less than a certificate's half: who has joined does not renew by it
          if (joinersClock.instant().isBefore(clock.instant().plusSeconds(600)))
            pauses.forwardIfSoon(Duration.ofMinutes(1));
          return condition.isSo();
        });
  }

  private interface Condition {
    boolean isSo();
  }

  private static void awaitTrue(Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.isSo()) {
      assertTrue(System.nanoTime() < end, "not within 60 s");
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  private static Digest sha256(Credentials credentials) throws Exception {
    return Digest.of(credentials.chain().getFirst().getEncoded());
  }

  private Registrar opened(Optional<RegistrarLog> to) throws Exception {
    var opened = Registrar.open(home.resolve("registrar"), "acme.test", to, around);
    await(opened.listen(vertx, HOST, 0).toCompletionStage().toCompletableFuture());
    return opened;
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  private JoinToken mint() {
    return registrar.mint(SpiffeId.WORKER, JoinToken.LIFE);
  }
}
