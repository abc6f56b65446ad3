package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.head.ClusterWorkers.Said;
import dev.windlass.head.ClusterWorkers.Vouches;
import dev.windlass.head.ClusterWorkers.VouchesNot;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerState;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.placement.Standing;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterWorkersTest {
  private static final Ed25519PublicKey KEY = new Ed25519Key(Bytes.wrap(new byte[32])).publicKey();
  private static final Instant END = Instant.parse("2026-11-23T10:00:00Z");
  private static final String ID = "spiffe://windlass.local/ns/tenant/worker/pod-1";

  @Test
  void a_worker_stands_where_the_cluster_puts_it() {
    var worker = worker(WorkerState.READY, identity(ID, 7L, null));

    var said = said(worker, ClusterResources.pool("tenant", "edge", "other", true));

    assertEquals(
        new Standing.Pooled("tenant", "edge", "fast", true, "zone-1", "node-1"),
        vouched(said).pool());
    assertEquals(KEY, vouched(said).key());
    assertEquals(END, vouched(said).notAfter());
    assertEquals(OptionalLong.of(7), vouched(said).registerIndex());
    assertFalse(vouched(said).draining());
  }

  @Test
  void a_pool_that_is_not_known_is_not_shared() {
    var said = said(worker(WorkerState.READY, identity(ID, null, null)), null);
    assertFalse(vouched(said).pool().shared());
    assertEquals("fast", vouched(said).pool().profile());
  }

  /** Lost is what the operator believes when no head could write: the API server was away. */
  @Test
  void of_all_states_only_draining_stops_placement() {
    for (var state : WorkerState.values()) {
      var said = said(worker(state, identity(ID, null, null)), null);
      assertEquals(state == WorkerState.DRAINING, vouched(said).draining(), state.word());
    }
  }

  @Test
  void who_is_not_vouched_for_and_why() {
    assertEquals("has no identity yet", why(worker(WorkerState.JOINING, null)));
    assertEquals(
        "was revoked at 2026-11-23T09:30:00Z",
        why(worker(WorkerState.READY, identity(ID, 7L, "2026-11-23T09:30:00Z"))));
    assertEquals(
        "names spiffe://windlass.local/ns/other/worker/pod-1, expected a worker in namespace"
            + " tenant",
        why(
            worker(
                WorkerState.READY,
                identity("spiffe://windlass.local/ns/other/worker/pod-1", 7L, null))));
    assertEquals(
        "names spiffe://windlass.local/ns/tenant/head/pod-1, expected a worker in namespace"
            + " tenant",
        why(
            worker(
                WorkerState.READY,
                identity("spiffe://windlass.local/ns/tenant/head/pod-1", 7L, null))));
    var deleted = worker(WorkerState.READY, identity(ID, 7L, null));
    deleted.getMetadata().setDeletionTimestamp("2026-11-23T09:30:00Z");
    assertEquals("is being deleted", why(deleted));
  }

  @Test
  void an_identity_that_cannot_be_read_vouches_for_nobody() {
    for (var broken :
        List.of(
            new WorkerStatus.Identity(null, null, null, null, null, null, null, null),
            new WorkerStatus.Identity("spiffe", "x", null, "now", null, null, null, null),
            new WorkerStatus.Identity(ID, "AAAA", null, END.toString(), null, null, null, null),
            new WorkerStatus.Identity(ID, "?", null, END.toString(), null, null, null, null),
            new WorkerStatus.Identity(
                ID, identity(ID, 1L, null).ed25519(), null, "soon", null, null, null, null))) {
      var why = why(worker(WorkerState.READY, broken));
      assertTrue(why.startsWith("has an identity that cannot be read: "), why);
    }
  }

  private static Said said(Worker worker, @Nullable WorkerPool pool) {
    return ClusterWorkers.said(worker, Optional.ofNullable(pool));
  }

  private static String why(Worker worker) {
    return said(worker, null) instanceof VouchesNot(var why) ? why : "vouches";
  }

  private static WorkerRegister.Vouched vouched(Said said) {
    return switch (said) {
      case Vouches(var worker) -> worker;
      case VouchesNot(var why) -> throw new AssertionError(why);
    };
  }

  private static WorkerStatus.Identity identity(
      String id, @Nullable Long index, @Nullable String revokedAt) {
    return ClusterResources.identity(id, KEY, END, index, revokedAt);
  }

  private static Worker worker(WorkerState state, WorkerStatus.@Nullable Identity identity) {
    var worker = ClusterResources.worker("tenant", "edge-1", "edge", "fast");
    worker.setStatus(ClusterResources.status(state, "zone-1", "node-1", identity));
    return worker;
  }
}
