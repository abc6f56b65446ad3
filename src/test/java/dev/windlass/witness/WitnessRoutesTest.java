package dev.windlass.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.TestClock;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A witness on a real port. */
class WitnessRoutesTest {
  private final GrowingLog log = new GrowingLog("log.example.org/ledger", "truth");
  private final SigningKey key = new SigningKey("w1.example.org/witness", new byte[32]);
  private final TestClock clock = new TestClock();
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    var witness = Witness.open(new MemoryStates(), key, List.of(log.key.verifier()), clock);
    var router = Router.router(vertx);
    new WitnessRoutes(vertx, witness, clock).mount(router, "/w.1");
    server = get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
  }

  @AfterEach
  void stop() {
    get(server.close());
    get(vertx.close());
    client.close();
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  private HttpResponse<String> post(byte[] body) throws Exception {
    var request =
        HttpRequest.newBuilder(at("/w.1/add-checkpoint")).POST(BodyPublishers.ofByteArray(body));
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> show(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString());
  }

  private static String type(HttpResponse<?> answer) {
    return answer.headers().firstValue("Content-Type").orElse("none");
  }

  @Test
  void answers_are_those_of_the_protocol() throws Exception {
    var hash = Witness.hash("log.example.org/ledger");
    assertEquals(404, show("/w.1/" + hash + "/checkpoint").statusCode());

    var cosigned = post(log.request(0, 5));
    assertEquals(200, cosigned.statusCode());
    assertTrue(cosigned.body().startsWith("\u2014 w1.example.org/witness "), cosigned.body());

    var behind = post(log.request(4, 6));
    assertEquals(409, behind.statusCode());
    assertEquals("text/x.tlog.size", type(behind));
    assertEquals("5\n", behind.body());

    assertEquals(400, post(new byte[] {1}).statusCode());
    assertEquals(
        422, post(new GrowingLog("log.example.org/ledger", "lie").request(5, 6)).statusCode());

    var kept = show("/w.1/" + hash + "/checkpoint");
    assertEquals(200, kept.statusCode());
    assertEquals(5, Note.parse(kept.body()).checkpoint().size());
    assertEquals(key.cosigner() + "\n", show("/w.1/vkey").body());
    assertEquals(404, show("/w.1/" + "0".repeat(64) + "/checkpoint").statusCode());
    assertEquals(
        404, show("/w-1/" + hash + "/checkpoint").statusCode(), "the prefix is no pattern");
  }

  @Test
  void a_body_has_a_bound() throws Exception {
    assertEquals(413, post(new byte[WitnessRoutes.MAX_BODY + 1]).statusCode());
    assertEquals(400, post(new byte[WitnessRoutes.MAX_BODY]).statusCode());
  }

  @Test
  void who_asks_too_often_waits() throws Exception {
    for (int i = 0; i < RequestRate.BURST; i++) assertEquals(400, post(new byte[1]).statusCode());
    var refused = post(new byte[1]);
    assertEquals(429, refused.statusCode());
    assertEquals("1", refused.headers().firstValue("Retry-After").orElse("none"));

    clock.forward(Duration.ofMillis(200));
    assertEquals(400, post(new byte[1]).statusCode());
  }
}
