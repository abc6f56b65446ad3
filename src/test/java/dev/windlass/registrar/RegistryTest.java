package dev.windlass.registrar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.ResultKey;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.TrustFile;
import dev.windlass.registrar.RegisteredKey.Entries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final Instant T0 = Instant.parse("2026-11-23T03:00:00Z");
  private static final Digest CERTIFICATE = Digest.of(Bytes.utf8("a certificate"));
  private static final OptionalLong NO_LOG = OptionalLong.empty();

  @TempDir Path home;

  @Test
  void what_was_registered_renewed_and_revoked_is_there_after_opening_again() throws Exception {
    var first = key(1);
    var second = key(2);
    TrustFile before;
    try (var registry = open()) {
      registry.register(first);
      registry.register(second);
      assertTrue(registry.renew(first.id(), CERTIFICATE, T0.plusSeconds(7200), NO_LOG));
      assertTrue(registry.revoke(second.id(), T0.plusSeconds(9)));
      before = registry.trustFile();
    }
    try (var registry = open()) {
      assertEquals(before, registry.trustFile());
      assertEquals(T0.plusSeconds(7200), registry.keyOf(first.id()).orElseThrow().notAfter());
      assertEquals(T0.plusSeconds(9), registry.keyOf(second.id()).orElseThrow().revokedAt());
    }
  }

  @Test
  void indexes_in_the_log_are_there_after_opening_again_and_after_the_file_is_rewritten()
      throws Exception {
    var one = key(1);
    var gone = key(2);
    try (var registry = open()) {
      registry.register(one.entered(new Entries(OptionalLong.of(7), OptionalLong.empty())));
      registry.register(gone);
      registry.enter(gone.id(), new Entries(OptionalLong.of(8), OptionalLong.empty()));
      registry.revoke(gone.id(), T0.plusSeconds(9));
      registry.enter(gone.id(), new Entries(OptionalLong.empty(), OptionalLong.of(11)));
      assertTrue(registry.renew(one.id(), CERTIFICATE, T0.plusSeconds(7200), OptionalLong.of(10)));
      assertTrue(registry.renew(one.id(), CERTIFICATE, T0.plusSeconds(7300), NO_LOG));
    }
    for (int round = 0; round < 2; round++) {
      try (var registry = open()) {
        assertEquals(OptionalLong.of(10), registry.registerIndexOf(one.id()));
        var revoked = registry.keyOf(gone.id()).orElseThrow();
        assertEquals(
            new Entries(OptionalLong.of(8), OptionalLong.of(11)), revoked.entries(), "" + round);
        assertEquals(T0.plusSeconds(9), revoked.revokedAt());
        var trust = registry.trustFile();
        assertEquals(trust, TrustFile.parse(trust.toJson().canonical()));
        var indexes = trust.workers().stream().mapToLong(w -> w.logIndex().orElseThrow()).sorted();
        assertEquals("[8, 10]", Arrays.toString(indexes.toArray()));
        for (int i = 0; i < Registry.SURPLUS + 10; i++)
          registry.renew(one.id(), CERTIFICATE, T0.plusSeconds(i), NO_LOG);
      }
    }
  }

  @Test
  void a_registry_of_a_time_without_a_log_is_read() throws Exception {
    var one = key(1);
    Files.writeString(
        path(),
        """
        {"at":"2026-11-23T03:00:00Z","certificate":"%s","do":"register","id":"%s",\
        "key":"%s","notAfter":"2026-11-23T04:00:00Z"}
        {"certificate":"%s","do":"renew","id":"%s","notAfter":"2026-11-23T05:00:00Z"}
        """
            .formatted(
                CERTIFICATE,
                one.id(),
                Base64.getEncoder().encodeToString(one.key().spki().unsafeArray()),
                CERTIFICATE,
                one.id()));
    try (var registry = open()) {
      var known = registry.keyOf(one.id()).orElseThrow();
      assertEquals(T0.plusSeconds(7200), known.notAfter());
      assertEquals(Entries.NONE, known.entries());
      assertEquals(OptionalLong.empty(), registry.registerIndexOf(one.id()));
    }
  }

  @Test
  void a_line_torn_at_any_octet_is_cut_off_and_what_was_acknowledged_stays() throws Exception {
    try (var registry = open()) {
      registry.register(key(1));
    }
    var acknowledged = Files.readAllBytes(path());
    try (var registry = open()) {
      registry.register(key(2));
    }
    var whole = Files.readAllBytes(path());
    for (int torn = acknowledged.length; torn < whole.length; torn++) {
      Files.write(path(), Arrays.copyOf(whole, torn));
      try (var registry = open()) {
        assertEquals(1, registry.trustFile().workers().size(), "torn at " + torn);
        assertEquals(Registry.Registered.DONE, registry.register(key(3)));
      }
      try (var registry = open()) {
        assertEquals(2, registry.trustFile().workers().size(), "torn at " + torn);
      }
    }
  }

  @Test
  void a_damaged_line_stops_the_registry_with_its_number() throws Exception {
    try (var registry = open()) {
      registry.register(key(1));
      registry.register(key(2));
    }
    var lines = Files.readAllLines(path());
    Files.writeString(
        path(),
        lines.getFirst().replace("certificate", "certifikate") + "\n" + lines.getLast() + "\n");

    var e = assertThrows(IOException.class, this::open);
    assertTrue(e.getMessage().contains("registry.jsonl: line 1: $.certifikate"), e.getMessage());
  }

  @Test
  void a_line_over_its_bound_is_refused() throws Exception {
    Files.writeString(path(), "x".repeat(RegistryFile.MAX_LINE + 1));
    var e = assertThrows(IOException.class, this::open);
    assertTrue(e.getMessage().contains("line 1 is longer than 2048"), e.getMessage());
  }

  @Test
  void a_renewal_of_nobody_or_of_the_revoked_is_refused() throws Exception {
    try (var registry = open()) {
      var known = key(1);
      assertFalse(registry.renew(known.id(), CERTIFICATE, T0, NO_LOG));
      registry.register(known);
      registry.revoke(known.id(), T0);
      assertFalse(registry.renew(known.id(), CERTIFICATE, T0.plusSeconds(7200), NO_LOG));
    }
  }

  @Test
  void renewals_for_years_do_not_grow_the_file_without_bound() throws Exception {
    var one = key(1);
    var gone = key(2);
    try (var registry = open()) {
      registry.register(gone);
      registry.revoke(gone.id(), T0.plusSeconds(1));
      registry.register(one);
      for (int i = 0; i < Registry.SURPLUS + 10; i++)
        registry.renew(one.id(), CERTIFICATE, T0.plusSeconds(i), NO_LOG);
      assertTrue(Files.readAllLines(path(), UTF_8).size() < 20);
      registry.renew(one.id(), CERTIFICATE, T0.plusSeconds(99_999), NO_LOG);
    }
    try (var registry = open()) {
      assertEquals(T0.plusSeconds(99_999), registry.keyOf(one.id()).orElseThrow().notAfter());
      assertEquals(T0.plusSeconds(1), registry.keyOf(gone.id()).orElseThrow().revokedAt());
    }
  }

  @Test
  void the_trust_file_is_read_back_as_it_was_written() throws Exception {
    try (var registry = open()) {
      registry.register(key(1));
      registry.register(key(2));
      registry.revoke(key(2).id(), T0.plusSeconds(5));
      var trust = registry.trustFile();
      assertEquals(trust, TrustFile.parse(trust.toJson().canonical()));
    }
  }

  @Test
  void a_registry_that_cannot_write_says_so_and_keeps_what_it_knew() throws Exception {
    var registry = open();
    registry.register(key(1));
    registry.close();

    assertThrows(IOException.class, () -> registry.register(key(2)));
    assertTrue(registry.keyOf(key(2).id()).isEmpty(), "not known, because not on the disk");
    assertTrue(registry.keyOf(key(1).id()).isPresent());
  }

  private Registry open() throws IOException {
    return Registry.open(path(), "acme.test");
  }

  private Path path() throws IOException {
    var path = home.resolve("registry.jsonl");
    if (!Files.exists(path)) Files.write(path, new byte[0], StandardOpenOption.CREATE);
    return path;
  }

  private final RegisteredKey[] made = new RegisteredKey[8];

  private RegisteredKey key(int n) {
    if (made[n] == null) {
      var raw = ResultKey.make(new SecureRandom()).publicKey().raw();
      made[n] =
          new RegisteredKey(
              new SpiffeId("acme.test", "default", "worker", "w-" + n),
              Ed25519PublicKey.ofRaw(Bytes.wrap(raw)),
              CERTIFICATE,
              T0,
              T0.plusSeconds(3600),
              null,
              Entries.NONE);
    }
    return made[n];
  }
}
