package dev.windlass.registrar;

import static dev.windlass.registrar.ClusterFixture.assertRefused;
import static dev.windlass.registrar.ClusterFixture.awaitTrue;
import static dev.windlass.registrar.ClusterFixture.granted;
import static dev.windlass.registrar.ClusterFixture.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.LogEntry;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of identities, against a real API server. */
class ClusterRevocationTest {
  private ClusterFixture f;

  @BeforeEach
  void open() throws Exception {
    f = ClusterFixture.open();
  }

  @AfterEach
  void close() {
    f.close();
  }

  @Test
  void a_deleted_worker_is_revoked_in_the_log_before_it_is_gone() throws Exception {
    var pod = f.workerPod("edge-1");
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    f.await(grant.id());
    f.log.is(FakeLog.Mood.AWAY);
    f.client.resource(f.readWorker(pod.getMetadata().getName())).delete();

    assertRefused(f.renew(source(grant, keys)), 403, "is being deleted");
    awaitMoving("asked", () -> f.log.asked, f.log.asked + 1);
    assertNotNull(f.readWorker(pod.getMetadata().getName()), "not before the log has it");

    f.log.is(FakeLog.Mood.WELL);
    awaitTrue(
        "the Worker is gone",
        () -> {
          f.delays.forward(Duration.ofSeconds(5));
          return f.readWorker(pod.getMetadata().getName()) == null;
        });
    var last = (LogEntry.WorkerRevoke) f.log.entries().getLast();
    assertEquals(grant.id().toString(), last.spiffeId());
    assertEquals("its worker was deleted", last.reason());
  }

  @Test
  void a_worker_goes_although_the_log_stays_away_after_ten_minutes() throws Exception {
    var pod = f.workerPod("edge-1");
    granted(f.attest("worker", f.token(pod), f.workerKeys()));
    f.log.is(FakeLog.Mood.AWAY);
    f.client.resource(f.readWorker(pod.getMetadata().getName())).delete();

    awaitTrue(
        "the Worker is gone",
        () -> {
          f.delays.forward(Duration.ofSeconds(30));
          return f.readWorker(pod.getMetadata().getName()) == null;
        });
    var events =
        f.client.v1().events().inNamespace(f.namespace).list().getItems().stream()
            .filter(e -> pod.getMetadata().getName().equals(e.getInvolvedObject().getName()))
            .toList();
    assertEquals("RevocationNotLogged", events.getFirst().getReason());
  }

  @Test
  void a_revoked_worker_is_not_renewed_and_does_not_attest_again() throws Exception {
    var pod = f.workerPod("edge-1");
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    f.await(grant.id());
    var name = pod.getMetadata().getName();
    var worker = f.readWorker(name);
    var i = worker.status().identity();
    worker.setStatus(
        WorkerStatus.byRegistrar(
            new WorkerStatus.Identity(
                i.spiffeId(),
                i.ed25519(),
                i.certificate(),
                i.notAfter(),
                i.registerIndex(),
                i.tokenHash(),
                i.restarts(),
                f.clock.instant().toString())));
    f.client.resource(worker).updateStatus();

    assertRefused(f.renew(source(grant, keys)), 403, "was revoked at");
    f.running(pod, "containerd://2", ClusterFixture.IMAGE);
    assertRefused(f.attest("worker", f.token(pod), f.workerKeys()), 403, "; delete its pod");
    awaitTrue(
        "the revocation is in the log",
        () -> {
          f.delays.forward(Duration.ofSeconds(1));
          return f.log.entries().getLast() instanceof LogEntry.WorkerRevoke r
              && r.spiffeId().equals(grant.id().toString())
              && r.reason().equals("revoked by the operator");
        });
  }

  private void awaitMoving(String what, IntSupplier now, int least) {
    awaitTrue(
        what,
        () -> {
          f.delays.forward(Duration.ofSeconds(5));
          return now.getAsInt() >= least;
        });
  }
}
