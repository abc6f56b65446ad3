package dev.windlass.log;

import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.smallrye.reactive.messaging.connector.OutboundConnector;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * Connector {@code local-bus}: channels that name the same {@code topic} are joined within this
 * process. The message itself is handed over, so that the consumer's ack is the producer's.
 *
 * <p>Each producer may have {@link Topic#ROOM} messages underway; it gets room for one more when
 * one has left the queue, so nothing is dropped and nothing grows. Holds nothing across a restart:
 * who was not acknowledged sends again.
 */
@ApplicationScoped
@Connector(LocalBus.NAME)
public class LocalBus implements InboundConnector, OutboundConnector {
  static final String NAME = "local-bus";

  private final Map<String, Topic> topics = new ConcurrentHashMap<>();

  @Override
  public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
    return topic(config);
  }

  @Override
  public Flow.Subscriber<? extends Message<?>> getSubscriber(Config config) {
    return topic(config).producer();
  }

  private Topic topic(Config config) {
    var name =
        config
            .getOptionalValue("topic", String.class)
            .orElseGet(() -> config.getValue("channel-name", String.class));
    return topics.computeIfAbsent(name, _ -> new Topic());
  }

  /** One consumer, any number of producers, a queue between them. */
  static final class Topic implements Flow.Publisher<Message<?>>, Flow.Subscription {
    static final int ROOM = 32;

    private record Sent(Message<?> message, Flow.Subscription by) {}

    private final ReentrantLock lock = new ReentrantLock();

    /** At most {@link #ROOM} for each producer. The rest, too, is guarded by the lock. */
    private final ArrayDeque<Sent> queue = new ArrayDeque<>();

    private final List<Flow.Subscriber<? super Message<?>>> consumer = new ArrayList<>(1);
    private long wanted;
    private boolean delivering;

    @Override
    public void subscribe(Flow.Subscriber<? super Message<?>> subscriber) {
      lock.lock();
      try {
        if (!consumer.isEmpty())
          throw new IllegalStateException("a topic of local-bus has one consumer, here a second");
        consumer.add(subscriber);
      } finally {
        lock.unlock();
      }
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      lock.lock();
      try {
        wanted = n > Long.MAX_VALUE - wanted ? Long.MAX_VALUE : wanted + n;
      } finally {
        lock.unlock();
      }
      deliver();
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        consumer.clear();
        wanted = 0;
      } finally {
        lock.unlock();
      }
    }

    Flow.Subscriber<Message<?>> producer() {
      return new Flow.Subscriber<>() {
        private volatile Flow.Subscription upstream;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
          upstream = subscription;
          subscription.request(ROOM);
        }

        @Override
        public void onNext(Message<?> message) {
          lock.lock();
          try {
            queue.add(new Sent(message, upstream));
          } finally {
            lock.unlock();
          }
          deliver();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
      };
    }

    /**
     * One thread at a time delivers, outside the lock; who comes meanwhile leaves it to that one.
     */
    private void deliver() {
      while (true) {
        Sent next;
        Flow.Subscriber<? super Message<?>> to;
        lock.lock();
        try {
          if (delivering || wanted == 0 || queue.isEmpty() || consumer.isEmpty()) return;
          delivering = true;
          wanted--;
          next = queue.remove();
          to = consumer.getFirst();
        } finally {
          lock.unlock();
        }
        try {
          to.onNext(next.message());
        } finally {
          lock.lock();
          delivering = false;
          lock.unlock();
        }
        next.by().request(1);
      }
    }
  }
}
