package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which keys are made, and what is said of keys that are broken. */
class KeyPlanTest {
  private static final String WITNESSES = "http://acme-witness-{i}.acme-witness.prod.svc:8091";

  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private final Surroundings around = new Surroundings(clock, random, new TestDelays(clock));
  private final Map<String, Map<String, String>> secrets = new HashMap<>();

  @Test
  void what_is_missing_is_made_once() throws Exception {
    assertEquals(
        "{acme-authority=[authority.pem, entries.pem], acme-log-key=[log.key],"
            + " acme-operator-key=[operator.pem], acme-witness-keys=[witness-0.key, witness-1.key]}",
        made(settings(2)).toString());

    var again = KeyPlan.missing(settings(2), secrets, around);
    assertTrue(again.isEmpty(), again::toString);
    var keys = read(settings(2));
    assertEquals("acme.test", keys.authority().trustDomain());
    assertEquals(keys.registrarKey(), read(settings(2)).registrarKey());
  }

  @Test
  void without_a_log_there_are_no_keys_of_one() throws Exception {
    var settings = ClusterRegistrarSettings.of("prod", "acme", "acme.test");
    assertEquals(
        "{acme-authority=[authority.pem, entries.pem], acme-operator-key=[operator.pem]}",
        made(settings).toString());
    assertTrue(read(settings).policy().isEmpty());
  }

  @Test
  void one_more_witness_gets_a_key_and_the_others_keep_theirs() throws Exception {
    made(settings(2));
    var first = secrets.get("acme-witness-keys").get("witness-0.key");
    assertEquals("{acme-witness-keys=[witness-2.key]}", made(settings(3)).toString());
    assertEquals(first, secrets.get("acme-witness-keys").get("witness-0.key"));
  }

  @Test
  void the_policy_names_the_log_and_its_witnesses_with_their_urls() throws Exception {
    made(settings(2));
    var policy = read(settings(2)).policy().orElseThrow();

    assertEquals("log.acme.test/ledger", policy.logs().getFirst().key().name());
    assertEquals(
        List.of(
            "http://acme-witness-0.acme-witness.prod.svc:8091",
            "http://acme-witness-1.acme-witness.prod.svc:8091"),
        policy.witnesses().stream().map(w -> w.url().orElseThrow()).toList());
    assertTrue(policy.isQuorum(java.util.Set.of("W1", "W2")));
    assertFalse(policy.isQuorum(java.util.Set.of("W1")));
    assertEquals(policy.text(), WitnessPolicy.parse(policy.text()).text());
    var members = KeyPlan.policyMembers(policy, read(settings(2)).entries());
    assertEquals(44, Base64.getDecoder().decode(members.get("registrar-key").strip()).length);
  }

  @Test
  void an_authority_of_the_users_wins_and_gets_a_key_of_entries_in_a_secret_of_ours()
      throws Exception {
    var own = CertificateAuthority.create("acme.test", clock, random);
    secrets.put("my-ca", Map.of("authority.pem", AuthorityFile.text(own)));
    var settings = supplied("my-ca");

    assertEquals(
        "{acme-entries-key=[entries.pem], acme-operator-key=[operator.pem]}",
        made(settings).toString());
    assertEquals(own.roots(), read(settings).authority().roots());
  }

  @Test
  void an_authority_that_the_user_has_named_is_not_made() {
    var e =
        assertThrows(IOException.class, () -> KeyPlan.missing(supplied("my-ca"), secrets, around));
    assertEquals(
        "Secret prod/my-ca, key authority.pem: there is none, nor tls.crt and tls.key, and it is"
            + " yours to make",
        e.getMessage());
  }

  /** Never another one in its place: that would be another trust domain, or another log. */
  @Test
  void a_broken_key_is_an_error_that_names_its_place_and_no_secret() throws Exception {
    made(settings(1));
    var good = Map.copyOf(secrets);
    for (var row :
        List.of(
            List.of("acme-authority", "authority.pem", "names no trust domain"),
            List.of("acme-authority", "entries.pem", "is not one PEM block of a PRIVATE KEY"),
            List.of("acme-operator-key", "operator.pem", "is not one PEM block of a PRIVATE KEY"),
            List.of("acme-log-key", "log.key", "not an skey"),
            List.of("acme-witness-keys", "witness-0.key", "not an skey"))) {
      secrets.clear();
      secrets.putAll(good);
      var members = new TreeMap<>(good.get(row.get(0)));
      members.put(row.get(1), "hunter2");
      secrets.put(row.get(0), members);

      var e = assertThrows(IOException.class, () -> KeyPlan.missing(settings(1), secrets, around));
      var text = String.valueOf(e.getMessage());
      assertTrue(text.startsWith("Secret prod/" + row.get(0) + ", key " + row.get(1)), text);
      assertTrue(text.contains(row.get(2)), text);
      assertFalse(text.contains("hunter2"), text);
    }
  }

  @Test
  void a_key_of_another_name_or_domain_is_an_error() throws Exception {
    made(settings(2));
    var members = new TreeMap<>(secrets.get("acme-witness-keys"));
    members.put("witness-1.key", members.get("witness-0.key"));
    secrets.put("acme-witness-keys", members);
    assertEquals(
        "Secret prod/acme-witness-keys, key witness-1.key is the key of witness-0.acme.test,"
            + " expected witness-1.acme.test",
        assertThrows(IOException.class, () -> KeyPlan.missing(settings(2), secrets, around))
            .getMessage());

    var other = ClusterRegistrarSettings.of("prod", "acme", "other.test");
    assertEquals(
        "Secret prod/acme-authority, key authority.pem is of the trust domain acme.test, expected"
            + " other.test",
        assertThrows(IOException.class, () -> KeyPlan.missing(other, secrets, around))
            .getMessage());
  }

  @Test
  void what_is_added_is_named_without_its_text() throws Exception {
    var added = KeyPlan.missing(settings(1), secrets, around).getFirst();
    assertEquals("Added[acme-authority, [authority.pem, entries.pem]]", sorted(added.toString()));
  }

  private static String sorted(String text) {
    return text.replace("[entries.pem, authority.pem]", "[authority.pem, entries.pem]");
  }

  /** Plans, and does what the API server would. */
  private Map<String, List<String>> made(ClusterRegistrarSettings settings) throws IOException {
    var names = new TreeMap<String, List<String>>();
    for (var added : KeyPlan.missing(settings, secrets, around)) {
      var members = new TreeMap<>(secrets.getOrDefault(added.secret(), Map.of()));
      members.putAll(added.members());
      secrets.put(added.secret(), members);
      names.put(added.secret(), added.members().keySet().stream().sorted().toList());
    }
    return names;
  }

  private ClusterKeys read(ClusterRegistrarSettings settings) throws IOException {
    return KeyPlan.read(settings, secrets, "1", around);
  }

  private static ClusterRegistrarSettings settings(int witnesses) {
    return ClusterRegistrarSettings.of("prod", "acme", "acme.test")
        .with(
            new ClusterRegistrarSettings.Keys(
                Optional.empty(), Optional.of("http://log"), witnesses, witnesses, WITNESSES));
  }

  private static ClusterRegistrarSettings supplied(String secret) {
    return ClusterRegistrarSettings.of("prod", "acme", "acme.test")
        .with(new ClusterRegistrarSettings.Keys(Optional.of(secret), Optional.empty(), 0, 0, ""));
  }
}
