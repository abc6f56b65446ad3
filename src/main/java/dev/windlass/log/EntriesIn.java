package dev.windlass.log;

import dev.windlass.function.Bytes;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * The log's end of the channel of submissions. A message is acknowledged after its leaf is
 * committed, or when it is refused for good: a poison message is counted and logged and holds
 * nobody up. Whatever else goes wrong is tried again here, with the message unacknowledged.
 *
 * <p>It never nacks. A nack would end the channel (Kafka's {@code failure-strategy=fail}) or lose
 * the message (the others); an unacknowledged one only keeps the offset where it is, so that a
 * restarted log gets it again. Up to {@link #CONCURRENT} are underway; their order does not matter,
 * because the log knows each leaf and receipts carry their sequence numbers.
 */
@Singleton
public class EntriesIn {
  static final int CONCURRENT = 64;

  private static final Logger LOG = Logger.getLogger(EntriesIn.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** Both guarded by this. */
  private Optional<LogService> log = Optional.empty();

  private Optional<Flow.Subscription> upstream = Optional.empty();
  private volatile boolean stopped;

  /** From now on messages are taken; before, none was asked for. */
  public synchronized void feed(LogService service) {
    log = Optional.of(service);
    upstream.ifPresent(u -> u.request(CONCURRENT));
  }

  /** Takes no more; those underway stay unacknowledged unless they end by themselves. */
  @PreDestroy
  void stop() {
    stopped = true;
  }

  /** Called once, by the wiring of channels. */
  @Incoming("entriesin")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  public Flow.Subscriber<Message<byte[]>> submissions() {
    return new Flow.Subscriber<>() {
      @Override
      public void onSubscribe(Flow.Subscription subscription) {
        subscribed(subscription);
      }

      @Override
      public void onNext(Message<byte[]> message) {
        take(message, Bytes.wrap(message.getPayload()), 0);
      }

      @Override
      public void onError(Throwable failure) {
        LOG.errorf("event=entries-failed why=%s", failure);
      }

      @Override
      public void onComplete() {
        LOG.debug("event=entries-ended");
      }
    };
  }

  private synchronized void subscribed(Flow.Subscription subscription) {
    upstream = Optional.of(subscription);
    if (log.isPresent()) subscription.request(CONCURRENT);
  }

  private void take(Message<byte[]> message, Bytes submission, int failures) {
    LogService service;
    synchronized (this) {
      service = log.orElseThrow();
    }
    service
        .add(submission)
        .whenComplete(
            (added, failure) -> {
              if (failure != null) again(message, submission, failures, failure.toString());
              else judge(message, submission, failures, added);
            });
  }

  private void judge(Message<byte[]> message, Bytes submission, int failures, Added added) {
    switch (added) {
      case Added.Logged _ -> done(message);
      case Added.Refused refused -> {
        LOG.errorf("event=submission-refused octets=%d why=%s", submission.size(), refused);
        done(message);
      }
      case Added.Later later -> again(message, submission, failures, later.why());
    }
  }

  private void done(Message<byte[]> message) {
    message
        .ack()
        .whenComplete(
            (_, failure) -> {
              // The leaf is in the log; a lost ack only brings the message again.
              if (failure != null) LOG.warnf("event=ack-failed why=%s", failure);
              synchronized (this) {
                upstream.ifPresent(u -> u.request(1));
              }
            });
  }

  private void again(Message<byte[]> message, Bytes submission, int failures, String why) {
    if (stopped) return;
    long pause = Math.min(LONGEST_PAUSE.toMillis(), 50L << Math.min(failures, 10));
    if (failures % 10 == 0)
      LOG.warnf("event=submission-again failures=%d pause=%dms why=%s", failures + 1, pause, why);
    CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)
        .execute(() -> take(message, submission, failures + 1));
  }
}
