package dev.windlass.registrar;

import static dev.windlass.registrar.ClusterFixture.awaitTrue;
import static dev.windlass.registrar.ClusterFixture.granted;
import static dev.windlass.registrar.ClusterFixture.source;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.Grants;
import dev.windlass.receipt.LogEntry;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registrar that may do what the operator's service account may, and nothing else. */
class ClusterRightsTest {
  private ClusterFixture f;

  /** Again from the beginning, with the keys gone: to make them is a right as well. */
  @BeforeEach
  void open() throws Exception {
    f = ClusterFixture.open();
    f.client.secrets().inNamespace(f.release).delete();
    f.client.configMaps().inNamespace(f.release).delete();
    f.own = Grants.operator(ControlPlane.shared(), f.release, "acme", _ -> true);
    f.start();
  }

  @AfterEach
  void close() {
    f.close();
    f.own.close();
  }

  @Test
  void keys_attestation_renewal_and_revocation_need_no_more_than_the_operators_rules()
      throws Exception {
    var pod = f.workerPod("edge-1");
    var keys = f.workerKeys();
    var grant = granted(f.attest("worker", f.token(pod), keys));
    var headKeys = f.headKeys();
    var head = granted(f.attest("head", f.token(f.headPod("acme-head-1")), headKeys));
    f.await(grant.id());
    granted(f.renew(source(grant, keys)));
    granted(f.renew(source(head, headKeys)));

    f.client.resource(f.readWorker(pod.getMetadata().getName())).delete();
    awaitTrue(
        "the Worker is gone",
        () -> {
          f.delays.forward(Duration.ofSeconds(5));
          return f.readWorker(pod.getMetadata().getName()) == null;
        });
    var last = (LogEntry.WorkerRevoke) f.log.entries().getLast();
    assertEquals(grant.id().toString(), last.spiffeId());
  }
}
