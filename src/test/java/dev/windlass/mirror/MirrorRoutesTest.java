package dev.windlass.mirror;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.TestClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror on a real port, read by HTTP; and a second mirror that copies the first. */
class MirrorRoutesTest {
  @TempDir Path directory;
  private final FakeLog log = new FakeLog("truth").to(300);
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private Mirror mirror;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    mirror = Mirror.open(directory.resolve("one"), log, log.policy(), new TestClock());
    var router = Router.router(vertx);
    new MirrorRoutes(vertx, mirror).mount(router, "/log");
    server = get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
  }

  @AfterEach
  void stop() throws IOException {
    get(server.close());
    get(vertx.close());
    client.close();
    mirror.close();
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/log/" + path);
  }

  private HttpResponse<byte[]> ask(String method, String path, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(at(path)).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) request.headers(headers);
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String field(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("none");
  }

  @Test
  void a_tile_is_for_ever_and_a_checkpoint_for_a_second() throws Exception {
    assertEquals(404, ask("GET", "checkpoint").statusCode());
    mirror.step();

    var checkpoint = ask("GET", "checkpoint");
    assertEquals(200, checkpoint.statusCode());
    assertArrayEquals(log.files.get("checkpoint"), checkpoint.body());
    assertEquals("text/plain; charset=utf-8", field(checkpoint, "Content-Type"));
    assertEquals("public, max-age=1", field(checkpoint, "Cache-Control"));

    for (var path :
        List.of("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000")) {
      var tile = ask("GET", path);
      assertEquals(200, tile.statusCode(), path);
      assertArrayEquals(log.files.get(path), tile.body(), path);
      assertEquals("application/octet-stream", field(tile, "Content-Type"));
      assertEquals("public, max-age=31536000, immutable", field(tile, "Cache-Control"));
    }
    assertEquals(log.policy().text(), new String(ask("GET", "policy").body()));
    assertEquals(log.key.verifier() + "\n", new String(ask("GET", "vkey").body()));
  }

  @Test
  void who_has_it_already_gets_no_body() throws Exception {
    mirror.step();
    var tag = field(ask("GET", "tile/0/000"), "ETag");

    var same = ask("GET", "tile/0/000", "If-None-Match", "\"other\", W/" + tag);
    assertEquals(304, same.statusCode());
    assertEquals(0, same.body().length);
    assertEquals(tag, field(same, "ETag"));
    assertEquals(200, ask("GET", "tile/0/000", "If-None-Match", "\"other\"").statusCode());

    var head = ask("HEAD", "tile/0/000");
    assertEquals(200, head.statusCode());
    assertEquals("8192", field(head, "Content-Length"));
    assertEquals(tag, field(head, "ETag"));
  }

  @Test
  void entries_come_zipped_to_who_takes_it() throws Exception {
    mirror.step();
    var zipped = ask("GET", "tile/entries/000", "Accept-Encoding", "br, gzip;q=0.5");
    assertEquals("gzip", field(zipped, "Content-Encoding"));
    assertEquals("Accept-Encoding", field(zipped, "Vary"));
    try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
      assertArrayEquals(log.files.get("tile/entries/000"), in.readAllBytes());
    }
    var plain = ask("GET", "tile/entries/000", "Accept-Encoding", "gzip;q=0");
    assertEquals("none", field(plain, "Content-Encoding"));
    assertTrue(!field(plain, "ETag").equals(field(zipped, "ETag")));
    var tile = ask("GET", "tile/0/000", "Accept-Encoding", "gzip");
    assertEquals("none", field(tile, "Content-Encoding"));
  }

  @Test
  void what_is_not_in_the_tree_is_404() throws Exception {
    mirror.step();
    for (var path :
        List.of(
            "tile/0/001",
            "tile/0/001.p/45",
            "tile/0/002.p/1",
            "tile/9/000.p/1",
            "tile/entries/002",
            "tile/0/0",
            "tile/00/000",
            "tile/0/x000/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/-1/000",
            "tile/0/%2e%2e/key",
            "tile/0/000/",
            "lock",
            "fork.txt")) {
      var answer = ask("GET", path);
      assertEquals(404, answer.statusCode(), path);
    }
    assertEquals(405, ask("DELETE", "checkpoint").statusCode());
  }

  @Test
  void a_mirror_can_be_mirrored() throws Exception {
    mirror.step();
    try (var source = new HttpSource(at(""));
        var second = Mirror.open(directory.resolve("two"), source, log.policy(), new TestClock())) {
      assertEquals(new Step.Advanced(0, 300), second.step());
      assertEquals(mirror.checkpoint(), second.checkpoint());
      log.to(700);
      mirror.step();
      assertEquals(new Step.Advanced(300, 700), second.step());
    }
  }

  @Test
  void a_source_that_floods_or_answers_nonsense_is_bounded() throws Exception {
    var hostile =
        get(
            vertx
                .createHttpServer()
                .requestHandler(
                    request -> {
                      var response = request.response();
                      switch (request.path()) {
                        case "/huge" -> response.end(Buffer.buffer(new byte[9000]));
                        case "/moved" ->
                            response.setStatusCode(302).putHeader("Location", "/huge").end();
                        case "/broken" -> request.connection().close();
                        default -> response.setStatusCode(500).end();
                      }
                    })
                .listen(0, "127.0.0.1"));
    try (var source = new HttpSource(URI.create("http://127.0.0.1:" + hostile.actualPort()))) {
      for (var path : List.of("huge", "moved", "broken", "other"))
        assertInstanceOf(
            IOException.class, assertThrows(IOException.class, () -> source.get(path, 8192)), path);
      assertEquals(9000, source.get("huge", 9000).orElseThrow().size());
    }
    get(hostile.close());
    assertThrows(IllegalArgumentException.class, () -> new HttpSource(URI.create("file:///etc")));
  }
}
