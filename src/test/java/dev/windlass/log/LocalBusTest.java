package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The channel within one process, and the log's end of it. */
class LocalBusTest {
  private final LocalBus.Topic topic = new LocalBus.Topic();

  /** Sends only what it was asked for, and counts acks. */
  private static final class Producer implements Flow.Subscription {
    final Flow.Subscriber<Message<?>> to;
    final AtomicLong wanted = new AtomicLong();
    final List<String> acked = Collections.synchronizedList(new ArrayList<>());

    Producer(LocalBus.Topic topic) {
      to = topic.producer();
      to.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      wanted.addAndGet(n);
    }

    @Override
    public void cancel() {}

    void send(Bytes octets, String name) {
      assertTrue(wanted.getAndDecrement() > 0, "nobody asked for " + name);
      to.onNext(
          Message.of(
              octets.toArray(),
              () -> {
                acked.add(name);
                return CompletableFuture.completedFuture(null);
              }));
    }
  }

  /** Asks when it is told to. */
  private static final class Consumer implements Flow.Subscriber<Message<?>> {
    final List<Message<?>> got = new ArrayList<>();
    Flow.Subscription from;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      from = subscription;
    }

    @Override
    public void onNext(Message<?> message) {
      got.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onComplete() {}
  }

  @Test
  void a_producer_is_asked_for_so_many_and_for_one_more_when_one_has_left() {
    var producer = new Producer(topic);
    var consumer = new Consumer();
    assertEquals(LocalBus.Topic.ROOM, producer.wanted.get());
    for (int i = 0; i < LocalBus.Topic.ROOM; i++) producer.send(Bytes.utf8("x"), "m" + i);
    assertEquals(0, producer.wanted.get());

    topic.subscribe(consumer);
    assertEquals(0, consumer.got.size());
    consumer.from.request(3);

    assertEquals(3, consumer.got.size());
    assertEquals(3, producer.wanted.get());
    consumer.from.request(Long.MAX_VALUE);
    consumer.from.request(Long.MAX_VALUE);
    assertEquals(LocalBus.Topic.ROOM, consumer.got.size());
    assertEquals(List.of(), producer.acked);
    consumer.got.getLast().ack().toCompletableFuture().join();
    assertEquals(List.of("m" + (LocalBus.Topic.ROOM - 1)), producer.acked);
  }

  @Test
  void several_producers_share_one_consumer_and_a_second_consumer_is_refused() {
    var first = new Producer(topic);
    var second = new Producer(topic);
    var consumer = new Consumer();
    topic.subscribe(consumer);
    consumer.from.request(10);

    first.send(Bytes.utf8("a"), "a");
    second.send(Bytes.utf8("b"), "b");

    assertEquals(2, consumer.got.size());
    assertEquals(LocalBus.Topic.ROOM, first.wanted.get());
    assertThrows(IllegalStateException.class, () -> topic.subscribe(new Consumer()));
  }

  @Test
  void a_message_is_acknowledged_after_its_commit_or_its_refusal_and_never_before(
      @TempDir Path directory) {
    try (var log = new TestLog(directory)) {
      log.open();
      var head = log.head("h1");
      log.witnesses.setAll(TestWitnesses.Mood.DOWN);
      log.reopen();
      var entries = new EntriesIn();
      var producer = new Producer(topic);
      topic.subscribe(cast(entries.submissions()));
      var receipts = head.batch(3);
      producer.send(Bytes.utf8("poison"), "poison");
      producer.send(receipts.octets(), "receipts");
      assertEquals(List.of(), producer.acked);

      entries.feed(log.log());
      TestLog.await("it was tried", () -> log.log().counts().later() > 2);
      assertFalse(producer.acked.contains("receipts"));

      log.witnesses.setAll(TestWitnesses.Mood.HONEST);
      TestLog.await("acknowledged", () -> producer.acked.contains("receipts"));
      assertInstanceOf(Found.Logged.class, log.receipt(receipts.id(), Duration.ofSeconds(10)));
      TestLog.await("acknowledged", () -> producer.acked.contains("poison"));
      assertEquals(1, log.log().counts().refused(Refusal.MALFORMED));
      assertEquals(Optional.empty(), duplicate(producer.acked));
    }
  }

  private static Optional<String> duplicate(List<String> names) {
    return names.stream().filter(n -> names.indexOf(n) != names.lastIndexOf(n)).findFirst();
  }

  @SuppressWarnings("unchecked")
  private static Flow.Subscriber<Message<?>> cast(Flow.Subscriber<Message<byte[]>> to) {
    return (Flow.Subscriber<Message<?>>) (Flow.Subscriber<?>) to;
  }
}
