package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
  private static final String WORKER = "spiffe://acme.test/ns/default/worker/w-1";
  private static final Ed25519Key KEY = new Ed25519Key(Bytes.wrap(new byte[32]));

  private final Keys keys =
      new Keys(
          new LogEntry.Genesis(
              NOW,
              "log.acme.test/ledger",
              "acme.test",
              KEY.publicKey(),
              KEY.publicKey(),
              "log x",
              Json.object().build()),
          Duration.ofHours(48),
          InstantSource.fixed(NOW));

  @Test
  void a_renewal_moves_the_registration_of_a_key() {
    keys.apply(3, registered(NOW.plusSeconds(1800)));
    keys.apply(9, registered(NOW.plusSeconds(3600)));
    assertEquals(OptionalLong.of(9), keys.registration(WORKER));
    assertFalse(keys.worker(KEY.publicKey().keyId()).orElseThrow().isRevoked());
  }

  @Test
  void a_revoked_key_stays_revoked_when_a_renewal_comes_after_it() {
    keys.apply(3, registered(NOW.plusSeconds(1800)));
    keys.apply(5, new LogEntry.WorkerRevoke(NOW, WORKER, KEY.publicKey().keyId(), "stolen"));
    keys.apply(6, registered(NOW.plusSeconds(3600)));
    assertTrue(keys.worker(KEY.publicKey().keyId()).orElseThrow().isRevoked());
    assertEquals(OptionalLong.empty(), keys.registration(WORKER));
  }

  private static LogEntry registered(Instant notAfter) {
    var holder =
        new LogEntry.Holder(
            WORKER, Digest.of(Bytes.utf8("certificate")), Optional.empty(), notAfter);
    return new LogEntry.WorkerRegister(
        NOW, holder, KEY.publicKey(), Optional.empty(), Optional.empty());
  }
}
