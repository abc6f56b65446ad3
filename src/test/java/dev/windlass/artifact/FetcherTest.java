package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules given inline and by URL. */
class FetcherTest {
  private static final Bytes MODULE = FakeServer.module(100_000);
  private static final Digest DIGEST = Digest.of(MODULE);

  @TempDir Path directory;
  private ContentStore store;

  @BeforeEach
  void open() throws IOException {
    store = ContentStore.open(directory.resolve("store"), ContentStore.UNBOUNDED);
  }

  @Test
  void an_inline_module_is_named_by_its_own_digest() throws Exception {
    try (var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      var fetched =
          fetcher.fetch(
              new ArtifactSource.Inline(MODULE, Optional.empty()), PullSecret.NONE, store);

      assertEquals(new Fetcher.Fetched(DIGEST, 100_000, Optional.empty()), fetched);
      assertEquals(Optional.of(MODULE), store.read(DIGEST));
    }
  }

  @Test
  void an_inline_module_with_another_digest_is_refused_with_both() throws Exception {
    var other = Digest.of(Bytes.utf8("other"));
    try (var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      var source = new ArtifactSource.Inline(MODULE, Optional.of(other));

      var refused =
          assertThrows(FetchException.class, () -> fetcher.fetch(source, PullSecret.NONE, store));

      assertEquals(Kind.DIGEST_MISMATCH, refused.kind());
      assertSays(refused, other.toString(), DIGEST.toString(), "100000 bytes");
      assertTrue(store.digests().isEmpty());
    }
  }

  @Test
  void a_module_behind_https_is_taken_if_it_is_what_its_digest_names() throws Exception {
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT.withTls(server.believes()))) {
      server.page("/hello.wasm", 200, Map.of(), MODULE.toArray());

      var fetched = fetcher.fetch(https(server, "/hello.wasm", DIGEST), PullSecret.NONE, store);

      assertEquals(DIGEST, fetched.module());
      assertEquals(Optional.of(MODULE), store.read(DIGEST));
      fetcher.fetch(https(server, "/hello.wasm", DIGEST), PullSecret.NONE, store);
      assertEquals(1, server.asked().size(), "what is in the store is not fetched again");
    }
  }

  @Test
  void other_bytes_are_refused_with_the_digest_found_and_nothing_is_kept() throws Exception {
    var other = Digest.of(Bytes.utf8("other"));
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT.withTls(server.believes()))) {
      server.page("/hello.wasm", 200, Map.of(), MODULE.toArray());

      var refused = refused(fetcher, https(server, "/hello.wasm", other));

      assertEquals(Kind.DIGEST_MISMATCH, refused.kind());
      assertTrue(refused.kind().lasting());
      assertSays(refused, other.toString(), DIGEST.toString());
      assertTrue(store.digests().isEmpty());
    }
  }

  @Test
  void a_body_over_the_bound_ends_at_the_bound_whatever_its_header_said() throws Exception {
    var settings = FetchSettings.DEFAULT.withPlainHttp(Set.of());
    try (var server = FakeServer.secure()) {
      server.page(
          "/endless",
          exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var chunk = new byte[1 << 16];
            // a client that does not stop would take 1 GiB of it
            for (int i = 0; i < 1 << 14; i++) exchange.getResponseBody().write(chunk);
            server.breach("somebody read all of it");
          });
      try (var fetcher =
          new Fetcher(
              new FetchSettings(
                  1 << 20,
                  settings.connect(),
                  settings.header(),
                  settings.whole(),
                  Set.of(),
                  Optional.of(server.believes())))) {
        var refused = refused(fetcher, https(server, "/endless", DIGEST));

        assertEquals(Kind.TOO_LARGE, refused.kind());
        assertSays(refused, "1048576 bytes");
        assertTrue(store.digests().isEmpty());
      }
    }
  }

  @Test
  void a_server_that_drips_is_left_when_the_time_is_over() throws Exception {
    try (var server = FakeServer.secure()) {
      server.page(
          "/drip",
          exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(0);
            exchange.getResponseBody().flush();
          });
      try (var fetcher =
          new Fetcher(
              new FetchSettings(
                  1 << 20,
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(2),
                  Set.of(),
                  Optional.of(server.believes())))) {
        var refused = refused(fetcher, https(server, "/drip", DIGEST));

        assertEquals(Kind.UNREACHABLE, refused.kind());
        assertSays(refused, "within PT2S");
      }
    }
  }

  @Test
  void redirects_are_followed_over_https_and_five_times_at_most() throws Exception {
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT.withTls(server.believes()))) {
      for (int i = 1; i <= 6; i++)
        server.page("/" + i, 307, Map.of("Location", "/" + (i - 1)), new byte[0]);
      server.page("/0", 200, Map.of(), MODULE.toArray());

      var tooMany = refused(fetcher, https(server, "/6", DIGEST));
      fetcher.fetch(https(server, "/5", DIGEST), PullSecret.NONE, store);

      assertSays(tooMany, "redirects more than 5 times");
      assertTrue(store.has(DIGEST));
    }
  }

  @Test
  void a_redirect_from_https_to_http_is_refused_even_to_loopback() throws Exception {
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT.withTls(server.believes()))) {
      server.page("/a", 302, Map.of("Location", "http://localhost:1/b?signature=x"), new byte[0]);

      var refused = refused(fetcher, https(server, "/a", DIGEST));

      assertEquals(Kind.MALFORMED, refused.kind());
      assertSays(refused, "from https to http://localhost:1/b");
      assertTrue(!refused.getMessage().contains("signature"), refused.getMessage());
    }
  }

  @Test
  void a_server_with_a_certificate_nobody_vouches_for_is_not_believed() throws Exception {
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      var refused = refused(fetcher, https(server, "/hello.wasm", DIGEST));

      assertEquals(Kind.UNREACHABLE, refused.kind());
      assertSays(refused, "is not believed");
      assertEquals(0, server.asked().size());
    }
  }

  @Test
  void who_does_not_answer_is_named() throws Exception {
    int closed;
    try (var socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    try (var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      var url = "https://localhost:" + closed + "/hello.wasm";

      var refused = refused(fetcher, ArtifactSource.Https.parse(url, DIGEST));

      assertEquals(Kind.UNREACHABLE, refused.kind());
      assertSays(refused, url);
    }
  }

  @Test
  void answers_other_than_200_say_whether_to_come_again() throws Exception {
    try (var server = FakeServer.secure();
        var fetcher = new Fetcher(FetchSettings.DEFAULT.withTls(server.believes()))) {
      server.page("/gone", 404, Map.of(), FakeServer.text("no such\nfile"));
      server.page("/shut", 403, Map.of(), new byte[0]);
      server.page("/busy", 429, Map.of("Retry-After", "7"), new byte[0]);
      server.page("/down", 503, Map.of(), FakeServer.text("<html>long</html>"));
      server.page("/teapot", 418, Map.of(), new byte[0]);

      var gone = refused(fetcher, https(server, "/gone", DIGEST));
      var busy = refused(fetcher, https(server, "/busy", DIGEST));

      assertEquals(Kind.NOT_FOUND, gone.kind());
      assertSays(gone, "/gone answered 404, no such file");
      assertEquals(Kind.BUSY, busy.kind());
      assertEquals(Optional.of(Duration.ofSeconds(7)), busy.retryAfter());
      assertEquals(Kind.DENIED, refused(fetcher, https(server, "/shut", DIGEST)).kind());
      assertEquals(Kind.BUSY, refused(fetcher, https(server, "/down", DIGEST)).kind());
      assertEquals(Kind.MALFORMED, refused(fetcher, https(server, "/teapot", DIGEST)).kind());
    }
  }

  @Test
  void a_url_is_https_and_has_a_host_and_no_user() {
    for (var url :
        new String[] {
          "ftp://host/a",
          "https:///a",
          "https://user:secret@host/a",
          "file:///etc/passwd",
          "a b",
          ""
        }) {
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> ArtifactSource.Https.parse(url, DIGEST), url);
      assertTrue(!refused.getMessage().contains("secret"), refused.getMessage());
    }
    var long_ = "https://host/" + "a".repeat(3000);
    assertThrows(IllegalArgumentException.class, () -> ArtifactSource.Https.parse(long_, DIGEST));
  }

  @Test
  void plain_http_is_for_loopback_and_what_was_named() throws Exception {
    try (var server = FakeServer.plain();
        var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      server.page("/hello.wasm", 200, Map.of(), MODULE.toArray());
      var here = URI.create("http://127.0.0.1:" + server.port() + "/hello.wasm");

      fetcher.fetch(new ArtifactSource.Https(here, DIGEST), PullSecret.NONE, store);
      var there =
          refused(fetcher, ArtifactSource.Https.parse("http://10.0.0.1/a", Digest.of(Bytes.EMPTY)));

      assertTrue(store.has(DIGEST));
      assertEquals(Kind.MALFORMED, there.kind());
      assertSays(there, "http://10.0.0.1/a is plain http");
    }
  }

  private ArtifactSource.Https https(FakeServer server, String path, Digest digest) {
    return ArtifactSource.Https.parse("https://localhost:" + server.port() + path, digest);
  }

  private FetchException refused(Fetcher fetcher, ArtifactSource source) {
    return assertThrows(FetchException.class, () -> fetcher.fetch(source, PullSecret.NONE, store));
  }

  private static void assertSays(Exception e, String... words) {
    for (var word : words)
      assertTrue(e.getMessage().contains(word), () -> word + " is not in: " + e.getMessage());
  }
}
