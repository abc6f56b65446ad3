package dev.windlass.registrar;

import static dev.windlass.registrar.ClusterFixture.awaitTrue;
import static dev.windlass.registrar.ClusterFixture.granted;
import static dev.windlass.registrar.ClusterFixture.source;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.kube.ControlPlane;
import dev.windlass.receipt.LogEntry;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registrar whose API server goes away and comes back; {@code -Daway} says for how long. */
class ClusterOutageTest {
  private static final Duration AWAY = Duration.parse(System.getProperty("away", "PT8S"));

  private ControlPlane plane;
  private ClusterFixture f;

  @BeforeEach
  void open() throws Exception {
    plane = ControlPlane.start();
    f = ClusterFixture.open(plane);
  }

  @AfterEach
  void close() {
    plane.startApi();
    f.close();
    plane.close();
  }

  @Test
  void nobody_is_answered_meanwhile_and_who_is_deleted_then_is_revoked() throws Exception {
    var pod = f.workerPod("edge-1");
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    f.await(grant.id());
    var other = f.workerPod("edge-2");
    var token = f.token(other);

    plane.stopApi();
    assertEquals(503, f.attest("worker", token, f.workerKeys()).status());
    assertEquals(503, f.renew(source(grant, keys)).status());
    LockSupport.parkNanos(AWAY.toNanos());
    plane.startApi();
    f.client.resource(f.readWorker(pod.getMetadata().getName())).delete();

    awaitTrue(
        "the Worker is gone",
        () -> {
          f.delays.forward(Duration.ofSeconds(1));
          return f.readWorker(pod.getMetadata().getName()) == null;
        });
    var last = (LogEntry.WorkerRevoke) f.log.entries().getLast();
    assertEquals(grant.id().toString(), last.spiffeId());
    granted(f.attest("worker", token, f.workerKeys()));
  }
}
