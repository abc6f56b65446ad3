package dev.windlass.link;

import static dev.windlass.link.Loopback.LIMITS;
import static dev.windlass.link.Loopback.await;
import static dev.windlass.link.Loopback.awaitTrue;
import static dev.windlass.link.Loopback.done;
import static dev.windlass.link.Loopback.failure;
import static dev.windlass.link.Loopback.invoke;
import static dev.windlass.link.Loopback.output;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkTest {
  private final Loopback loopback = new Loopback();

  @AfterEach
  void close() {
    loopback.close();
  }

  @Test
  void an_order_reaches_the_worker_of_its_address_and_its_reply_comes_back() {
    loopback.worker("w-1", order -> Future.succeededFuture(done(Bytes.utf8("one"))));
    loopback.worker("w-2", order -> Future.succeededFuture(done(Bytes.utf8("two"))));

    assertEquals("one", output(await(loopback.server.order("worker.w-1", invoke("?")))));
    assertEquals("two", output(await(loopback.server.order("worker.w-2", invoke("?")))));
  }

  @Test
  void every_kind_of_order_arrives_as_it_was_sent() {
    var seen = new ConcurrentLinkedQueue<Order>();
    loopback.worker(
        "w-1",
        order -> {
          seen.add(order);
          return Loopback.echo(order);
        });
    var digest = Digest.of(Bytes.utf8("m"));
    List<Order> orders =
        List.of(
            invoke("Ada"),
            new Order.Prepare(digest, 9000),
            new Order.Evict(new FunctionName("default", "hello"), digest));

    orders.forEach(order -> await(loopback.server.order("worker.w-1", order)));

    assertEquals(orders, List.copyOf(seen));
  }

  @Test
  void the_event_bus_reaches_from_a_caller_in_the_head_to_a_consumer_in_the_worker() {
    var bus = loopback.another();
    var heads = List.of(new HeadAddress(Loopback.LOCALHOST, loopback.port));
    var source = loopback.identities.of(Identities.worker("w-1"));
    var worker = new LinkClient(bus, source, heads, Loopback::report, LIMITS);
    bus.eventBus()
        .<Order>localConsumer("worker.w-1")
        .handler(message -> Loopback.echo(message.body()).onSuccess(message::reply));
    await(worker.start());

    var options = new DeliveryOptions().setSendTimeout(20_000);
    Future<Message<Reply>> reply =
        loopback.vertx.eventBus().request("worker.w-1", invoke("Ada"), options);

    assertEquals("Ada", output(await(reply).body()));
    await(worker.close());
  }

  @Test
  void nobody_at_the_address_fails_with_no_peer_on_the_bus_and_directly() {
    assertEquals(
        LinkFailure.NO_PEER, failure(loopback.vertx.eventBus().request("worker.w-9", invoke("?"))));
    assertEquals(LinkFailure.NO_PEER, failure(loopback.server.order("worker.w-9", invoke("?"))));
  }

  @Test
  void a_worker_gets_no_more_orders_at_once_than_its_hello_said() {
    var held = new ConcurrentLinkedQueue<Promise<Reply>>();
    loopback.worker(
        loopback.identities.of(Identities.worker("w-1")),
        LIMITS.withCredits(3),
        order -> {
          var promise = Promise.<Reply>promise();
          held.add(promise);
          return promise.future();
        });
    loopback.awaitEvent("joined w-1 3");

    var running = new ArrayList<Future<Reply>>();
    for (int i = 0; i < 3; i++) running.add(loopback.server.order("worker.w-1", invoke("?")));
    var fourth = loopback.server.order("worker.w-1", invoke("?"));

    assertEquals(LinkFailure.NO_CREDIT, failure(fourth));
    awaitTrue(() -> held.size() == 3, () -> "3 orders held, not " + held.size());
    held.forEach(promise -> promise.complete(done(Bytes.EMPTY)));
    running.forEach(Loopback::await);
    held.clear();
    var fifth = loopback.server.order("worker.w-1", invoke("?"));
    awaitTrue(() -> held.size() == 1, () -> "the credit came back");
    held.remove().complete(done(Bytes.utf8("5")));
    assertEquals("5", output(await(fifth)));
  }

  @Test
  void an_order_ends_at_its_deadline_and_the_late_reply_is_ignored_and_counted() {
    var held = new ConcurrentLinkedQueue<Promise<Reply>>();
    loopback.worker(
        "w-1",
        order -> {
          if (!((Order.Invoke) order).body().utf8().equals("slow")) return Loopback.echo(order);
          var promise = Promise.<Reply>promise();
          held.add(promise);
          return promise.future();
        });

    var slow = loopback.server.order("worker.w-1", invoke(Bytes.utf8("slow"), 100));
    assertEquals(LinkFailure.TIMED_OUT, failure(slow));
    assertEquals(1, loopback.server.counts().inFlight(), "a late order keeps its credit");
    held.remove().complete(done(Bytes.EMPTY));

    awaitTrue(() -> loopback.server.counts().late() == 1, () -> "one late reply");
    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));
    assertEquals(1, loopback.server.counts().timedOut());
    awaitTrue(() -> loopback.server.counts().inFlight() == 0, () -> "its credit is back");
  }

  @Test
  void a_link_that_drops_fails_everything_in_flight_and_the_worker_dials_again() {
    var worker = loopback.worker("w-1", order -> Promise.<Reply>promise().future());
    var running = new ArrayList<Future<Reply>>();
    for (int i = 0; i < 10; i++) running.add(loopback.server.order("worker.w-1", invoke("?")));
    awaitTrue(() -> loopback.server.counts().inFlight() == 10, () -> "10 in flight");

    loopback.server.disconnect(Identities.worker("w-1"), "the test says so");

    for (var order : running) assertEquals(LinkFailure.LOST, failure(order));
    assertEquals(10, loopback.server.counts().lost());
    loopback.awaitEvent("left w-1: the test says so");
    awaitTrue(() -> loopback.server.counts().joined() == 2, () -> "joined again");
    awaitTrue(() -> worker.linked() == 1, () -> "linked again");
  }

  @Test
  void a_worker_outlives_a_restart_of_the_head() {
    var worker = loopback.worker("w-1", Loopback::echo);
    await(loopback.server.close());
    awaitTrue(() -> worker.linked() == 0, () -> "it noticed");

    var second = new LinkServer(loopback.vertx, loopback.headCredentials, LIMITS, loopback);
    await(second.listen(Loopback.LOCALHOST, loopback.port));

    awaitTrue(() -> second.counts().joined() == 1, () -> "joined the second");
    assertEquals("x", output(await(second.order("worker.w-1", invoke("x")))));
    await(second.close());
  }

  @Test
  void a_worker_serves_several_heads_at_once() {
    var other = loopback.identities.of(Identities.id(SpiffeId.HEAD, "head-2"));
    var second = new LinkServer(loopback.another(), other, LIMITS, loopback);
    int port = await(second.listen(Loopback.LOCALHOST, 0));
    var source = loopback.identities.of(Identities.worker("w-1"));
    var heads =
        List.of(
            new HeadAddress(Loopback.LOCALHOST, loopback.port),
            new HeadAddress(Loopback.LOCALHOST, port));
    var worker =
        new LinkClient(loopback.another(), source, heads, Loopback::report, LIMITS)
            .onOrder(Loopback::echo);
    await(worker.start());
    awaitTrue(() -> worker.linked() == 2, () -> "two heads");

    assertEquals("a", output(await(loopback.server.order("worker.w-1", invoke("a")))));
    assertEquals("b", output(await(second.order("worker.w-1", invoke("b")))));
    await(second.close());
    assertEquals("c", output(await(loopback.server.order("worker.w-1", invoke("c")))));
    await(worker.close());
  }

  @Test
  void the_newest_link_of_an_identity_takes_new_orders_and_the_older_finishes_its_own() {
    var held = new ConcurrentLinkedQueue<Promise<Reply>>();
    var source = loopback.identities.of(Identities.worker("w-1"));
    var first =
        loopback.worker(
            source,
            LIMITS,
            order -> {
              var promise = Promise.<Reply>promise();
              held.add(promise);
              return promise.future();
            });
    var old = loopback.server.order("worker.w-1", invoke("old"));
    awaitTrue(() -> held.size() == 1, () -> "the old link has an order");

    loopback.worker(source, LIMITS, order -> Future.succeededFuture(done(Bytes.utf8("new"))));

    assertEquals("new", output(await(loopback.server.order("worker.w-1", invoke("?")))));
    held.remove().complete(done(Bytes.utf8("old")));
    assertEquals("old", output(await(old)));
    await(first.close());
  }

  @Test
  void a_draining_worker_gets_no_new_order_while_those_in_flight_finish() {
    var held = new ConcurrentLinkedQueue<Promise<Reply>>();
    var worker =
        loopback.worker(
            "w-1",
            order -> {
              var promise = Promise.<Reply>promise();
              held.add(promise);
              return promise.future();
            });
    var running = loopback.server.order("worker.w-1", invoke("?"));
    awaitTrue(() -> held.size() == 1, () -> "in flight");

    var drained = worker.drain();
    loopback.awaitEvent("left w-1: it said goodbye");

    assertEquals(LinkFailure.NO_PEER, failure(loopback.server.order("worker.w-1", invoke("?"))));
    held.remove().complete(done(Bytes.utf8("last")));
    assertEquals("last", output(await(running)));
    await(drained);
    assertEquals(0, loopback.server.counts().lost());
  }

  @Test
  void a_draining_head_waits_for_its_replies() {
    var held = new ConcurrentLinkedQueue<Promise<Reply>>();
    loopback.worker(
        "w-1",
        order -> {
          var promise = Promise.<Reply>promise();
          held.add(promise);
          return promise.future();
        });
    var running = loopback.server.order("worker.w-1", invoke("?"));
    awaitTrue(() -> held.size() == 1, () -> "in flight");

    var drained = loopback.server.drain();
    awaitTrue(
        () -> loopback.server.order("worker.w-1", invoke("?")).failed(), () -> "no new orders");
    held.remove().complete(done(Bytes.utf8("last")));

    assertEquals("last", output(await(running)));
    await(drained);
  }

  @Test
  void a_worker_asks_and_the_head_answers() {
    var worker = loopback.worker("w-1", Loopback::echo);
    var digest = Digest.of(Bytes.utf8("module"));
    loopback.answers =
        ask ->
            Future.succeededFuture(
                ask.equals(new Ask.Fetch(digest))
                    ? new Answer.Found(Bytes.utf8("module"))
                    : new Answer.NotFound("what?"));

    assertEquals(new Answer.Found(Bytes.utf8("module")), await(worker.ask(new Ask.Fetch(digest))));
    loopback.answers = _ -> Future.failedFuture("the disk is gone");
    var failed = assertInstanceOf(Answer.NotFound.class, await(worker.ask(new Ask.Fetch(digest))));
    assertTrue(failed.detail().contains("the disk is gone"), failed.detail());
  }

  @Test
  void reports_come_with_the_hello_and_when_told() {
    var worker = loopback.worker("w-1", Loopback::echo);
    loopback.awaitEvent("joined w-1 64");

    worker.report();

    loopback.awaitEvent("reported w-1 3");
  }

  @Test
  void an_order_that_the_handler_cannot_take_is_refused_and_the_link_stays() {
    loopback.worker(
        "w-1",
        order -> {
          if (((Order.Invoke) order).body().size() == 0) throw new IllegalStateException("no body");
          return Loopback.echo(order);
        });

    var reply = await(loopback.server.order("worker.w-1", invoke("")));

    assertEquals(new Reply.Refused(Reply.Why.ENGINE_FAILED, "no body"), reply);
    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));
  }

  @Test
  void an_idle_link_is_kept_alive_by_pings_beyond_its_idle_time() {
    loopback.worker("w-1", Loopback::echo);
    long end = System.nanoTime() + 2 * Loopback.BRIEF.idle().toNanos();

    awaitTrue(() -> System.nanoTime() > end, () -> "time passes");

    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));
    assertEquals(1, loopback.server.counts().joined());
  }

  @Test
  void a_port_in_use_fails_the_listening_with_its_reason() {
    var second = new LinkServer(loopback.another(), loopback.headCredentials, LIMITS, loopback);
    var listening = second.listen(Loopback.LOCALHOST, loopback.port);

    awaitTrue(listening::isComplete, () -> "an end");

    assertInstanceOf(BindException.class, listening.cause());
  }
}
