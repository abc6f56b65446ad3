package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Tls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator fetched, for heads and nobody else. */
class ArtifactServerTest {
  private static final String DOMAIN = "acme.test";

  @TempDir Path directory;
  private final InstantSource clock = InstantSource.system();
  private final CertificateAuthority authority =
      CertificateAuthority.create(DOMAIN, clock, new SecureRandom());
  private ContentStore store;
  private ArtifactServer server;

  @BeforeEach
  void start() throws IOException {
    store = ContentStore.open(directory.resolve("store"), ContentStore.UNBOUNDED);
    server = new ArtifactServer(store, () -> of("operator"), "127.0.0.1", 0, clock);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void a_head_gets_what_is_in_the_store() throws Exception {
    var octets = new byte[5 << 20];
    new Random(1).nextBytes(octets);
    var digest = store.put(Bytes.wrap(octets));

    var answer = get(of("head"), "/artifacts/" + digest.hex());

    assertEquals(200, answer.statusCode());
    assertArrayEquals(octets, answer.body());
  }

  @Test
  void what_is_not_there_is_404_and_other_paths_are_too() throws Exception {
    var hex = Digest.of(Bytes.utf8("absent")).hex();

    for (var path : new String[] {"/artifacts/" + hex, "/artifacts/..", "/artifacts/", "/", "/x"}) {
      var answer = get(of("head"), path);
      assertEquals(404, answer.statusCode(), path);
      assertEquals(
          "application/problem+json", answer.headers().firstValue("Content-Type").orElse(""));
    }
  }

  @Test
  void a_worker_of_the_same_domain_is_told_that_it_is_no_head() throws Exception {
    var digest = store.put(Bytes.utf8("module"));

    var answer = get(of("worker"), "/artifacts/" + digest.hex());

    assertEquals(403, answer.statusCode());
    assertTrue(new String(answer.body()).contains("artifacts are for heads"));
  }

  @Test
  void a_stranger_and_one_without_a_certificate_get_no_session() {
    var other = CertificateAuthority.create(DOMAIN, clock, new SecureRandom());
    var stranger = CredentialSource.fixed(other.credentials(id("head")));

    assertThrows(IOException.class, () -> get(stranger, "/artifacts/x"));
    assertThrows(
        IOException.class, () -> get(client(Tls.context(peers(of("head")))), "/artifacts/x"));
  }

  @Test
  void an_artifact_is_only_read() throws Exception {
    var digest = store.put(Bytes.utf8("module"));
    var uri = URI.create("https://127.0.0.1:" + server.port() + "/artifacts/" + digest.hex());
    try (var client = client(Tls.context(of("head"), peers(of("head"))))) {
      var delete = HttpRequest.newBuilder(uri).DELETE().build();
      var put = HttpRequest.newBuilder(uri).PUT(BodyPublishers.ofString("other")).build();

      assertEquals(405, client.send(delete, BodyHandlers.ofString()).statusCode());
      assertEquals(405, client.send(put, BodyHandlers.ofString()).statusCode());
    }
    assertEquals(Bytes.utf8("module"), store.read(digest).orElseThrow());
  }

  private static SpiffeId id(String role) {
    return new SpiffeId(DOMAIN, "default", role, "x-0");
  }

  private CredentialSource of(String role) {
    return CredentialSource.fixed(authority.credentials(id(role)));
  }

  private PeerVerifier peers(CredentialSource own) {
    return PeerVerifier.of(own, id -> id.role().equals(SpiffeId.OPERATOR), clock);
  }

  private HttpResponse<byte[]> get(CredentialSource own, String path) throws Exception {
    return get(client(Tls.context(own, peers(own))), path);
  }

  private HttpResponse<byte[]> get(HttpClient client, String path) throws Exception {
    try (client) {
      var uri = URI.create("https://127.0.0.1:" + server.port() + path);
      var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
      return client.send(request, BodyHandlers.ofByteArray());
    }
  }

  private static HttpClient client(javax.net.ssl.SSLContext tls) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .sslContext(tls)
        .build();
  }
}
