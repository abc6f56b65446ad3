package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.MadeElsewhere;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.RootsPem;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.kube.ControlPlane;
import dev.windlass.tlog.WitnessPolicy;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The Secrets and ConfigMaps of a release, in a real API server. */
class ClusterKeysTest {
  private final KubernetesClient client = ControlPlane.shared().client();
  private final String namespace = ControlPlane.shared().newNamespace();
  private final TestClock clock = new TestClock();
  private final Surroundings around =
      new Surroundings(clock, new SecureRandom(), new TestDelays(clock));
  private final ClusterRegistrarSettings settings =
      ClusterRegistrarSettings.of(namespace, "acme", "acme.test")
          .with(
              new ClusterRegistrarSettings.Keys(
                  Optional.empty(), Optional.of("http://log"), 2, 2, "http://w-{i}:8091"));

  @Test
  void an_operator_that_starts_makes_the_keys_and_the_next_one_finds_them() throws Exception {
    var first = store().bootstrap();
    var second = store().bootstrap();

    assertEquals(first.registrarKey(), second.registrarKey());
    assertEquals(first.authority().roots(), second.authority().roots());
    var policy = configMap("acme-log-policy");
    assertEquals(
        first.policy().orElseThrow().text(), WitnessPolicy.parse(policy.get("policy.txt")).text());
    assertEquals(61, policy.get("registrar-key").length(), "base64 of 44 octets and a line end");
    var secret = client.secrets().inNamespace(namespace).withName("acme-witness-keys").get();
    assertEquals(Set.of("witness-0.key", "witness-1.key"), secret.getData().keySet());
  }

  @Test
  void of_two_operators_that_start_at_one_time_both_have_the_same_keys() throws Exception {
    var barrier = new CyclicBarrier(2);
    Callable<ClusterKeys> start =
        () -> {
          barrier.await();
          return store().bootstrap();
        };
    try (var threads = Executors.newFixedThreadPool(2)) {
      var one = threads.submit(start);
      var other = threads.submit(start);
      assertEquals(one.get().registrarKey(), other.get().registrarKey());
      assertEquals(one.get().authority().roots(), other.get().authority().roots());
      assertEquals(
          one.get().policy().orElseThrow().text(), other.get().policy().orElseThrow().text());
    }
  }

  @Test
  void a_key_that_the_user_has_supplied_and_that_is_broken_stops_the_operator() {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("acme-log-key")
                .endMetadata()
                .addToStringData("log.key", "hunter2")
                .build())
        .create();
    var e = assertThrows(IOException.class, () -> store().bootstrap());
    assertEquals(
        "Secret "
            + namespace
            + "/acme-log-key, key log.key: not an skey, expected"
            + " PRIVATE+KEY+<name>+<8 hex digits>+<base64>",
        e.getMessage());
  }

  @Test
  void a_policy_that_the_user_has_made_stays() throws Exception {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("acme-log-policy")
                .endMetadata()
                .addToData("policy.txt", "mine\n")
                .build())
        .create();
    store().bootstrap();
    assertEquals("mine\n", configMap("acme-log-policy").get("policy.txt"));
  }

  @Test
  void an_authority_written_by_somebody_else_in_the_meantime_is_not_overwritten() throws Exception {
    var keys = store().bootstrap();
    var rotated = keys.authority().withWaitingRoot();
    store().save(rotated, keys.authorityVersion());
    assertThrows(IOException.class, () -> store().save(keys.authority(), keys.authorityVersion()));
    assertEquals(rotated.roots(), store().bootstrap().authority().roots());
  }

  /** Until a namespace's ConfigMap has the new root it does not sign; a restart goes on there. */
  @Test
  void a_root_is_replaced_through_the_config_maps_across_a_change_of_leader() throws Exception {
    var pool = ControlPlane.shared().newNamespace();
    var authority = authority();
    var heard = new ArrayList<String>();
    authority.onRoots(heard::add);
    authority.step(Set.of(pool));
    publishTo(pool, authority.roots());
    var old = authority.current().certificate();
    clock.forward(CertificateAuthority.ROOT_LIFE.minusDays(30));

    authority.step(Set.of(pool));
    assertEquals(2, RootsPem.parse(configMap("acme-trust").get("roots.pem")).size());
    assertEquals(2, heard.size(), "told of the first roots and of both");
    authority.step(Set.of(pool));
    clock.forward(Duration.ofDays(1));
    assertEquals(old, authority.current().certificate(), "the pool has not heard of it");

    var next = authority();
    publishTo(pool, next.roots());
    next.step(Set.of(pool));
    assertEquals(old, next.current().certificate());
    clock.forward(Duration.ofMinutes(2));
    var fresh = next.current().certificate();
    assertFalse(fresh.equals(old));

    clock.forward(CertificateAuthority.OVERLAP);
    next.step(Set.of(pool));
    assertEquals(List.of(fresh), RootsPem.parse(configMap("acme-trust").get("roots.pem")));
    assertTrue(authority().current().roots().contains(fresh));
  }

  /** Secret of a Certificate with isCA; renewed, it takes the way of every other root. */
  @Test
  void a_root_that_cert_manager_makes_is_used_and_its_renewal_leaves_old_certificates_believed()
      throws Exception {
    var first = MadeElsewhere.make("our CA", clock.instant());
    certManager(first);
    var authority = authority(users());
    authority.step(Set.of());
    assertEquals(List.of(first.certificate()), published());
    var entries = store(users()).bootstrap().registrarKey();
    var before = leaf(authority);

    clock.forward(Duration.ofDays(60));
    var second = MadeElsewhere.make("our CA", clock.instant());
    var written = certManager(second);
    authority.step(Set.of());
    assertEquals(List.of(first.certificate(), second.certificate()), published());
    authority.step(Set.of());
    assertEquals(first.certificate(), authority.current().certificate());
    var between = leaf(authority);

    var next = authority(users());
    clock.forward(Duration.ofMinutes(2));
    assertEquals(second.certificate(), next.current().certificate());
    var after = leaf(next);
    believed(next, between);
    believed(next, after);
    assertFalse(before.equals(after));

    clock.forward(CertificateAuthority.OVERLAP);
    next.step(Set.of());
    assertEquals(List.of(second.certificate()), published());
    assertEquals(entries, store(users()).bootstrap().registrarKey(), "the key of entries stays");
    assertEquals(
        written,
        client
            .secrets()
            .inNamespace(namespace)
            .withName("my-ca")
            .get()
            .getMetadata()
            .getResourceVersion(),
        "nothing of ours is written into a Secret of cert-manager's");
  }

  /** From the operator's own root to cert-manager's, without a change of the log's keys. */
  @Test
  void a_release_that_made_its_own_root_goes_over_to_cert_managers() throws Exception {
    var own = store().bootstrap();
    authority().step(Set.of());
    var made = MadeElsewhere.make("our CA", clock.instant());
    certManager(made);

    var authority = authority(users());
    assertEquals(own.registrarKey(), store(users()).bootstrap().registrarKey());
    assertEquals(own.authority().roots(), authority.current().roots());
    authority.step(Set.of());
    authority.step(Set.of());
    clock.forward(Duration.ofMinutes(2));

    assertEquals(made.certificate(), authority.current().certificate());
    believed(authority, leaf(authority));
  }

  @Test
  void a_broken_renewal_is_said_and_the_root_before_goes_on() throws Exception {
    certManager(MadeElsewhere.make("our CA", clock.instant()));
    var authority = authority(users());
    authority.step(Set.of());
    var root = authority.current().certificate();
    secret("my-ca", Map.of("tls.crt", "hunter2", "tls.key", "hunter2"));

    var e = assertThrows(IOException.class, () -> authority.step(Set.of()));
    assertEquals(
        "Secret "
            + namespace
            + "/my-ca, keys tls.crt and tls.key, certificate: not certificates in PEM from"
            + " character 0 of 7 on",
        e.getMessage());
    assertEquals(root, authority.current().certificate());
    client.secrets().inNamespace(namespace).withName("my-ca").delete();
    assertEquals(
        "the Secret my-ca is gone",
        assertThrows(IOException.class, () -> authority.step(Set.of())).getMessage());
  }

  /** Who has named a Secret. */
  private ClusterRegistrarSettings users() {
    var keys = settings.keys();
    return settings.with(
        new ClusterRegistrarSettings.Keys(
            Optional.of("my-ca"), keys.log(), keys.witnesses(), keys.quorum(), keys.witnessUrl()));
  }

  private String certManager(MadeElsewhere root) {
    return secret(
        "my-ca",
        Map.of(
            "tls.crt", root.certificatePem(),
            "tls.key", root.sec1(),
            "ca.crt", root.certificatePem()));
  }

  private String secret(String name, Map<String, String> text) {
    return client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withStringData(text)
                .build())
        .fieldManager("cert-manager")
        .forceConflicts()
        .serverSideApply()
        .getMetadata()
        .getResourceVersion();
  }

  private List<X509Certificate> published() {
    return RootsPem.parse(configMap("acme-trust").get("roots.pem"));
  }

  private X509Certificate leaf(ClusterAuthority authority) {
    var id = SpiffeId.parse("spiffe://acme.test/ns/prod/worker/w1");
    return authority.current().credentials(id).chain().getFirst();
  }

  /** Under the published roots. */
  private void believed(ClusterAuthority authority, X509Certificate leaf) throws Exception {
    var roots = authority.current().roots();
    assertTrue(published().containsAll(roots));
    leaf.verify(PeerVerifier.issuerOf(leaf, roots).getPublicKey());
  }

  private ClusterAuthority authority() throws IOException {
    return authority(settings);
  }

  private ClusterAuthority authority(ClusterRegistrarSettings of) throws IOException {
    var store = store(of);
    return new ClusterAuthority(store, of, store.bootstrap(), around);
  }

  @Test
  void a_connection_that_ends_while_keys_are_made_is_no_end_of_it() throws IOException {
    var cuts = new AtomicInteger();
    var cut =
        new Interceptor() {
          @Override
          public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (request.method().equals("POST") && cuts.incrementAndGet() <= 2)
              throw new KubernetesClientException("Connection was closed");
          }
        };
    try (var unlucky =
        new KubernetesClientBuilder()
            .withConfig(client.getConfiguration())
            .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("cut", cut))
            .build()) {
      var made = new ClusterKeyStore(unlucky, settings, around).bootstrap();
      assertEquals(made.registrarKey(), store().bootstrap().registrarKey());
      assertTrue(cuts.get() > 2, cuts + " writes");
    }
  }

  private ClusterKeyStore store() {
    return store(settings);
  }

  private ClusterKeyStore store(ClusterRegistrarSettings of) {
    return new ClusterKeyStore(client, of, around);
  }

  private void publishTo(String other, String roots) {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(other)
                .withName("acme-trust")
                .endMetadata()
                .withData(Map.of("roots.pem", roots))
                .build())
        .fieldManager("test")
        .forceConflicts()
        .serverSideApply();
  }

  private Map<String, String> configMap(String name) {
    return client.configMaps().inNamespace(namespace).withName(name).get().getData();
  }
}
