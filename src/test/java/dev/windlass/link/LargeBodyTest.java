package dev.windlass.link;

import static dev.windlass.link.Loopback.await;
import static dev.windlass.link.Loopback.awaitTrue;
import static dev.windlass.link.Loopback.done;
import static dev.windlass.link.Loopback.failure;
import static dev.windlass.link.Loopback.invoke;
import static dev.windlass.link.Loopback.output;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LargeBodyTest {
  private static final int MIB = 1 << 20;

  private final Loopback loopback = new Loopback(LinkLimits.DEFAULT);

  @AfterEach
  void close() {
    loopback.close();
  }

  @Test
  void bodies_around_the_sizes_of_chunk_and_frame_come_back_whole() {
    loopback.worker("w-1", Loopback::echo);
    int chunk = LinkLimits.DEFAULT.sizes().chunk();
    int[] sizes = {0, 1, chunk - 400, chunk - 1, chunk, chunk + 1, 2 * chunk, MIB, MIB + 1};
    for (int size : sizes) {
      var body = random(size);
      var reply = (Reply.Done) await(loopback.server.order("worker.w-1", invoke(body, 10_000)));
      assertEquals(body, reply.output(), () -> "body of " + size);
      assertEquals("log", reply.stderr().utf8());
    }
  }

  /** 8 × 20 MiB each way through a link that reserves 64 MiB: no more than three at one time. */
  @Test
  void many_bodies_of_20_mib_share_a_link_in_bounded_memory() {
    var sizes = new LinkLimits.Sizes(MIB, 256 << 10, 24 * MIB, 64 * MIB);
    var limits = LinkLimits.DEFAULT.withSizes(sizes);
    var body = random(20 * MIB);
    try (var bounded = new Loopback(limits)) {
      bounded.worker(bounded.identities.of(Identities.worker("w-1")), limits, Loopback::echo);
      var running = new ArrayList<Future<Reply>>();
      for (int i = 0; i < 8; i++)
        running.add(bounded.server.order("worker.w-1", invoke(body, 60_000)));
      for (var order : running) assertEquals(body, ((Reply.Done) await(order)).output());
      assertEquals(0, bounded.server.counts().faults());
    }
  }

  @Test
  void a_small_order_is_not_held_up_by_large_ones() {
    loopback.worker("w-1", Loopback::echo);
    var body = random(20 * MIB); // made once: while the second is made the first may be there
    var large = new ArrayList<Future<Reply>>();
    for (int i = 0; i < 8; i++)
      large.add(loopback.server.order("worker.w-1", invoke(body, 60_000)));

    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));

    long unfinished = large.stream().filter(order -> !order.isComplete()).count();
    assertEquals(8, unfinished, "the small one came first");
    large.forEach(Loopback::await);
  }

  @Test
  void an_artifact_of_26_mib_travels_as_an_answer() {
    var module = random(26 * MIB);
    loopback.answers = _ -> Future.succeededFuture(new Answer.Found(module));
    var worker = loopback.worker("w-1", Loopback::echo);

    assertEquals(new Answer.Found(module), await(worker.ask(new Ask.Fetch(Digest.of(module)))));
  }

  @Test
  void a_message_over_the_bound_is_refused_before_it_is_sent() {
    loopback.answers = _ -> Future.succeededFuture(new Answer.Found(random(67 * MIB)));
    var worker =
        loopback.worker("w-1", _ -> Future.succeededFuture(done(Bytes.wrap(new byte[67 * MIB]))));

    var order = loopback.server.order("worker.w-1", invoke(Bytes.wrap(new byte[67 * MIB]), 9_000));
    assertEquals(LinkFailure.TOO_LARGE, failure(order));
    var reply = (Reply.Refused) await(loopback.server.order("worker.w-1", invoke("x")));
    assertEquals(Reply.Why.ENGINE_FAILED, reply.why());
    var answer = (Answer.NotFound) await(worker.ask(new Ask.Fetch(Digest.of(Bytes.EMPTY))));
    assertEquals("message of 70254594 octets, at most 69206016", answer.detail());
    assertEquals(0, loopback.server.counts().faults());
  }

  @Test
  void an_order_that_times_out_half_sent_is_cancelled_and_gives_its_credit_back()
      throws IOException {
    var source = loopback.identities.of(Identities.worker("m"));
    try (var slow = RawPeer.dial(source, loopback.port).greet(1)) {
      var order = loopback.server.order("worker.m", invoke(random(MIB), 200));
      long id = slow.read(FrameType.STREAM).id;

      assertEquals(LinkFailure.TIMED_OUT, failure(order));

      assertEquals(id, slow.read(FrameType.CANCEL).id);
      assertEquals(0, loopback.server.counts().inFlight());
    }
  }

  @Test
  void a_large_reply_that_comes_late_is_dropped_as_it_arrives() throws IOException {
    var source = loopback.identities.of(Identities.worker("m"));
    try (var slow = RawPeer.dial(source, loopback.port).greet(1)) {
      var order = loopback.server.order("worker.m", invoke(Bytes.EMPTY, 100));
      long id = slow.read(FrameType.ORDER).id;
      var header = Link.encoded(done(Bytes.EMPTY)).header();
      var stream = Link.encoded(new Control.Stream(Kind.REPLY, 1003)).header();
      slow.send(FrameType.STREAM, id, stream, header).read(FrameType.CREDIT);
      slow.send(FrameType.DATA, id, new byte[0], new byte[500]);
      assertEquals(LinkFailure.TIMED_OUT, failure(order));

      slow.send(FrameType.DATA, id, new byte[0], new byte[503]).send(FrameType.END, id);

      awaitTrue(() -> loopback.server.counts().late() == 1, () -> "late");
      assertEquals(0, loopback.server.counts().inFlight());
    }
  }

  private static Bytes random(int size) {
    var octets = new byte[size];
    new SplittableRandom(size).nextBytes(octets);
    return Bytes.wrap(octets);
  }
}
