package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.json;
import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.head.FakeWorker.Ended;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagementApiTest {
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
  void an_exported_result_verifies_with_the_workers_key_alone() {
    var worker = at.worker("w1");
    at.deploy("echo", "\"args\":[\"a\"],\"env\":{\"K\":\"V\"}");
    var answer = at.post("/fn/default/echo", "Ada");
    var id = answer.headers().firstValue("Windlass-Invocation").get();
    var file =
        ResultFile.parse(at.get("/api/v1/results/" + id).body().getBytes(StandardCharsets.UTF_8));
    Dsse envelope = file.result();
    var verdict =
        new ResultVerifier(1)
            .verify(worker.key.publicKey(), envelope.payload(), envelope.signatures().getFirst());
    assertTrue(verdict instanceof Verdict.Counts, verdict::toString);
    var statement = ResultStatement.parse(envelope.payload());
    assertEquals(id, statement.invocation());
    assertEquals(Digest.of(Bytes.utf8("Ada")), statement.input());
    assertEquals(Optional.of(Bytes.utf8("Ada")), file.input());
    assertEquals(Optional.of(Bytes.utf8("Ada")), file.output());
    assertEquals(statement.manifest(), Digest.of(file.manifest().canonical()));
  }

  @Test
  void a_result_of_a_batch_is_exported_with_a_direct_signature_on_demand() {
    var worker = at.worker("w1");
    worker.batch = true;
    at.deploy("echo", "");
    var id = at.post("/fn/default/echo", "Ada").headers().firstValue("Windlass-Invocation").get();
    var batched = exported(id, "");
    var direct = exported(id, "?signature=direct");
    assertTrue(batched.signatures().getFirst().batch().isPresent());
    var signature = direct.signatures().getFirst();
    assertTrue(signature.batch().isEmpty(), "an ordinary DSSE signature");
    assertEquals(batched.payload(), direct.payload());
    assertTrue(
        worker
            .key
            .publicKey()
            .verifies(Dsse.pae(direct.payloadType(), direct.payload()), signature.sig()));
    long asked = worker.orders.stream().filter(Order.Resign.class::isInstance).count();
    assertEquals(direct, exported(id, "?signature=direct"));
    assertEquals(
        asked,
        worker.orders.stream().filter(Order.Resign.class::isInstance).count(),
        "a repeat costs the worker nothing");
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/results/" + id + "?signature=both"));
  }

  @Test
  void a_result_that_was_signed_directly_is_exported_without_asking_its_worker() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    var id = at.post("/fn/default/echo", "Ada").headers().firstValue("Windlass-Invocation").get();
    worker.die();
    assertEquals(exported(id, ""), exported(id, "?signature=direct"));
  }

  @Test
  void when_the_worker_is_gone_no_direct_signature_exists_and_the_batched_one_stands() {
    var worker = at.worker("w1");
    worker.batch = true;
    at.deploy("echo", "");
    var id = at.post("/fn/default/echo", "Ada").headers().firstValue("Windlass-Invocation").get();
    worker.die();
    var gone =
        problem(
            ProblemType.NO_DIRECT_SIGNATURE, at.get("/api/v1/results/" + id + "?signature=direct"));
    assertEquals(
        worker.id
            + " is not linked; only the worker that ran it could make one,"
            + " and its signature of the batch stands",
        gone.get("detail").text());
    assertTrue(exported(id, "").signatures().getFirst().batch().isPresent());
  }

  @Test
  void a_direct_signature_that_does_not_verify_is_not_exported() {
    var worker = at.worker("w1");
    worker.batch = true;
    at.deploy("echo", "");
    var id = at.post("/fn/default/echo", "Ada").headers().firstValue("Windlass-Invocation").get();
    worker.tamper =
        reply ->
            reply instanceof Reply.Resigned r
                ? new Reply.Resigned(r.keyId(), Bytes.wrap(new byte[64]))
                : reply;
    problem(ProblemType.BAD_RESULT, at.get("/api/v1/results/" + id + "?signature=direct"));
    worker.tamper = _ -> new Reply.Evicted();
    problem(ProblemType.BAD_RESULT, at.get("/api/v1/results/" + id + "?signature=direct"));
    worker.tamper = _ -> new Reply.Refused(Reply.Why.NOT_SIGNED_HERE, "not mine");
    problem(ProblemType.NO_DIRECT_SIGNATURE, at.get("/api/v1/results/" + id + "?signature=direct"));
    worker.tamper = _ -> new Reply.Busy(1);
    problem(ProblemType.ALL_BUSY, at.get("/api/v1/results/" + id + "?signature=direct"));
    worker.tamper = reply -> reply;
    assertTrue(exported(id, "?signature=direct").signatures().getFirst().batch().isEmpty());
  }

  @Test
  void a_revoked_worker_loses_its_link_and_gets_no_order_under_another() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    assertEquals(200, at.post("/fn/default/echo", "Ada").statusCode());

    var revoked = json(at.post("/api/v1/workers/w1/revoke", ""));

    assertEquals(worker.id.toString(), revoked.get("worker").text());
    assertTrue(revoked.get("revokedNow").bool());
    assertTrue(at.disconnected.contains(worker.id));
    worker.join(); // its certificate has not ended
    int before = worker.orders.size();
    problem(ProblemType.NONE_ELIGIBLE, at.post("/fn/default/echo", "Ada"));
    assertEquals(before, worker.orders.size());
    assertFalse(json(at.post("/api/v1/workers/w1/revoke", "")).get("revokedNow").bool());
    problem(ProblemType.UNKNOWN_WORKER, at.post("/api/v1/workers/w2/revoke", ""));
  }

  private Dsse exported(String id, String query) {
    var answer = at.get("/api/v1/results/" + id + query);
    assertEquals(200, answer.statusCode(), answer::body);
    return ResultFile.parse(answer.body().getBytes(StandardCharsets.UTF_8)).result();
  }

  @Test
  void a_body_too_large_to_keep_is_left_out_of_the_export() {
    at.worker("w1");
    at.deploy("echo", "");
    var answer = at.post("/fn/default/echo", "x".repeat(300_000));
    var id = answer.headers().firstValue("Windlass-Invocation").get();
    var file = json(at.get("/api/v1/results/" + id));
    assertTrue(file.find("input").isEmpty());
    assertTrue(file.find("output").isEmpty());
    var listed = json(at.get("/api/v1/results?limit=1")).get("results").elements().getFirst();
    assertEquals(300_000, listed.get("outputBytes").integer(0, 1_000_000));
  }

  @Test
  void results_are_listed_newest_first_and_by_function() {
    at.worker("w1");
    at.deploy("a", "");
    at.deploy("b", "");
    at.post("/fn/default/a", "1");
    at.post("/fn/default/b", "22");
    at.post("/fn/default/a", "333");
    var all = json(at.get("/api/v1/results")).get("results").elements();
    assertEquals(3, all.size());
    assertEquals(3, all.getFirst().get("inputBytes").integer(0, 10));
    assertEquals("ok", all.getFirst().get("outcome").text());
    var ofB = json(at.get("/api/v1/results?function=b")).get("results").elements();
    assertEquals(1, ofB.size());
    assertEquals("default/b", ofB.getFirst().get("function").text());
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/results?limit=0"));
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/results?function=A"));
  }

  @Test
  void a_result_that_is_not_kept_is_404() {
    problem(ProblemType.UNKNOWN_RESULT, at.get("/api/v1/results/" + InvocationId.of(1, 2, 3)));
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/results/nonsense"));
  }

  @Test
  void workers_are_listed_with_what_they_reported() {
    var worker = at.worker("w1");
    var listed = json(at.get("/api/v1/workers")).get("workers").elements().getFirst();
    assertEquals(worker.id.toString(), listed.get("id").text());
    assertEquals("ready", listed.get("state").text());
    assertEquals(64, listed.get("lanes").integer(0, 100));
    assertEquals(3_000, listed.get("hardware").get("mhz").integer(0, 10_000));
  }

  @Test
  void stderr_and_failures_are_the_functions_log() {
    var worker = at.worker("w1");
    at.deploy("noisy", "");
    worker.guest =
        (_, _) -> new Ended(new Outcome.Exited(0), Bytes.EMPTY, Bytes.utf8("line 1\nline 2\n"));
    at.get("/fn/default/noisy");
    worker.guest = (_, _) -> Ended.failed(new Outcome.Trapped("unreachable"), "");
    at.get("/fn/default/noisy");
    worker.guest = (_, _) -> Ended.ok("quiet");
    at.get("/fn/default/noisy");
    var lines = at.get("/api/v1/namespaces/default/functions/noisy/logs").body().lines().toList();
    assertEquals(2, lines.size());
    assertEquals("line 1\nline 2\n", line(lines.getFirst(), "text"));
    assertEquals("trap", line(lines.getLast(), "outcome"));
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/api/v1/namespaces/default/functions/no/logs"));
  }

  @Test
  void a_follower_gets_what_was_and_what_comes_until_the_head_drains() throws Exception {
    var worker = at.worker("w1");
    at.deploy("noisy", "");
    worker.guest = (order, _) -> new Ended(new Outcome.Exited(0), Bytes.EMPTY, order.body());
    at.post("/fn/default/noisy", "before");
    HttpResponse<java.io.InputStream> response =
        at.client.send(
            at.request("/api/v1/namespaces/default/functions/noisy/logs?follow=true").build(),
            BodyHandlers.ofInputStream());
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertEquals("before", line(lines.readLine(), "text"));
      at.post("/fn/default/noisy", "after");
      assertEquals("after", line(lines.readLine(), "text"));
      var drain = Thread.startVirtualThread(at.head::drain);
      assertEquals(null, lines.readLine());
      await("it is drained", () -> !drain.isAlive());
    }
  }

  private static String line(String json, String member) {
    return Json.parse(json, Bounds.DEFAULT).at().get(member).text();
  }

  @Test
  void the_trust_file_and_join_tokens_come_from_the_registrar() {
    assertEquals("test", json(at.get("/api/v1/trust")).get("trustDomain").text());
    var token = at.post("/api/v1/join-tokens", "");
    assertEquals(201, token.statusCode());
    assertEquals("wlj1.token", json(token).get("token").text());
  }

  @Test
  void a_page_of_another_site_may_not_use_the_api() {
    for (var site : new String[] {"cross-site", "same-site"})
      problem(
          ProblemType.CROSS_SITE,
          at.send(at.request("/api/v1/functions").header("Sec-Fetch-Site", site)));
    problem(
        ProblemType.CROSS_SITE,
        at.send(at.request("/api/v1/functions").header("Origin", "https://evil.example")));
    var own = "http://127.0.0.1:" + at.port;
    assertEquals(200, at.send(at.request("/api/v1/functions").header("Origin", own)).statusCode());
  }

  @Test
  void a_name_that_was_rebound_to_this_machine_may_not_use_the_api() throws IOException {
    var answer =
        raw("GET /api/v1/functions HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
    assertTrue(answer.contains("not-local"), answer);
  }

  @Test
  void with_a_token_only_the_token_opens_the_api() {
    at.close();
    var token = new HeadConfig.AdminToken("correct horse battery");
    at = new HeadFixture(data, config -> config.withAdminToken(token));
    var refused = at.get("/api/v1/functions");
    problem(ProblemType.UNAUTHORIZED, refused);
    assertEquals(Optional.of("Bearer"), refused.headers().firstValue("WWW-Authenticate"));
    problem(
        ProblemType.UNAUTHORIZED,
        at.send(at.request("/api/v1/functions").header("Authorization", "Bearer wrong horse")));
    assertEquals(
        200,
        at.send(at.request("/api/v1/functions").header("Authorization", "Bearer " + token.value()))
            .statusCode());
    assertFalse(at.config.toString().contains(token.value()));
  }

  @Test
  void what_is_not_of_the_api_is_404() {
    problem(ProblemType.UNKNOWN_RESOURCE, at.get("/api/v1/nothing"));
    problem(ProblemType.UNKNOWN_RESOURCE, at.post("/api/v1/functions", ""));
    problem(ProblemType.BAD_REQUEST, at.send("PUT", "/api/v1/artifacts/xyz", "x"));
  }

  @Test
  void a_function_shows_its_manifest() {
    at.worker("w1");
    at.deploy("echo", "\"env\":{\"K\":\"V\"}");
    var shown = json(at.get("/api/v1/namespaces/default/functions/echo"));
    assertEquals("V", shown.get("spec").get("env").get("K").text());
    assertEquals(0, shown.get("running").integer(0, 10));
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", at.port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
