package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A witness at the other end of HTTP that lies, stalls or talks nonsense. */
class WitnessClientTest {
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final SigningKey LOG = new SigningKey("log.example.org/ledger", new byte[32]);
  private static final SigningKey W1 = new SigningKey("w1.example.org/witness", new byte[32]);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static WitnessPolicy policy(Optional<String> url) {
    var witness = new WitnessPolicy.Witness("w1", W1.cosigner(), url);
    return WitnessPolicy.of(LOG.verifier(), List.of(witness), 1);
  }

  private WitnessAnswer ask(Consumer<HttpServerRequest> witness) {
    HttpServer server =
        get(vertx.createHttpServer().requestHandler(witness::accept).listen(0, "127.0.0.1"));
    var url = "http://127.0.0.1:" + server.actualPort() + "/w/";
    try (var client = new WitnessClient(policy(Optional.of(url)), TIMEOUT)) {
      assertEquals(Set.of("w1"), client.names());
      return client.addCheckpoint("w1", Bytes.utf8("old 0\n\nnote\n"));
    }
  }

  private static Consumer<HttpServerRequest> answering(int status, String type, String body) {
    return request ->
        request.response().setStatusCode(status).putHeader("Content-Type", type).end(body);
  }

  private static void refused(int status, String why, WitnessAnswer answer) {
    var refused = assertInstanceOf(WitnessAnswer.Refused.class, answer);
    assertEquals(status, refused.status());
    assertTrue(refused.text().contains(why), refused.text());
  }

  @Test
  void the_request_goes_where_the_policy_says() {
    var body = new CompletableFuture<String>();
    var answer =
        ask(
            request -> {
              assertEquals("/w/add-checkpoint", request.path());
              request.body().onSuccess(b -> body.complete(b.toString()));
              request.response().end("\u2014 lines\n");
            });
    assertEquals(new WitnessAnswer.Cosigned(Bytes.utf8("\u2014 lines\n")), answer);
    assertEquals("old 0\n\nnote\n", body.orTimeout(5, TimeUnit.SECONDS).join());
  }

  @Test
  void a_conflict_is_a_size_in_its_own_media_type() {
    assertEquals(new WitnessAnswer.Conflict(17), ask(answering(409, "text/x.tlog.size", "17\n")));
    assertEquals(new WitnessAnswer.Conflict(0), ask(answering(409, "text/x.tlog.size", "0\n")));
    for (var bad :
        List.of("17", "", "\n", "017\n", "-1\n", "17\n\n", "99999999999999999999\n", "seven\n"))
      refused(409, "not a size", ask(answering(409, "text/x.tlog.size", bad)));
    refused(409, "Content-Type is text/plain", ask(answering(409, "text/plain", "17\n")));
  }

  @Test
  void other_statuses_are_refusals_in_one_harmless_line() {
    refused(422, "bad proof", ask(answering(422, "text/plain", "bad proof\n")));
    refused(302, "", ask(answering(302, "text/plain", "")));
    var hostile = ask(answering(500, "text/plain", "a\n\033[31m" + "x".repeat(5_000)));
    refused(500, "a??[31mxxx", hostile);
    assertTrue(((WitnessAnswer.Refused) hostile).text().length() < 300);
  }

  @Test
  void one_that_stalls_costs_the_time_out_and_no_more() {
    var never = new CountDownLatch(1);
    long begun = System.nanoTime();
    var silent = ask(_ -> assertEquals(1, never.getCount()));
    var halfway =
        ask(
            request -> {
              request.response().setChunked(true).write("\u2014 w1");
            });
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);

    assertInstanceOf(WitnessAnswer.Unreachable.class, silent);
    assertInstanceOf(WitnessAnswer.Unreachable.class, halfway);
    assertTrue(millis >= 900 && millis < 5_000, millis + " ms");
  }

  @Test
  void one_that_floods_or_breaks_off_is_unreachable() {
    var flood = ask(request -> request.response().end(Buffer.buffer(new byte[100_000])));
    assertInstanceOf(WitnessAnswer.Unreachable.class, flood);
    var broken = ask(request -> request.connection().close());
    assertInstanceOf(WitnessAnswer.Unreachable.class, broken);
  }

  @Test
  void nobody_there_is_unreachable() {
    var url = Optional.of("http://127.0.0.1:1");
    try (var client = new WitnessClient(policy(url), TIMEOUT)) {
      assertInstanceOf(
          WitnessAnswer.Unreachable.class, client.addCheckpoint("w1", Bytes.utf8("x")));
      assertThrows(
          IllegalArgumentException.class, () -> client.addCheckpoint("w2", Bytes.utf8("x")));
    }
    assertThrows(
        TlogException.class, () -> new WitnessClient(policy(Optional.of("file:///x")), TIMEOUT));
    try (var client = new WitnessClient(policy(Optional.empty()), TIMEOUT)) {
      assertEquals(Set.of(), client.names());
    }
  }
}
