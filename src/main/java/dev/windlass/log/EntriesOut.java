package dev.windlass.log;

import dev.windlass.function.Bytes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The producer's end of the channel on which submissions travel to the log. Which connector carries
 * it is configuration: {@code local-bus}, where the ack is the log's commit, or {@code
 * smallrye-kafka}, where it is the brokers' ({@code acks=all}).
 */
@Singleton
public final class EntriesOut {
  /** Messages that wait for the connector to take them. */
  private static final int BUFFER = 128;

  private final Emitter<byte[]> emitter;
  private final String connector;

  @Inject
  EntriesOut(
      @ConfigProperty(name = "mp.messaging.outgoing.entriesout.connector") String connector,
      @Channel("entriesout") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = BUFFER)
          Emitter<byte[]> emitter) {
    this.connector = connector;
    this.emitter = emitter;
  }

  /** Whether the channel leads to a log of this process and to no other. */
  public boolean isWithinThisProcess() {
    return connector.equals(LocalBus.NAME);
  }

  /**
   * Completes when the channel has acknowledged the submission; fails when that is not known, or
   * when the channel has no room, and then the same octets may be sent again. Never blocks.
   */
  public CompletionStage<Void> send(Bytes submission) {
    try {
      return emitter.send(submission.unsafeArray());
    } catch (IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
