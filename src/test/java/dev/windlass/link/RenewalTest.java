package dev.windlass.link;

import static dev.windlass.link.Loopback.await;
import static dev.windlass.link.Loopback.awaitTrue;
import static dev.windlass.link.Loopback.invoke;
import static dev.windlass.link.Loopback.output;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RenewalTest {
  private final Loopback loopback = new Loopback();

  @AfterEach
  void close() {
    loopback.close();
  }

  /** Certificates that end in 8 s, 14 s and much later; two takeovers, 16 callers. */
  @Test
  void certificates_are_renewed_under_load_without_a_dropped_request() {
    var id = Identities.worker("w-1");
    var lives = List.of(Duration.ofSeconds(14), Duration.ofMinutes(50));
    var source = new Identities.Source(loopback.identities.endingIn(id, Duration.ofSeconds(8)));
    var vertx = loopback.another();
    loopback.worker(source, Loopback.LIMITS, order -> later(vertx, Loopback.echo(order)));
    var load = new Load();
    for (int i = 0; i < 16; i++) load.next();

    for (var life : lives) {
      long before = loopback.server.counts().joined();
      source.renew(loopback.identities.endingIn(id, life));
      awaitTrue(() -> loopback.server.counts().joined() > before, () -> "taken over");
    }
    load.stop.set(true);
    awaitTrue(() -> load.running.get() == 0, () -> "the callers end");

    assertEquals(0, load.failures.size(), () -> load.failures.toString());
    assertTrue(load.answered.get() > 1_000, () -> load.answered + " answered");
    assertTrue(loopback.events.stream().noneMatch(event -> event.startsWith("left")));
    assertEquals(0, loopback.server.counts().lost());
  }

  @Test
  void the_old_link_goes_on_until_its_own_certificate_ends() {
    var id = Identities.worker("w-1");
    var source = loopback.identities.of(id);
    loopback.worker(source, Loopback.LIMITS, Loopback::echo);

    source.renew(loopback.identities.endingIn(id, Duration.ofMinutes(59)));
    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));

    assertEquals(1, loopback.server.counts().joined());
  }

  @Test
  void a_link_is_closed_when_its_certificate_ends_and_no_new_one_came() throws IOException {
    var ending = loopback.identities.endingIn(Identities.worker("m"), Duration.ofSeconds(2));
    try (var peer = RawPeer.dial(new Identities.Source(ending), loopback.port).greet(1)) {
      peer.awaitClosed();
    }
    loopback.awaitEvent("left m: its certificate has ended");
  }

  @Test
  void a_renewed_head_shows_its_new_certificate_to_the_next_worker() {
    loopback.headCredentials.renew(
        loopback.identities.endingIn(Identities.HEAD, Duration.ofMinutes(59)));

    loopback.worker("w-1", Loopback::echo);

    assertEquals("x", output(await(loopback.server.order("worker.w-1", invoke("x")))));
  }

  @Test
  void a_link_whose_authority_is_trusted_no_more_is_closed() {
    loopback.worker("w-1", Loopback::echo);
    var elsewhere = new Identities().endingIn(Identities.HEAD, Duration.ofMinutes(50));

    loopback.headCredentials.renew(elsewhere);

    loopback.awaitEvent("left w-1: its certificate is trusted no more");
  }

  private static Future<Reply> later(Vertx vertx, Future<Reply> reply) {
    var promise = Promise.<Reply>promise();
    vertx.setTimer(2, _ -> reply.onComplete(promise));
    return promise.future();
  }

  /** Callers that each send the next order when the last was answered. */
  private final class Load {
    final AtomicBoolean stop = new AtomicBoolean();
    final AtomicLong answered = new AtomicLong();
    final AtomicLong running = new AtomicLong();
    final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    void next() {
      running.incrementAndGet();
      loopback
          .server
          .order("worker.w-1", invoke("x"))
          .onComplete(
              done -> {
                if (done.failed()) failures.add(done.cause().toString());
                else answered.incrementAndGet();
                if (!stop.get() && done.succeeded()) next();
                running.decrementAndGet();
              });
    }
  }
}
