package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Csr;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.Grant;
import dev.windlass.identity.JoinRequest;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.ResultKey;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.TestClock;
import dev.windlass.identity.TestDelays;
import dev.windlass.identity.Tls;
import dev.windlass.identity.TlsKeys;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registrar met by those who do not keep to the protocol. */
class RegistrarHostileTest {
  private static final SpiffeId WORKER = new SpiffeId("acme.test", "default", "worker", "w-0");

  @TempDir Path home;
  private final SecureRandom random = new SecureRandom();
  private final TestClock clock = new TestClock();
  private final Surroundings around = new Surroundings(clock, random, new TestDelays(clock));
  private final Vertx vertx = Vertx.vertx();
  private Registrar registrar;
  private int port;

  /** Of another authority of the same name, which only stands for a stranger's certificate. */
  private CredentialSource stranger;

  private CredentialSource head;

  record Reply(int status, String body) {}

  @BeforeEach
  void open() throws Exception {
    registrar = Registrar.open(home.resolve("registrar"), "acme.test", around);
    port = await(registrar.listen(vertx, "127.0.0.1", 0));
    head = registrar.issueLocal(new SpiffeId("acme.test", "default", "head", "h-0"));
    var other = CertificateAuthority.create("acme.test", clock, random);
    stranger = CredentialSource.fixed(other.credentials(WORKER));
  }

  @AfterEach
  void close() throws Exception {
    registrar.close();
    await(vertx.close());
  }

  @Test
  void a_renewal_without_a_certificate_is_refused() throws Exception {
    var reply = renewAs(null);
    assertProblem(reply, 401, "the peer showed no certificate");
  }

  @Test
  void a_renewal_with_an_expired_certificate_is_refused() throws Exception {
    try (var worker = join()) {
      var old = CredentialSource.fixed(worker.current());
      clock.forward(Duration.ofMinutes(61));

      assertThrows(IOException.class, () -> renewAs(old));
      assertEquals(
          old.current().notAfter(),
          registrar.registry().keyOf(worker.id()).orElseThrow().notAfter());
    }
  }

  @Test
  void a_certificate_that_expires_on_an_open_connection_renews_no_more() throws Exception {
    try (var worker = join();
        var client = client(CredentialSource.fixed(worker.current()))) {
      assertEquals(200, post(client, "renew", renewal()).status());
      clock.forward(Duration.ofMinutes(61));
      assertProblem(post(client, "renew", renewal()), 401, "NotAfter");
    }
  }

  @Test
  void a_renewal_with_another_authoritys_certificate_is_refused() {
    assertThrows(IOException.class, () -> renewAs(stranger));
  }

  @Test
  void a_renewal_of_an_identity_that_never_joined_is_refused() throws Exception {
    assertProblem(renewAs(head), 403, "default/head/h-0 is not registered");
  }

  @Test
  void a_renewal_is_for_the_name_in_the_certificate_whatever_the_request_says() throws Exception {
    try (var worker = join();
        var client = client(CredentialSource.fixed(worker.current()))) {
      var members = new TreeMap<>(renewal().at().object().members());
      members.put("id", Json.of(WORKER.toString()));

      assertProblem(post(client, "renew", new Json.Obj(members)), 400, "$.id: unknown member");
      var grant = Grant.parse(json(post(client, "renew", renewal())));
      assertEquals(worker.id(), grant.id());
      assertEquals(worker.id(), PeerVerifier.idOf(grant.chain().getFirst()));
    }
  }

  @Test
  void a_join_with_a_wrong_proof_is_refused_and_leaves_the_token_good() throws Exception {
    var token = mint();
    var request = joinRequest(token, nonce());
    for (var member : new String[] {"proof", "nonce", "ed25519", "csr"}) {
      var other = joinRequest(token, nonce());
      var members = new TreeMap<>(request.at().object().members());
      members.put(member, other.at().get(member).value());
      assertProblem(postJoin(new Json.Obj(members)), 400, "not a signature of this request");
    }
    assertEquals(200, postJoin(request).status());
  }

  @Test
  void a_nonce_is_used_once_and_soon_and_is_the_registrars() throws Exception {
    var nonce = nonce();
    assertEquals(200, postJoin(joinRequest(mint(), nonce)).status());
    var token = mint();
    assertProblem(postJoin(joinRequest(token, nonce)), 401, "it was used already");

    assertProblem(postJoin(joinRequest(token, new byte[32])), 401, "not one of this registrar");

    var late = nonce();
    clock.forward(Duration.ofSeconds(60));
    assertProblem(postJoin(joinRequest(token, late)), 401, "it is older than 60 s");

    assertEquals(200, postJoin(joinRequest(token, nonce())).status(), "the token is still good");
  }

  @Test
  void a_result_key_has_one_owner() throws Exception {
    var key = ResultKey.make(random);
    assertEquals(200, postJoin(joinRequest(mint(), nonce(), key)).status());
    assertProblem(postJoin(joinRequest(mint(), nonce(), key)), 409, "has an owner");
  }

  @Test
  void a_body_over_the_bound_is_refused_before_it_is_read() throws Exception {
    try (var client = client(null)) {
      var request =
          HttpRequest.newBuilder(uri("join"))
              .POST(BodyPublishers.ofByteArray(new byte[Admission.MAX_BODY + 1]))
              .build();
      var reply = client.send(request, BodyHandlers.ofString());
      assertProblem(new Reply(reply.statusCode(), reply.body()), 413, "at most 16384 bytes");
    }
  }

  @Test
  void what_is_not_a_request_of_ours_is_refused_exactly() throws Exception {
    try (var client = client(null)) {
      assertProblem(post(client, "nowhere", renewal()), 404, "nothing at /nowhere");
      assertProblem(post(client, "join", Json.array(List.of())), 400, "expected an object");
      assertProblem(post(client, "join", Json.object().put("v", 1).build()), 400, "missing");
      assertProblem(post(client, "challenge", Json.object().put("v", 2).build()), 400, "$.v");
      var get = HttpRequest.newBuilder(uri("join")).GET().build();
      var reply = client.send(get, BodyHandlers.ofString());
      assertProblem(new Reply(reply.statusCode(), reply.body()), 405, "takes POST, not GET");
    }
  }

  @Test
  void who_asks_too_often_is_told_to_wait() throws Exception {
    try (var client = client(null)) {
      var challenge = Json.object().put("v", 1).build();
      for (int i = 0; i < RateBound.BURST; i++)
        assertEquals(200, post(client, "challenge", challenge).status());
      assertProblem(post(client, "challenge", challenge), 429, "too many requests");
      clock.forward(Duration.ofSeconds(1));
      assertEquals(200, post(client, "challenge", challenge).status());
    }
  }

  @Test
  void a_client_of_tls_1_2_is_refused() {
    var old = new SSLParameters();
    old.setProtocols(new String[] {"TLSv1.2"});
    var registrars = PeerVerifier.of(head, id -> id.role().equals(SpiffeId.REGISTRAR), clock);
    try (var client =
        HttpClient.newBuilder().sslContext(Tls.context(registrars)).sslParameters(old).build()) {
      assertThrows(IOException.class, () -> post(client, "renew", renewal()));
    }
  }

  @Test
  void an_answer_repeats_no_secret() throws Exception {
    var token = mint();
    var request = joinRequest(token, nonce());
    var granted = postJoin(request);
    var again = postJoin(joinRequest(token, nonce()));
    var members = new TreeMap<>(request.at().object().members());
    members.put("token", Json.of(token.reveal() + "x"));
    var malformed = postJoin(new Json.Obj(members));

    assertEquals(200, granted.status());
    assertProblem(again, 401, "it was used already");
    assertProblem(malformed, 400, "$.token: not a join token");
    for (var reply : new Reply[] {granted, again, malformed})
      assertTrue(!reply.body().contains(token.reveal().substring(50, 80)), reply.body());
  }

  private Reply renewAs(CredentialSource who) throws IOException, InterruptedException {
    try (var client = client(who)) {
      return post(client, "renew", renewal());
    }
  }

  private Json renewal() {
    var csr = Csr.make(TlsKeys.make(random), random);
    return Json.object().put("v", 1).put("csr", Base64.getEncoder().encodeToString(csr)).build();
  }

  private Json joinRequest(JoinToken token, byte[] nonce) {
    return joinRequest(token, nonce, ResultKey.make(random));
  }

  private Json joinRequest(JoinToken token, byte[] nonce, ResultKey key) {
    return JoinRequest.make(token, nonce, Csr.make(TlsKeys.make(random), random), key).json();
  }

  private byte[] nonce() throws IOException, InterruptedException {
    try (var client = client(null)) {
      var reply = post(client, "challenge", Json.object().put("v", 1).build());
      return Base64.getDecoder().decode(json(reply).at().get("nonce").text());
    }
  }

  private Reply postJoin(Json request) throws IOException, InterruptedException {
    try (var client = client(null)) {
      return post(client, "join", request);
    }
  }

  private Reply post(HttpClient client, String path, Json body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(20))
            .POST(BodyPublishers.ofByteArray(body.canonical()))
            .build();
    var reply = client.send(request, BodyHandlers.ofString());
    return new Reply(reply.statusCode(), reply.body());
  }

  private HttpClient client(CredentialSource who) {
    var registrars = PeerVerifier.of(head, id -> id.role().equals(SpiffeId.REGISTRAR), clock);
    var tls = who == null ? Tls.context(registrars) : Tls.context(who, registrars);
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
  }

  private URI uri(String path) {
    return URI.create("https://127.0.0.1:" + port + "/" + path);
  }

  private JoinToken mint() {
    return registrar.mint(SpiffeId.WORKER, JoinToken.LIFE);
  }

  private Enrolment join() throws Exception {
    return Enrolment.join("127.0.0.1", mint(), around);
  }

  private static Json json(Reply reply) {
    assertEquals(200, reply.status(), reply.body());
    return Json.parse(reply.body(), Bounds.DEFAULT);
  }

  private static void assertProblem(Reply reply, int status, String detail) {
    assertEquals(status, reply.status(), reply.body());
    var at = Json.parse(reply.body(), Bounds.DEFAULT).at();
    assertEquals(status, at.get("status").integer(100, 599));
    assertTrue(at.get("type").text().startsWith("https://windlass.dev/problems/"), reply.body());
    assertTrue(at.get("detail").text().contains(detail), reply.body());
  }

  private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
