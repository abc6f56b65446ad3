package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way over TLS on the loopback, with a clock that only the test moves. */
class RegistrarTest {
  private static final String HOST = "127.0.0.1";

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
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
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

  private Registrar opened(Path directory) throws Exception {
    var opened = Registrar.open(directory, "acme.test", around);
    listen(opened);
    return opened;
  }

  private int listen(Registrar r) throws Exception {
    return r.listen(vertx, HOST, 0)
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private JoinToken mint() {
    return registrar.mint(SpiffeId.WORKER, JoinToken.LIFE);
  }

  private Enrolment join(JoinToken token) throws IOException, EnrolmentRefusedException {
    return Enrolment.join(HOST, token, around);
  }
}
