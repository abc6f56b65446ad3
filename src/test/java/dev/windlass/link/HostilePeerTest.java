package dev.windlass.link;

import static dev.windlass.link.Loopback.await;
import static dev.windlass.link.Loopback.awaitTrue;
import static dev.windlass.link.Loopback.failure;
import static dev.windlass.link.Loopback.invoke;
import static dev.windlass.link.Loopback.output;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each hostile peer is closed with its reason, and the honest worker beside it notices nothing. */
class HostilePeerTest {
  private static final byte[] NONE = {};

  private final Loopback loopback = new Loopback();
  private final Identities identities = loopback.identities;

  @BeforeEach
  void an_honest_worker() {
    loopback.worker("honest", Loopback::echo);
  }

  @AfterEach
  void the_honest_worker_is_not_disturbed() {
    var reply = loopback.server.order("worker.honest", invoke("still here"));
    assertEquals("still here", output(await(reply)));
    assertTrue(
        loopback.events.stream().noneMatch(event -> event.startsWith("left honest")),
        () -> loopback.events.toString());
    loopback.close();
  }

  // ---- who it is

  @Test
  void a_peer_without_a_certificate_is_refused() throws IOException {
    refusedByTls(RawPeer.dial(null, loopback.port));
  }

  @Test
  void a_peer_with_an_expired_certificate_is_refused() throws IOException {
    var expired = identities.endingIn(Identities.worker("mallory"), Duration.ofSeconds(-5));
    refusedByTls(RawPeer.dial(new Identities.Source(expired), loopback.port));
  }

  @Test
  void a_peer_with_a_certificate_of_another_authority_is_refused() throws IOException {
    var other = new Identities().of(Identities.worker("mallory"));
    refusedByTls(RawPeer.dial(other, loopback.port));
  }

  @Test
  void a_peer_below_tls_1_3_is_refused() throws IOException {
    refusedByTls(RawPeer.dial(identities.of(Identities.worker("m")), loopback.port, "TLSv1.2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {SpiffeId.HEAD, SpiffeId.REGISTRAR, "witness"})
  void a_certificate_of_the_right_authority_and_another_role_is_refused(String role)
      throws IOException {
    try (var mallory = RawPeer.dial(identities.of(Identities.id(role, "m")), loopback.port)) {
      closed(mallory, "left m: certificate of role " + role + ", not worker");
    }
  }

  @Test
  void the_name_of_a_linked_worker_in_another_namespace_gets_no_address() throws IOException {
    var other = new SpiffeId(Identities.DOMAIN, "elsewhere", SpiffeId.WORKER, "honest");
    try (var mallory = RawPeer.dial(identities.of(other), loopback.port)) {
      mallory.send(FrameType.HELLO, 0, new Control.Hello(1, 8, 0, Loopback.report()));
      mallory.awaitClosed();
    }
    awaitTrue(() -> loopback.server.counts().faults() == 1, () -> "a fault");
    var refusal = "left honest: worker.honest belongs to";
    awaitTrue(
        () -> loopback.events.removeIf(event -> event.startsWith(refusal)), () -> "its reason");
  }

  // ---- what it says first

  @Test
  void a_peer_that_says_no_hello_in_time_is_closed() throws IOException {
    var mallory = dial();
    mallory.handshake();
    closed(mallory, "left m: no HELLO within 1500 ms");
  }

  @Test
  void a_hello_that_comes_octet_by_octet_is_closed_in_time() throws IOException {
    var mallory = dial();
    var hello = RawPeer.octets(Frame.of(FrameType.HELLO, 0, new byte[200], NONE));
    mallory.send(java.util.Arrays.copyOf(hello, 50));
    closed(mallory, "left m: no HELLO within 1500 ms");
  }

  @Test
  void another_frame_before_hello_is_closed() throws IOException {
    closed(dial().send(FrameType.PING, 1), "left m: PING: unexpected PING: HELLO comes first");
  }

  @Test
  void a_hello_of_another_version_is_closed() throws IOException {
    var hello = new Control.Hello(2, 8, 0, Loopback.report());
    closed(dial().send(FrameType.HELLO, 0, hello), "left m: HELLO: unexpected HELLO: version 2");
  }

  @Test
  void a_hello_that_asks_for_capabilities_nobody_knows_is_closed() throws IOException {
    var hello = new Control.Hello(1, 8, 4, Loopback.report());
    closed(dial().send(FrameType.HELLO, 0, hello), "left m: HELLO: unexpected HELLO: unknown cap");
  }

  @Test
  void an_order_that_a_worker_did_not_offer_to_take_is_not_sent() throws IOException {
    linked();
    var batch = new Reply.Batch(Bytes.utf8("{}"), 0, List.of());
    var order = new Order.Resign(Bytes.utf8("{}"), Bytes.wrap(new byte[64]), batch);
    var answer = loopback.server.order("worker.m", order);
    awaitTrue(answer::isComplete, () -> "an answer");
    assertEquals(LinkFailure.NOT_OFFERED, LinkFailure.of(answer.cause()));
    assertEquals(0, loopback.server.counts().orders());
  }

  @Test
  void a_hello_that_does_not_decode_is_closed() throws IOException {
    closed(dial().send(FrameType.HELLO, 0, new byte[] {1, 2}, NONE), "left m: HELLO: control is");
  }

  @Test
  void a_second_hello_is_closed() throws IOException {
    var hello = new Control.Hello(1, 8, 0, Loopback.report());
    closed(linked().send(FrameType.HELLO, 0, hello), "left m: HELLO: unexpected HELLO: a second");
  }

  @Test
  void a_frame_larger_than_a_hello_can_be_is_closed_before_hello() throws IOException {
    closed(dial().sendHex("00010000 01"), "left m: frame of length 65536, not 13 to 32768");
  }

  // ---- frames

  @Test
  void garbage_is_closed() throws IOException {
    var chance = new SplittableRandom(4);
    for (int i = 0; i < 20; i++) {
      var garbage = new byte[64];
      chance.nextBytes(garbage);
      garbage[0] |= 1; // a length beyond a mebibyte
      try (var mallory = linked()) {
        mallory.send(garbage).awaitClosed();
      }
    }
    awaitTrue(() -> loopback.server.counts().faults() == 20, () -> "20 faults");
  }

  @Test
  void an_oversized_frame_is_closed_before_it_is_read() throws IOException {
    closed(linked().sendHex("7fffffff"), "left m: frame of length 2147483647, not 13 to 1048576");
  }

  @Test
  void a_negative_length_is_closed() throws IOException {
    closed(linked().sendHex("ffffffff"), "left m: frame of length 4294967295");
  }

  @Test
  void a_frame_shorter_than_its_own_fields_is_closed() throws IOException {
    closed(linked().sendHex("0000000c"), "left m: frame of length 12, not 13");
  }

  @Test
  void an_unknown_type_is_closed() throws IOException {
    closed(
        linked().sendHex("0000000d 10 0000000000000000 00000000"), "left m: frame of unknown type");
  }

  @Test
  void a_header_longer_than_its_frame_is_closed() throws IOException {
    closed(
        linked().sendHex("0000000d 07 0000000000000000 00000001"), "left m: header of 1 octets in");
  }

  @Test
  void a_frame_that_begins_and_does_not_end_is_closed_in_time() throws IOException {
    closed(linked().sendHex("00000100 07 00"), "left m: a frame did not end within 1600 ms");
  }

  @Test
  void a_header_that_does_not_decode_is_closed() throws IOException {
    closed(linked().send(FrameType.REPORT, 0, new byte[] {(byte) 0xa0}, NONE), "left m: REPORT: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ORDER", "ANSWER", "HELLO_OK"})
  void a_frame_that_only_a_head_sends_is_closed(String type) throws IOException {
    closed(linked().send(FrameType.valueOf(type), 2), "left m: " + type + ": unexpected " + type);
  }

  @Test
  void a_pong_without_a_ping_is_closed() throws IOException {
    closed(linked().send(FrameType.PONG, 1), "left m: PONG: unexpected PONG: no ping 1");
  }

  // ---- replies

  @Test
  void a_reply_to_an_order_of_another_worker_is_closed_and_reaches_nobody() throws IOException {
    var held = Promise.<Reply>promise();
    loopback.worker("victim", order -> held.future());
    var order = loopback.server.order("worker.victim", invoke("?"));
    awaitTrue(() -> loopback.server.counts().inFlight() == 1, () -> "in flight");

    closed(
        linked().send(FrameType.REPLY, 2, Loopback.done(Bytes.utf8("forged"))),
        "left m: REPLY: reply to 2, which is not open here");

    held.complete(Loopback.done(Bytes.utf8("genuine")));
    assertEquals("genuine", output(await(order)));
  }

  @Test
  void a_second_reply_to_one_order_is_closed() throws IOException {
    var mallory = linked();
    var order = loopback.server.order("worker.m", invoke("?"));
    var got = mallory.read(FrameType.ORDER);
    mallory.send(FrameType.REPLY, got.id, new Reply.Evicted());
    assertEquals(new Reply.Evicted(), await(order));

    closed(
        mallory.send(FrameType.REPLY, got.id, new Reply.Evicted()),
        "left m: REPLY: reply to " + got.id + ", which is not open here");
  }

  @Test
  void a_second_late_reply_is_closed_and_the_first_ignored() throws IOException {
    var mallory = linked();
    var order = loopback.server.order("worker.m", invoke(Bytes.EMPTY, 50));
    var got = mallory.read(FrameType.ORDER);
    assertEquals(LinkFailure.TIMED_OUT, failure(order));
    mallory.send(FrameType.REPLY, got.id, new Reply.Evicted());
    awaitTrue(() -> loopback.server.counts().late() == 1, () -> "ignored and counted");

    closed(
        mallory.send(FrameType.REPLY, got.id, new Reply.Evicted()),
        "left m: REPLY: reply to " + got.id + ", which is not open here");
  }

  @Test
  void a_reply_that_does_not_decode_closes_the_link_and_fails_its_order() throws IOException {
    var mallory = linked();
    var order = loopback.server.order("worker.m", invoke("?"));
    var got = mallory.read(FrameType.ORDER);

    closed(mallory.send(FrameType.REPLY, got.id, new byte[] {1}, NONE), "left m: REPLY: ");

    assertEquals(LinkFailure.LOST, failure(order));
  }

  // ---- asks, streams, flow

  @Test
  void an_ask_whose_id_is_not_its_own_to_choose_is_closed() throws IOException {
    var ask = new Ask.Fetch(Digest.of(Bytes.EMPTY));
    closed(linked().send(FrameType.ASK, 2, ask), "left m: ASK: ask with id 2, not odd");
  }

  @Test
  void more_asks_than_granted_are_closed() throws IOException {
    loopback.answers = _ -> Promise.<Answer>promise().future();
    var ask = new Ask.Fetch(Digest.of(Bytes.EMPTY));
    var mallory = linked();
    for (int i = 0; i <= Loopback.LIMITS.asks(); i++) mallory.send(FrameType.ASK, 2L * i + 1, ask);
    closed(mallory, "left m: ASK: more than 16 asks at one time");
  }

  @Test
  void a_stream_nobody_waits_for_is_closed() throws IOException {
    closed(
        linked().send(FrameType.STREAM, 2, new Control.Stream(Kind.REPLY, 100)),
        "left m: STREAM: reply to 2, which is not open here");
    closed(
        linked().send(FrameType.STREAM, 1, new Control.Stream(Kind.ASK, 100)),
        "left m: STREAM: a worker streams no ASK");
  }

  @Test
  void a_stream_over_the_bound_of_a_message_is_closed_before_anything_is_reserved()
      throws IOException {
    var mallory = linked();
    loopback.server.order("worker.m", invoke("?"));
    long id = mallory.read(FrameType.ORDER).id;
    closed(
        mallory.send(FrameType.STREAM, id, new Control.Stream(Kind.REPLY, Integer.MAX_VALUE)),
        "left m: STREAM: stream of 2147483647 octets");
  }

  @Test
  void more_data_than_a_stream_announced_is_closed() throws IOException {
    var mallory = linked();
    loopback.server.order("worker.m", invoke("?"));
    long id = mallory.read(FrameType.ORDER).id;
    mallory.send(FrameType.STREAM, id, new Control.Stream(Kind.REPLY, 100));
    assertEquals(id, mallory.read(FrameType.CREDIT).id);
    closed(
        mallory.send(FrameType.DATA, id, NONE, new byte[101]),
        "left m: DATA: 101 octets for stream " + id + ", not 1 to 100");
  }

  @Test
  void a_stream_that_ends_early_is_closed() throws IOException {
    var mallory = linked();
    loopback.server.order("worker.m", invoke("?"));
    long id = mallory.read(FrameType.ORDER).id;
    mallory.send(FrameType.STREAM, id, new Control.Stream(Kind.REPLY, 100));
    closed(mallory.send(FrameType.END, id), "left m: END: stream " + id + " ended with 0 octets");
  }

  @Test
  void a_granted_stream_that_does_not_move_is_closed_in_time() throws IOException {
    var mallory = linked();
    loopback.server.order("worker.m", invoke("?"));
    long id = mallory.read(FrameType.ORDER).id;
    mallory.send(FrameType.STREAM, id, new Control.Stream(Kind.REPLY, 100));
    closed(mallory, "left m: a granted stream did not move for 1600 ms");
  }

  @Test
  void data_and_credit_for_streams_that_do_not_exist_are_closed() throws IOException {
    closed(linked().send(FrameType.DATA, 2, NONE, new byte[1]), "left m: DATA: data for stream 2");
    closed(linked().send(FrameType.CREDIT, 2), "left m: CREDIT: credit for stream 2");
    closed(linked().send(FrameType.CANCEL, 2), "left m: CANCEL: unexpected CANCEL: no stream 2");
  }

  @Test
  void a_peer_that_takes_a_large_order_and_does_not_read_it_is_closed_in_time() throws IOException {
    var mallory = linked();
    var order = loopback.server.order("worker.m", invoke(Bytes.wrap(new byte[60 << 20]), 60_000));
    var stream = mallory.read(FrameType.STREAM);
    mallory.send(FrameType.CREDIT, stream.id);

    assertEquals(LinkFailure.LOST, failure(order));
    loopback.awaitEvent("left m: it does not read");
  }

  @Test
  void a_peer_that_falls_silent_is_closed_when_idle() throws IOException {
    var mallory = linked();
    loopback.awaitEvent("left m: nothing heard for 3500 ms");
    mallory.close();
  }

  // ---- a head that is none

  @Test
  void a_worker_says_nothing_to_a_peer_that_is_no_head() throws Exception {
    var impostor = RawPeer.context(identities.of(Identities.worker("impostor")));
    try (var listening = impostor.getServerSocketFactory().createServerSocket(0)) {
      listening.setSoTimeout(10_000);
      var worker =
          new LinkClient(
              loopback.another(),
              identities.of(Identities.worker("w-1")),
              java.util.List.of(new HeadAddress(Loopback.LOCALHOST, listening.getLocalPort())),
              Loopback::report,
              Loopback.LIMITS);
      worker.start();
      try (var socket = (javax.net.ssl.SSLSocket) listening.accept()) {
        socket.setNeedClientAuth(true);
        var peer = new RawPeer(socket);
        assertThrows(IOException.class, peer::read, "not one frame arrives");
      }
      assertEquals(0, worker.linked());
      await(worker.close());
    }
  }

  private RawPeer dial() throws IOException {
    return RawPeer.dial(identities.of(Identities.worker("m")), loopback.port);
  }

  private RawPeer linked() throws IOException {
    loopback.events.removeIf(event -> event.startsWith("left m"));
    return dial().greet(8);
  }

  private void closed(RawPeer mallory, String event) {
    mallory.awaitClosed();
    mallory.close();
    loopback.awaitEvent(event);
  }

  /**
   * With TLS 1.3 a client's handshake ends before the server has judged it; then comes the alert.
   */
  private void refusedByTls(RawPeer mallory) {
    assertThrows(
        IOException.class,
        () -> {
          mallory.handshake();
          mallory.greet(8);
        });
    mallory.close();
    awaitTrue(() -> loopback.server.counts().refused() == 1, () -> "refused and counted");
    assertEquals(1, loopback.server.counts().joined());
  }
}
