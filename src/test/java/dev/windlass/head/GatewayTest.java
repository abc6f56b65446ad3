package dev.windlass.head;

import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.head.FakeWorker.Ended;
import dev.windlass.json.Located;
import dev.windlass.protocol.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  @TempDir Path data;
  private HeadFixture at;

  @BeforeEach
  void open() {
    at = new HeadFixture(data);
  }

  @AfterEach
  void close() {
    at.close();
  }

  @Test
  void a_body_goes_in_and_the_output_comes_out_with_who_ran_it() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    var response = at.post("/fn/default/echo", "Ada");
    assertEquals(200, response.statusCode(), response::body);
    assertEquals("Ada", response.body());
    var headers = response.headers();
    assertEquals(Optional.of(worker.id.toString()), headers.firstValue("Windlass-Workers"));
    assertEquals(Optional.of("1234"), headers.firstValue("Windlass-Fuel"));
    assertEquals(Optional.of("1"), headers.firstValue("Windlass-Attempts"));
    assertEquals(Optional.of("text/plain; charset=utf-8"), headers.firstValue("Content-Type"));
    assertTrue(headers.firstValue("Windlass-Invocation").isPresent());
    assertTrue(headers.firstValue("Windlass-Function").get().startsWith("sha256:"));
    assertTrue(headers.firstValue("Server-Timing").get().contains("run;dur=0.020"));
  }

  @Test
  void an_unknown_function_is_404_by_its_name() {
    at.worker("w1");
    var detail = problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/nobody")).get("detail");
    assertEquals("no function default/nobody", detail.text());
  }

  @Test
  void a_result_of_a_batch_is_accepted() {
    at.worker("w1").batch = true;
    at.deploy("echo", "");
    assertEquals("x", at.post("/fn/default/echo", "x").body());
    assertEquals("y", at.post("/fn/default/echo", "y").body());
  }

  @Test
  void a_head_answers_no_body_but_its_length() {
    at.worker("w1").guest = (_, _) -> Ended.ok("twelve bytes");
    at.deploy("echo", "");
    var response = at.send("HEAD", "/fn/default/echo", "");
    assertEquals(200, response.statusCode());
    assertEquals("", response.body());
    assertEquals(Optional.of("12"), response.headers().firstValue("Content-Length"));
  }

  @Test
  void a_trap_is_a_problem_with_the_end_of_stderr() {
    assertProblem(
        ProblemType.TRAP,
        new Outcome.Trapped("unreachable"),
        problem -> assertEquals("unreachable", problem.get("trap").text()));
  }

  @Test
  void an_exit_code_is_a_problem_with_the_code() {
    assertProblem(
        ProblemType.EXITED,
        new Outcome.Exited(7),
        problem -> assertEquals(7, problem.get("exit").integer(7, 7)));
  }

  @Test
  void used_up_fuel_is_a_problem_with_the_limit() {
    assertLimit(ProblemType.OUT_OF_FUEL, new Outcome.OutOfFuel(42));
  }

  @Test
  void used_up_memory_is_a_problem_with_the_limit() {
    assertLimit(ProblemType.OUT_OF_MEMORY, new Outcome.OutOfMemory(42));
  }

  @Test
  void used_up_time_is_504_with_the_limit() {
    assertLimit(ProblemType.OUT_OF_TIME, new Outcome.OutOfTime(42));
  }

  @Test
  void too_much_output_is_a_problem_with_the_limit() {
    assertLimit(ProblemType.OUTPUT_TOO_LARGE, new Outcome.OutputTooLarge(42));
  }

  @Test
  void a_used_up_stack_is_a_problem() {
    assertProblem(ProblemType.STACK_OVERFLOW, new Outcome.StackOverflow(), _ -> {});
  }

  private void assertLimit(ProblemType type, Outcome outcome) {
    assertProblem(type, outcome, problem -> assertEquals(42, problem.get("limit").integer(42, 42)));
  }

  private void assertProblem(ProblemType type, Outcome outcome, Consumer<Located> check) {
    var worker = at.worker("w1");
    var stderr = "x".repeat(5_000) + "the end";
    worker.guest = (_, _) -> Ended.failed(outcome, stderr);
    at.deploy("bad", "");
    var response = at.get("/fn/default/bad");
    var problem = problem(type, response);
    boolean exited = outcome instanceof Outcome.Exited;
    assertEquals(exited, response.headers().firstValue("Windlass-Fuel").isPresent(), "fuel lags");
    check.accept(problem);
    assertTrue(problem.get("stderr").text().endsWith("the end"));
    assertEquals(2_048, problem.get("stderr").text().length());
    assertEquals(5_007 - 2_048, problem.get("stderrDropped").integer(0, 10_000));
    assertEquals(worker.id.toString(), problem.get("worker").text());
    assertEquals(
        response.headers().firstValue("Windlass-Invocation").get(),
        problem.get("invocation").text());
  }

  @Test
  void a_body_over_the_limit_is_refused_by_its_announced_length() throws IOException {
    at.worker("w1");
    at.deploy("small", "\"limits\":{\"input\":10}");
    var answer =
        raw("POST /fn/default/small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
    assertTrue(answer.contains("the body has 11 bytes or more, the function takes 10"), answer);
    assertEquals("0123456789", at.post("/fn/default/small", "0123456789").body());
  }

  @Test
  void a_body_over_the_limit_is_refused_with_its_first_byte_too_many() {
    at.worker("w1");
    at.deploy("small", "\"limits\":{\"input\":100000}");
    var endless =
        BodyPublishers.ofInputStream(
            () ->
                new InputStream() {
                  private long left = 3_000_000;

                  @Override
                  public int read() {
                    return left-- > 0 ? 'x' : -1;
                  }
                });
    var response = at.send(at.request("/fn/default/small").POST(endless));
    problem(ProblemType.BODY_TOO_LARGE, response);
  }

  @Test
  void a_large_upload_that_is_refused_still_gets_its_answer() {
    at.worker("w1");
    at.deploy("small", "\"limits\":{\"input\":10}");
    var response =
        at.send(
            at.request("/fn/default/small").POST(BodyPublishers.ofByteArray(new byte[8 << 20])));
    problem(ProblemType.BODY_TOO_LARGE, response);
  }

  @Test
  void a_large_body_arrives_whole() {
    at.worker("w1").guest = (order, _) -> Ended.ok(Digest.of(order.body()).hex());
    at.deploy("sum", "");
    var body = new byte[5_000_000];
    new Random(1).nextBytes(body);
    var response = at.send(at.request("/fn/default/sum").POST(BodyPublishers.ofByteArray(body)));
    assertEquals(Digest.of(body).hex(), response.body());
  }

  @Test
  void a_client_that_expects_100_continue_gets_it() {
    at.worker("w1");
    at.deploy("echo", "");
    var response =
        at.send(
            at.request("/fn/default/echo")
                .expectContinue(true)
                .POST(BodyPublishers.ofString("patient")));
    assertEquals("patient", response.body());
  }

  @Test
  void a_client_that_goes_away_while_it_sends_leaves_nothing_behind() throws IOException {
    at.worker("w1");
    at.deploy("echo", "");
    try (var socket = new Socket("127.0.0.1", at.port)) {
      socket
          .getOutputStream()
          .write(
              "POST /fn/default/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
                  .getBytes(StandardCharsets.US_ASCII));
      HeadFixture.await("it is there", () -> at.head.inFlight() == 1);
    }
    HeadFixture.await("its place is free", () -> at.head.inFlight() == 0);
  }

  @Test
  void a_method_that_the_function_does_not_take_is_405_with_those_it_takes() {
    at.worker("w1");
    at.deploy("get", "\"route\":{\"path\":\"/g\",\"methods\":[\"GET\",\"PUT\"]}");
    var response = at.post("/fn/default/get", "");
    problem(ProblemType.METHOD_NOT_ALLOWED, response);
    assertEquals(Optional.of("GET, HEAD, PUT"), response.headers().firstValue("Allow"));
    assertEquals(200, at.get("/g").statusCode());
    assertEquals(200, at.send("HEAD", "/g", "").statusCode());
    problem(ProblemType.METHOD_NOT_ALLOWED, at.send("TRACE", "/fn/default/get", ""));
  }

  @Test
  void output_that_is_no_text_is_octets_unless_the_client_names_its_type() {
    at.worker("w1").guest = (_, _) -> Ended.ok(Bytes.wrap(new byte[] {(byte) 0xff, 0}));
    at.deploy("raw", "");
    assertEquals(
        Optional.of("application/octet-stream"),
        at.get("/fn/default/raw").headers().firstValue("Content-Type"));
    assertEquals(
        Optional.of("image/png"),
        at.send(at.request("/fn/default/raw").header("Accept", "image/png"))
            .headers()
            .firstValue("Content-Type"));
    assertEquals(
        Optional.of("nosniff"),
        at.get("/fn/default/raw").headers().firstValue("X-Content-Type-Options"));
  }

  @Test
  void a_cgi_program_sets_status_fields_and_body() {
    at.worker("w1").guest =
        (order, _) ->
            Ended.ok(
                "Status: 418 Teapot\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"
                    + order.env().get("REQUEST_METHOD")
                    + " "
                    + order.env().get("PATH_INFO")
                    + "?"
                    + order.env().get("QUERY_STRING")
                    + " "
                    + order.body().utf8());
    at.deploy("cgi", "\"world\":\"cgi\"");
    var response = at.send("PATCH", "/fn/default/cgi/a%20b/c?q=%41&r", "body");
    assertEquals(418, response.statusCode());
    assertEquals("PATCH /a b/c?q=%41&r body", response.body());
    assertEquals(List.of("a=1", "b=2"), response.headers().allValues("Set-Cookie"));
  }

  @Test
  void a_local_redirect_of_a_cgi_program_is_followed_within_the_head() {
    at.worker("w1").guest =
        (order, manifest) ->
            manifest.name().name().equals("from")
                ? Ended.ok("Location: /fn/default/to/x?y=1\n\n")
                : Ended.ok(
                    "Content-Type: text/plain\n\n"
                        + order.env().get("REQUEST_METHOD")
                        + order.env().get("PATH_INFO")
                        + order.env().get("QUERY_STRING"));
    at.deploy("from", "\"world\":\"cgi\"");
    at.deploy("to", "\"world\":\"cgi\"");
    assertEquals("GET/xy=1", at.post("/fn/default/from", "body").body());
  }

  @Test
  void local_redirects_in_a_circle_end() {
    at.worker("w1").guest = (_, _) -> Ended.ok("Location: /fn/default/loop\n\n");
    at.deploy("loop", "\"world\":\"cgi\"");
    var problem = problem(ProblemType.MALFORMED_RESPONSE, at.get("/fn/default/loop"));
    assertTrue(problem.get("detail").text().contains("more than 5 times"));
  }

  @Test
  void a_malformed_cgi_response_is_502_and_says_what_is_wrong() {
    at.worker("w1").guest = (_, _) -> Ended.ok("hello");
    at.deploy("cgi", "\"world\":\"cgi\"");
    problem(ProblemType.MALFORMED_RESPONSE, at.get("/fn/default/cgi"));
  }

  @Test
  void the_same_idempotency_key_runs_once() {
    var worker = at.worker("w1");
    worker.guest = (_, _) -> Ended.ok("run " + worker.seen.size());
    at.deploy("count", "");
    var first = keyed("k1", "body");
    var again = keyed("k1", "body");
    assertEquals("run 1", first.body());
    assertEquals("run 1", again.body());
    assertEquals(
        first.headers().firstValue("Windlass-Invocation"),
        again.headers().firstValue("Windlass-Invocation"));
    assertEquals("run 2", keyed("k2", "body").body());
    problem(ProblemType.IDEMPOTENCY_KEY_REUSED, keyed("k1", "another body"));
    problem(ProblemType.BAD_REQUEST, keyed("k".repeat(256), "body"));
  }

  @Test
  void a_concurrent_request_with_the_same_key_waits_for_the_first() {
    var worker = at.worker("w1");
    var gate = new CountDownLatch(1);
    worker.guest =
        (_, _) -> {
          awaitLatch(gate);
          return Ended.ok("run " + worker.seen.size());
        };
    at.deploy("count", "");
    var both =
        List.of(
            at.client.sendAsync(keyedRequest("k", "body").build(), BodyHandlers.ofString()),
            at.client.sendAsync(keyedRequest("k", "body").build(), BodyHandlers.ofString()));
    HeadFixture.await("both are there", () -> at.head.inFlight() == 2);
    gate.countDown();
    for (var one : both) assertEquals("run 1", one.join().body());
  }

  @Test
  void a_key_whose_request_did_not_run_may_be_used_again() {
    var worker = at.worker("w1");
    at.deploy("count", "");
    worker.die();
    problem(ProblemType.NO_WORKER, keyed("k", "body"));
    worker.join();
    assertEquals(200, keyed("k", "body").statusCode());
  }

  private HttpResponse<String> keyed(String key, String body) {
    return at.send(keyedRequest(key, body));
  }

  private HttpRequest.Builder keyedRequest(String key, String body) {
    return at.request("/fn/default/count")
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString(body));
  }

  @Test
  void a_head_that_drains_ends_what_it_has_and_refuses_what_comes() {
    var worker = at.worker("w1");
    var gate = new CountDownLatch(1);
    worker.guest =
        (_, _) -> {
          awaitLatch(gate);
          return Ended.ok("done");
        };
    at.deploy("slow", "");
    assertTrue(at.head.isReady());
    var running =
        at.client.sendAsync(at.request("/fn/default/slow").build(), BodyHandlers.ofString());
    HeadFixture.await("it runs", () -> at.head.inFlight() == 1);
    var drain = Thread.startVirtualThread(at.head::drain);
    HeadFixture.await("it drains", () -> at.head.isDraining());
    var refused = at.get("/fn/default/slow");
    problem(ProblemType.DRAINING, refused);
    assertTrue(!at.head.isReady());
    gate.countDown();
    assertEquals("done", running.join().body());
    HeadFixture.await("it is drained", () -> !drain.isAlive());
  }

  @Test
  void metrics_count_by_function_and_outcome() {
    at.worker("w1");
    at.deploy("echo", "");
    at.get("/fn/default/echo");
    assertEquals(
        1,
        at.metrics
            .get("windlass.requests")
            .tags("function", "default/echo", "outcome", "ok")
            .counter()
            .count());
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** What comes back until the head closes the connection. */
  private String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", at.port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_refusal_without_a_body_leaves_the_connection_open() throws IOException {
    at.worker("w1");
    at.deploy("echo", "");
    var answers =
        raw(
            "GET /fn/default/nobody HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + "GET /fn/default/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(answers.startsWith("HTTP/1.1 404"), answers);
    assertTrue(answers.contains("HTTP/1.1 200"), answers);
  }

  @Test
  void http_2_is_refused_without_losing_its_other_streams() {
    at.worker("w1");
    at.deploy("small", "\"limits\":{\"input\":10}");
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      var large =
          client.sendAsync(
              at.request("/fn/default/small")
                  .POST(BodyPublishers.ofByteArray(new byte[1 << 20]))
                  .build(),
              BodyHandlers.ofString());
      var small =
          client.sendAsync(
              at.request("/fn/default/small").POST(BodyPublishers.ofString("ok")).build(),
              BodyHandlers.ofString());
      problem(ProblemType.BODY_TOO_LARGE, large.join());
      assertEquals("ok", small.join().body());
    }
  }
}
