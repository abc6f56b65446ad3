package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.problem;
import static dev.windlass.head.LogFixture.header;
import static dev.windlass.head.LogFixture.prefers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.head.FakeWorker.Ended;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptApiTest {
  @TempDir Path data;
  private final FakeLedger log = new FakeLedger();
  private Optional<HeadFixture> opened = Optional.empty();

  private HeadFixture head() {
    opened = Optional.of(LogFixture.head(data, log));
    return opened.get();
  }

  private HeadFixture head(int outstanding, int waiters) {
    opened =
        Optional.of(
            LogFixture.head(
                data,
                log,
                b -> LogFixture.bounds(b, outstanding, waiters, Duration.ofSeconds(1), 3)));
    return opened.get();
  }

  @AfterEach
  void close() {
    opened.ifPresent(HeadFixture::close);
  }

  private static ReceiptFile file(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer::body);
    return ReceiptFile.parse(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private static HttpResponse<String> receipt(HeadFixture at, HttpResponse<?> answer) {
    return at.get("/api/v1/receipts/" + header(answer, "Windlass-Receipt") + "?wait=10");
  }

  @Test
  void an_answer_names_its_receipt_which_verifies_with_the_policy_alone() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    var answer = at.post("/fn/default/echo", "Ada");
    assertEquals(200, answer.statusCode(), answer::body);

    var found = receipt(at, answer);

    assertEquals(header(answer, "Windlass-Invocation"), header(answer, "Windlass-Receipt"));
    assertEquals("text/plain; charset=utf-8", header(found, "Content-Type"));
    assertEquals("true", header(found, "Windlass-Witnessed"));
    var evidence =
        new ReceiptAudit.Evidence(
            Optional.of(Digest.of(Bytes.utf8("Ada"))),
            Optional.of(Digest.of(Bytes.utf8("Ada"))),
            Optional.of(Digest.of(HeadFixture.MODULE)),
            Optional.empty(),
            Optional.empty());
    var checks = ReceiptAudit.of(file(found), log.tree.policy(), evidence);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
  }

  /** Another head of the cluster may have made it just now. */
  @Test
  void in_a_cluster_anybody_may_ask_any_head_and_a_young_id_is_pending() {
    var register = new WorkerRegister(true, InstantSource.system());
    var cluster = new ClusterHeadPorts(register, new CompletableFuture<>(), Optional.empty());
    opened = Optional.of(new HeadFixture(data, cluster, Optional.of(log)));
    var at = opened.get();
    var young = InvocationId.of(System.currentTimeMillis(), 1, 2);
    var old = InvocationId.of(System.currentTimeMillis() - 3_600_000, 1, 2);

    var pending = foreign(at, young);
    assertEquals(202, pending.statusCode(), pending::body);
    assertEquals("1", header(pending, "Retry-After"));
    problem(ProblemType.UNKNOWN_RECEIPT, foreign(at, old));
    problem(
        ProblemType.CROSS_SITE,
        at.send(at.request("/api/v1/results").header("Origin", "https://example.com").GET()));
  }

  @Test
  void elsewhere_receipts_are_for_those_who_may_read_results() {
    var at = head();
    problem(ProblemType.CROSS_SITE, foreign(at, InvocationId.of(System.currentTimeMillis(), 1, 2)));
  }

  private static HttpResponse<String> foreign(HeadFixture at, InvocationId id) {
    return at.send(
        at.request("/api/v1/receipts/" + id).header("Origin", "https://example.com").GET());
  }

  @Test
  void another_output_than_the_one_received_is_found_by_whoever_has_the_receipt() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    var file = file(receipt(at, at.post("/fn/default/echo", "Ada")));

    var forged =
        new ReceiptAudit.Evidence(
            Optional.of(Digest.of(Bytes.utf8("Eve"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    var checks = ReceiptAudit.of(file, log.tree.policy(), forged);
    assertFalse(ReceiptAudit.isGood(checks), checks::toString);
    assertTrue(ReceiptAudit.exitCode(checks) != 0);
  }

  @Test
  void a_receipt_says_what_was_published_who_ran_it_and_how_it_ended() {
    var at = head();
    var worker = at.worker("w1");
    at.deploy("fail", "");
    worker.guest = (_, _) -> Ended.failed(new Outcome.Trapped("unreachable"), "oops");

    var answer = at.post("/fn/default/fail", "Ada");
    var file = file(receipt(at, answer));

    problem(ProblemType.TRAP, answer);
    var draft = ReceiptStatement.parse(file.receipt().payload()).draft();
    var published = log.publications().getFirst();
    assertEquals(published.fullName(), draft.function().name());
    assertEquals(published.module(), draft.function().module());
    assertEquals(0, log.tree.indexOf(published) - draft.function().publishIndex());
    assertEquals(worker.id.toString(), draft.certificate().workers().getFirst().id());
    assertEquals(
        at.registrations.get(worker.id), draft.certificate().workers().getFirst().registerIndex());
    assertEquals(3, draft.input().size());
    assertEquals(Digest.of(Bytes.utf8("oops")), draft.stderr());
    assertEquals("Trap[word=unreachable]", draft.end().toString());
    var checks = ReceiptAudit.of(file, log.tree.policy(), ReceiptAudit.Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
  }

  @Test
  void a_result_that_its_worker_signed_in_a_batch_has_a_receipt_like_any_other() {
    var at = head();
    var worker = at.worker("w1");
    worker.batch = true;
    at.deploy("echo", "");

    var file = file(receipt(at, at.post("/fn/default/echo", "Ada")));

    assertTrue(file.results().signatures().getFirst().batch().isPresent());
    var checks = ReceiptAudit.of(file, log.tree.policy(), ReceiptAudit.Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
  }

  @Test
  void an_answer_given_again_has_the_receipt_of_its_one_run_and_waits_for_that() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    var once = at.request("/fn/default/echo").header("Idempotency-Key", "k");
    var first = at.send(once.copy().POST(BodyPublishers.ofString("Ada")));

    var again =
        at.send(
            once.copy().header("Prefer", "receipt=witnessed").POST(BodyPublishers.ofString("Ada")));

    assertEquals(header(first, "Windlass-Receipt"), header(again, "Windlass-Receipt"));
    assertEquals("", header(first, "Windlass-Witnessed"));
    assertEquals("true", header(again, "Windlass-Witnessed"));
    assertEquals(1, log.count());
  }

  @Test
  void what_did_not_run_has_no_receipt() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    at.workers.values().forEach(FakeWorker::die);

    var answer = prefers(at, "/fn/default/echo", "receipt=witnessed");

    assertEquals("", header(answer, "Windlass-Receipt"));
    assertEquals("", header(answer, "Preference-Applied"));
    assertEquals(0, log.count());
  }

  @Test
  void a_result_of_a_worker_that_the_log_does_not_know_is_not_believed() {
    var at = head();
    var worker = at.worker("w1");
    at.deploy("echo", "");
    at.registrations.remove(worker.id);

    var answer = at.post("/fn/default/echo", "Ada");

    var problem = problem(ProblemType.BAD_RESULT, answer);
    assertTrue(problem.get("detail").text().contains("is not registered in the log"));
    assertEquals("", header(answer, "Windlass-Receipt"));
  }

  @Test
  void an_answer_waits_for_witnesses_only_if_asked() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.witnessing = false;

    var usual = at.post("/fn/default/echo", "Ada");
    Thread.startVirtualThread(
        () -> {
          await("it waits", () -> at.gauge("windlass.requests.witness.waiting") == 1);
          log.witnessing = true;
        });
    var asked = prefers(at, "/fn/default/echo", "receipt=witnessed, wait=20");

    assertEquals(200, usual.statusCode());
    assertEquals("", header(usual, "Windlass-Witnessed"));
    assertEquals(200, asked.statusCode());
    assertEquals("Ada", asked.body());
    assertEquals("true", header(asked, "Windlass-Witnessed"));
    assertEquals("receipt=witnessed, wait=20", header(asked, "Preference-Applied"));
    var timing = String.join(", ", asked.headers().allValues("Server-Timing"));
    assertTrue(timing.matches(".*\\blog;dur=[0-9.]+.*"), timing);
  }

  @Test
  void witnesses_that_do_not_come_in_time_cost_the_answer_nothing_else() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.witnessing = false;

    var answer = prefers(at, "/fn/default/echo", "receipt=witnessed, wait=1");

    assertEquals(200, answer.statusCode());
    assertEquals("Ada", answer.body());
    assertEquals("false", header(answer, "Windlass-Witnessed"));
    assertEquals("", header(answer, "Preference-Applied"));
  }

  @Test
  void a_log_that_is_down_costs_the_answer_nothing_else() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.down = true;

    var answer = prefers(at, "/fn/default/echo", "receipt=witnessed");
    log.down = false;

    assertEquals(200, answer.statusCode());
    assertEquals("false", header(answer, "Windlass-Witnessed"));
    assertEquals(200, receipt(at, answer).statusCode());
  }

  @Test
  void those_who_wait_for_witnesses_are_bounded() {
    var at = head(100, 0);
    at.worker("w1");
    at.deploy("echo", "");

    var answer = prefers(at, "/fn/default/echo", "receipt=witnessed");

    assertEquals(200, answer.statusCode());
    assertEquals("false", header(answer, "Windlass-Witnessed"));
  }

  @Test
  void a_client_that_goes_away_frees_its_place() throws IOException {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.witnessing = false;

    try (var socket = new Socket("127.0.0.1", at.port)) {
      socket
          .getOutputStream()
          .write(
              ("POST /fn/default/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                      + "Prefer: receipt=witnessed, wait=60\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await("it waits", () -> at.gauge("windlass.requests.witness.waiting") == 1);
    }

    await("nobody waits", () -> at.gauge("windlass.requests.witness.waiting") == 0);
    await("nothing is in flight", () -> at.head.inFlight() == 0);
  }

  @Test
  void without_a_log_there_is_no_receipt_and_the_preference_is_not_kept() {
    var at = new HeadFixture(data);
    opened = Optional.of(at);
    at.worker("w1");
    at.deploy("echo", "");

    var answer = prefers(at, "/fn/default/echo", "receipt=witnessed");

    assertEquals(200, answer.statusCode());
    assertEquals("", header(answer, "Windlass-Receipt"));
    assertEquals("false", header(answer, "Windlass-Witnessed"));
    problem(
        ProblemType.UNKNOWN_RECEIPT,
        at.get("/api/v1/receipts/" + header(answer, "Windlass-Invocation")));
  }

  @Test
  void a_log_that_is_behind_stops_requests_before_they_run() {
    var at = head(2, 10);
    var worker = at.worker("w1");
    at.deploy("echo", "");
    log.holding = true;
    at.post("/fn/default/echo", "1");
    at.post("/fn/default/echo", "2");
    int orders = worker.orders.size();

    var refused = at.post("/fn/default/echo", "3");

    problem(ProblemType.LOG_BEHIND, refused);
    assertEquals("1", header(refused, "Retry-After"));
    assertEquals(orders, worker.orders.size());
    await("they are under way", () -> !log.sent.isEmpty());
    log.settle(true);
    await("there is room", () -> at.post("/fn/default/echo", "4").statusCode() == 200);
  }

  @Test
  void a_receipt_is_pending_until_the_log_proves_it_and_then_for_good() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.holding = true;
    var answer = at.post("/fn/default/echo", "Ada");
    var path = "/api/v1/receipts/" + header(answer, "Windlass-Receipt");

    var unknownToTheLog = at.get(path);
    await("it is under way", () -> !log.sent.isEmpty());
    log.witnessing = false;
    log.settle(true);
    await("the log has it", () -> log.count() == 1);
    var unproven = at.get(path);
    log.witnessing = true;

    for (var pending : List.of(unknownToTheLog, unproven)) {
      assertEquals(202, pending.statusCode());
      assertEquals("1", header(pending, "Retry-After"));
      assertEquals("pending", HeadFixture.json(pending).get("state").text());
    }
    assertEquals(200, at.get(path).statusCode());
    assertEquals(
        file(at.get(path)).receipt(), file(at.get(path)).receipt(), "the same receipt twice");
  }

  @Test
  void what_cannot_be_a_receipt_is_refused_with_what_is_expected() {
    var at = head();
    var unknown = InvocationId.of(1, 2, 3);

    problem(ProblemType.UNKNOWN_RECEIPT, at.get("/api/v1/receipts/" + unknown));
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/receipts/nothing"));
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/receipts/" + unknown + "?wait=61"));
    problem(ProblemType.BAD_REQUEST, at.get("/api/v1/receipts/" + unknown + "?format=pdf"));
    log.down = true;
    problem(ProblemType.LOG_UNREACHABLE, at.get("/api/v1/receipts/" + unknown));
  }

  @Test
  void a_head_that_stops_sends_the_receipts_of_all_it_answered() {
    var at = head();
    at.worker("w1");
    at.deploy("echo", "");
    log.down = true;
    for (int i = 0; i < 5; i++) at.post("/fn/default/echo", "" + i);
    await("it was tried", () -> !log.sent.isEmpty());
    log.down = false;

    at.head.drain();

    assertEquals(5, log.count());
    assertEquals(5, log.epochs().getLast().lastSeq());
  }
}
