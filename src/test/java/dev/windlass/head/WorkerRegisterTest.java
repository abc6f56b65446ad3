package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.identity.SpiffeId;
import dev.windlass.placement.Standing;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WorkerRegisterTest {
  private static final WorkerRegister.Resource RESOURCE =
      new WorkerRegister.Resource("tenant", "edge-1");
  private static final SpiffeId ID =
      SpiffeId.parse("spiffe://windlass.local/ns/tenant/worker/pod-1");
  private static final SpiffeId NEXT =
      SpiffeId.parse("spiffe://windlass.local/ns/tenant/worker/pod-1-1");
  private static final Instant BEGIN = Instant.parse("2026-11-23T09:00:00Z");
  private static final Standing.Pooled POOL =
      new Standing.Pooled("tenant", "edge", "fast", false, "zone-1", "node-1");

  private Instant now = BEGIN;
  private final List<SpiffeId> revoked = new ArrayList<>();
  private final List<SpiffeId> changed = new ArrayList<>();

  @Test
  void a_key_counts_while_its_resource_says_so_and_not_an_instant_longer() {
    var register = register(false);
    assertEquals(Optional.empty(), register.keyOf(ID));

    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));

    assertEquals(Optional.of(key(1)), register.keyOf(ID));
    now = BEGIN.plus(Duration.ofHours(1)).minusMillis(1);
    assertEquals(Optional.of(key(1)), register.keyOf(ID));
    now = BEGIN.plus(Duration.ofHours(1));
    assertEquals(Optional.empty(), register.keyOf(ID));
  }

  @Test
  void where_there_is_a_log_a_key_that_does_not_stand_in_it_counts_for_nothing() {
    var register = register(true);

    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));
    assertEquals(Optional.empty(), register.keyOf(ID));
    assertEquals(Optional.empty(), register.registration(ID));
    assertInstanceOf(Standing.Unvouched.class, register.stands(ID).standing());

    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.of(7))));
    assertEquals(Optional.of(key(1)), register.keyOf(ID));
    assertEquals(7, register.registration(ID).orElseThrow().index());
    assertEquals(POOL, register.stands(ID).standing());
    assertEquals(List.of(), revoked);
  }

  /** Its receipts would say another zone than the log. */
  @Test
  void where_there_is_a_log_a_worker_without_a_node_waits() {
    var register = register(true);
    var v = vouched(ID, key(1), OptionalLong.of(7));
    var nowhere = new Standing.Pooled("tenant", "edge", "fast", false, "", "");
    register.says(
        RESOURCE,
        Optional.of(
            new WorkerRegister.Vouched(
                v.id(), v.key(), v.notAfter(), v.registerIndex(), false, nowhere)));
    assertEquals(
        new Standing.Unvouched("has no node by the cluster's word yet"),
        register.stands(ID).standing());

    register.says(RESOURCE, Optional.of(v));
    assertEquals(POOL, register.stands(ID).standing());
    assertEquals(Optional.of("zone-1"), register.registration(ID).orElseThrow().zone());
  }

  @Test
  void what_is_deleted_is_revoked_once() {
    var register = register(false);
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));

    register.says(RESOURCE, Optional.empty());
    register.says(RESOURCE, Optional.empty());

    assertEquals(List.of(ID), revoked);
    assertEquals(Optional.empty(), register.keyOf(ID));
    assertInstanceOf(Standing.Unvouched.class, register.stands(ID).standing());
  }

  @Test
  void another_identity_or_another_key_under_one_identity_revokes_the_one_before() {
    var register = register(false);
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));

    register.says(RESOURCE, Optional.of(vouched(NEXT, key(2), OptionalLong.empty())));
    assertEquals(List.of(ID), revoked);
    assertEquals(Optional.empty(), register.keyOf(ID));
    assertEquals(Optional.of(key(2)), register.keyOf(NEXT));

    register.says(RESOURCE, Optional.of(vouched(NEXT, key(3), OptionalLong.empty())));
    assertEquals(List.of(ID, NEXT), revoked);
  }

  @Test
  void a_renewed_certificate_and_a_new_index_revoke_nothing() {
    var register = register(true);
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.of(7))));
    now = BEGIN.plus(Duration.ofMinutes(30));
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.of(9))));

    assertEquals(List.of(), revoked);
    assertEquals(9, register.registration(ID).orElseThrow().index());
    now = BEGIN.plus(Duration.ofMinutes(80));
    assertEquals(Optional.of(key(1)), register.keyOf(ID));
  }

  @Test
  void a_worker_whose_identity_ends_before_a_run_could_gets_no_more_orders() {
    var register = register(false);
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));

    now = BEGIN.plus(Duration.ofHours(1)).minus(WorkerRegister.MARGIN).minusMillis(1);
    assertEquals(POOL, register.stands(ID).standing());
    now = now.plusMillis(1);
    assertEquals(
        new Standing.Unvouched("has an identity that ends at 2026-11-23T10:00:00Z"),
        register.stands(ID).standing());
    assertTrue(register.keyOf(ID).isPresent(), "what runs may still be verified");
  }

  @Test
  void draining_is_heard_at_once_and_the_key_still_counts() {
    var register = register(false);
    register.says(RESOURCE, Optional.of(vouched(ID, key(1), OptionalLong.empty())));
    var v = vouched(ID, key(1), OptionalLong.empty());
    var draining =
        new WorkerRegister.Vouched(
            v.id(), v.key(), v.notAfter(), v.registerIndex(), true, v.pool());

    changed.clear();
    register.says(RESOURCE, Optional.of(draining));

    assertEquals(List.of(ID), changed);
    assertTrue(register.stands(ID).draining());
    assertEquals(Optional.of(key(1)), register.keyOf(ID));
    assertEquals(List.of(), revoked);
  }

  private WorkerRegister register(boolean logged) {
    var register = new WorkerRegister(logged, () -> now);
    register.onRevocation(revoked::add);
    register.onChange(changed::add);
    return register;
  }

  private WorkerRegister.Vouched vouched(SpiffeId id, Ed25519PublicKey key, OptionalLong index) {
    return new WorkerRegister.Vouched(id, key, now.plus(Duration.ofHours(1)), index, false, POOL);
  }

  private static Ed25519PublicKey key(int seed) {
    var octets = new byte[32];
    octets[0] = (byte) seed;
    return new Ed25519Key(Bytes.wrap(octets)).publicKey();
  }
}
