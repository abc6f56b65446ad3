package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.head.FakeWorker.Ended;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Placing, losing, retrying, and what a worker may not get away with. */
class DispatchTest {
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

  private CompletableFuture<HttpResponse<String>> later(String path) {
    return at.client.sendAsync(at.request(path).GET().build(), BodyHandlers.ofString());
  }

  @Test
  void without_a_worker_it_is_503_and_says_when_to_come_again() {
    at.worker("w1");
    at.deploy("echo", "");
    at.workers.values().iterator().next().die();
    var response = at.get("/fn/default/echo");
    problem(ProblemType.NO_WORKER, response);
    assertEquals(Optional.of("1"), response.headers().firstValue("Retry-After"));
  }

  @Test
  void a_request_waits_a_while_for_a_worker_that_was_just_lost() {
    at.close();
    at =
        new HeadFixture(
            data,
            config ->
                config.withTraffic(
                    config.traffic().withPatience(Duration.ofMillis(1), Duration.ofSeconds(10))));
    var worker = at.worker("w1");
    at.deploy("echo", "");
    worker.die();
    var response = later("/fn/default/echo");
    await("it waits", () -> at.metrics.get("windlass.requests.waiting").gauge().value() == 1);
    worker.join();
    assertEquals(200, response.join().statusCode());
  }

  @Test
  void where_all_are_busy_it_waits_a_moment_and_then_says_so() {
    var worker = at.worker("w1", 1);
    at.deploy("echo", "");
    worker.hold = true;
    var first = later("/fn/default/echo");
    await("the order is there", () -> worker.inFlight() == 1);
    var response = at.get("/fn/default/echo");
    var busy = problem(ProblemType.ALL_BUSY, response);
    assertEquals(Optional.of("1"), response.headers().firstValue("Retry-After"));
    assertTrue(busy.get("detail").text().contains("has 1 requests and takes 1"));
    worker.die();
    problem(ProblemType.WORKER_LOST, first.join());
  }

  @Test
  void who_waits_gets_the_room_that_another_leaves() {
    var worker = at.worker("w1", 1);
    at.deploy("echo", "");
    worker.guest = (_, _) -> Ended.ok("done");
    var all =
        java.util.stream.IntStream.range(0, 20).mapToObj(_ -> later("/fn/default/echo")).toList();
    for (var one : all) assertEquals("done", one.join().body());
  }

  @Test
  void a_worker_that_says_busy_is_asked_again_or_another_one() {
    var one = at.worker("w1");
    at.deploy("echo", "");
    one.instead = Optional.of(new Reply.Busy(2));
    var two = at.worker("w2");
    two.guest = (_, _) -> Ended.ok("from two");
    for (int i = 0; i < 10; i++) assertEquals("from two", at.get("/fn/default/echo").body());
  }

  @Test
  void needs_that_no_worker_has_are_listed_by_worker() {
    at.worker("w1");
    var response = at.tryDeploy("fast", HeadFixture.MODULE, "\"hardware\":{\"minMhz\":9000}");
    var none = problem(ProblemType.NONE_ELIGIBLE, response);
    var reason = none.get("workers").elements().getFirst();
    assertTrue(reason.get("worker").text().endsWith("/w1"));
    assertEquals("runs at 3000 MHz, the function needs 9000 MHz", reason.get("why").text());
  }

  @Test
  void a_request_whose_worker_was_killed_runs_again_elsewhere_under_the_same_id() {
    var one = at.worker("w1");
    at.deploy("echo", "");
    one.hold = true;
    var response = later("/fn/default/echo");
    await("the order is there", () -> one.inFlight() == 1);
    var two = at.worker("w2");
    two.guest = (_, _) -> Ended.ok("from two");
    one.die();
    assertEquals("from two", response.join().body());
    assertEquals(Optional.of("2"), response.join().headers().firstValue("Windlass-Attempts"));
    var first = (Order.Invoke) one.orders.getLast();
    var second = (Order.Invoke) two.orders.getLast();
    assertEquals(first.invocation(), second.invocation());
    assertEquals(first.nonce(), second.nonce());
  }

  @Test
  void a_request_that_must_not_run_twice_is_not_placed_again() {
    var one = at.worker("w1");
    at.deploy("pay", "\"retry\":\"never\"");
    one.hold = true;
    var response = later("/fn/default/pay");
    await("the order is there", () -> one.inFlight() == 1);
    var two = at.worker("w2");
    one.die();
    problem(ProblemType.WORKER_LOST, response.join());
    assertEquals(List.of(), two.orders);
  }

  @Test
  void a_request_is_lost_at_most_three_times() {
    at.worker("w0");
    at.deploy("echo", "");
    for (var name : List.of("w1", "w2", "w3", "w4")) at.worker(name);
    for (var worker : at.workers.values())
      worker.tamper =
          reply -> {
            throw new IllegalStateException("dies");
          };
    problem(ProblemType.WORKER_LOST, at.get("/fn/default/echo"));
    int orders = 0;
    for (var worker : at.workers.values()) {
      orders += (int) worker.orders.stream().filter(o -> o instanceof Order.Invoke).count();
      worker.faults.clear();
    }
    assertEquals(3, orders);
  }

  @Test
  void a_refusal_before_the_run_goes_to_another_worker_even_if_it_must_run_once() {
    var one = at.worker("w1");
    at.deploy("pay", "\"retry\":\"never\"");
    one.instead = Optional.of(new Reply.Refused(Reply.Why.DRAINING, "going away"));
    var two = at.worker("w2");
    two.guest = (_, _) -> Ended.ok("from two");
    for (int i = 0; i < 5; i++) assertEquals("from two", at.get("/fn/default/pay").body());
  }

  @Test
  void a_concurrency_limit_holds_over_all_workers() {
    var worker = at.worker("w1");
    at.deploy("one", "\"limits\":{\"concurrency\":1}");
    worker.hold = true;
    var first = later("/fn/default/one");
    await("the order is there", () -> worker.inFlight() == 1);
    problem(ProblemType.CONCURRENCY_LIMIT, at.get("/fn/default/one"));
    worker.die();
    problem(ProblemType.WORKER_LOST, first.join());
  }

  @Test
  void a_client_that_goes_away_leaves_nothing_behind() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    worker.hold = true;
    var response = later("/fn/default/echo");
    await("the order is there", () -> worker.inFlight() == 1);
    response.cancel(true);
    worker.die();
    await("its place is free", () -> at.head.inFlight() == 0);
  }

  @Test
  void a_worker_that_has_to_compile_first_does_so_while_others_go_on() {
    var warm = at.worker("w1");
    at.deploy("echo", "");
    warm.lanes = 1;
    warm.tell();
    var gate = new CountDownLatch(1);
    warm.guest =
        (_, _) -> {
          try {
            assertTrue(gate.await(10, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
          }
          return Ended.ok("warm");
        };
    var cold = at.worker("w2");
    cold.hold = true;
    var all =
        java.util.stream.IntStream.range(0, 20).mapToObj(_ -> later("/fn/default/echo")).toList();
    await("all are there", () -> warm.inFlight() == 20);
    gate.countDown();
    for (var one : all) assertEquals("warm", one.join().body());
    assertTrue(cold.orders.stream().noneMatch(o -> o instanceof Order.Invoke));
    assertTrue(cold.orders.stream().filter(o -> o instanceof Order.Prepare).count() == 1);
    cold.letGo();
  }

  @Test
  void a_changed_output_is_not_believed() {
    assertQuarantined(done -> with(done, done.statement(), Bytes.utf8("forged")));
  }

  @Test
  void an_outcome_that_was_not_signed_is_not_believed() {
    assertQuarantined(
        done ->
            new Reply.Done(
                done.statement(),
                done.signature(),
                new Outcome.Exited(1),
                done.output(),
                done.stderr(),
                0,
                done.fuel(),
                done.times()));
  }

  @Test
  void fuel_that_was_not_signed_is_not_believed() {
    assertQuarantined(
        done ->
            new Reply.Done(
                done.statement(),
                done.signature(),
                done.outcome(),
                done.output(),
                done.stderr(),
                0,
                1,
                done.times()));
  }

  @Test
  void a_signature_of_another_key_is_not_believed() {
    assertQuarantined(
        done -> {
          var other = new FakeWorker("other", 99, 1, null);
          var signature = new dev.windlass.receipt.BatchSigner(other.key).direct(done.statement());
          return with(
              done, new Reply.Signature(signature.keyId(), signature.sig(), Optional.empty()));
        });
  }

  @Test
  void a_signature_of_nothing_is_not_believed() {
    assertQuarantined(done -> with(done, new Reply.Signature("", Bytes.EMPTY, Optional.empty())));
  }

  @Test
  void an_earlier_result_cannot_be_used_again() {
    var first = new Reply.Done[1];
    assertQuarantined(
        done -> {
          if (first[0] == null) first[0] = done;
          return first[0];
        },
        2);
  }

  @Test
  void a_batch_path_that_does_not_lead_to_its_root_is_not_believed() {
    at.worker("w1").batch = true;
    assertQuarantined(
        done -> {
          var batch = done.signature().batch().orElseThrow();
          var forged = List.of(Bytes.wrap(new byte[32]));
          return with(
              done,
              new Reply.Signature(
                  done.signature().keyId(),
                  done.signature().octets(),
                  Optional.of(new Reply.Batch(batch.statement(), batch.index(), forged))));
        });
  }

  @Test
  void an_output_over_the_limit_is_not_believed() {
    at.worker("w1").guest = (_, _) -> Ended.ok(Bytes.wrap(new byte[2_000]));
    assertQuarantined("\"limits\":{\"output\":1000}", done -> done, 1);
  }

  @Test
  void a_trap_word_that_no_statement_can_hold_is_not_believed() {
    assertQuarantined(
        done ->
            new Reply.Done(
                done.statement(),
                done.signature(),
                new Outcome.Trapped("\"evil\""),
                done.output(),
                done.stderr(),
                0,
                done.fuel(),
                done.times()));
  }

  @Test
  void a_worker_without_a_registered_key_is_not_believed() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    at.keys.remove(worker.id);
    problem(ProblemType.BAD_RESULT, at.get("/fn/default/echo"));
  }

  @Test
  void a_reply_to_another_question_is_not_believed() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    worker.instead =
        Optional.of(new Reply.Prepared(Digest.of(HeadFixture.MODULE), 1, 1, 1, List.of()));
    problem(ProblemType.BAD_RESULT, at.get("/fn/default/echo"));
    assertEquals(List.of(worker.id), at.disconnected);
  }

  @Test
  void a_bad_result_is_replaced_by_a_good_one_from_elsewhere() {
    var liar = at.worker("w1");
    at.deploy("echo", "");
    liar.tamper = reply -> with((Reply.Done) reply, Bytes.utf8("{}"), Bytes.utf8("lie"));
    var honest = at.worker("w2");
    honest.guest = (_, _) -> Ended.ok("truth");
    for (int i = 0; i < 20; i++) assertEquals("truth", at.get("/fn/default/echo").body());
    assertTrue(liar.orders.stream().filter(o -> o instanceof Order.Invoke).count() <= 1);
  }

  private void assertQuarantined(UnaryOperator<Reply.Done> lie) {
    assertQuarantined("", lie, 1);
  }

  private void assertQuarantined(UnaryOperator<Reply.Done> lie, int requests) {
    assertQuarantined("", lie, requests);
  }

  /**
   * The last request is answered by 502; the worker loses its link and gets nothing when it comes
   * back.
   */
  private void assertQuarantined(String members, UnaryOperator<Reply.Done> lie, int requests) {
    var worker =
        at.workers.getOrDefault("worker.w1", at.workers.isEmpty() ? at.worker("w1") : null);
    at.deploy("echo", members);
    worker.tamper = reply -> reply instanceof Reply.Done done ? lie.apply(done) : reply;
    for (int i = 1; i < requests; i++) assertEquals(200, at.get("/fn/default/echo").statusCode());
    problem(ProblemType.BAD_RESULT, at.get("/fn/default/echo"));
    assertEquals(List.of(worker.id), at.disconnected);
    assertEquals(1, at.metrics.get("windlass.results.bad").counter().count());
    worker.join();
    int before = worker.orders.size();
    var refused = problem(ProblemType.NONE_ELIGIBLE, at.get("/fn/default/echo"));
    assertTrue(refused.get("detail").text().contains("is in quarantine"));
    assertEquals(before, worker.orders.size());
  }

  private static Reply.Done with(Reply.Done done, Bytes statement, Bytes output) {
    return new Reply.Done(
        statement,
        done.signature(),
        done.outcome(),
        output,
        done.stderr(),
        0,
        done.fuel(),
        done.times());
  }

  private static Reply.Done with(Reply.Done done, Reply.Signature signature) {
    return new Reply.Done(
        done.statement(),
        signature,
        done.outcome(),
        done.output(),
        done.stderr(),
        0,
        done.fuel(),
        done.times());
  }
}
