package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A body, piece by piece into a sink; the next piece is asked for when the last one is written. The
 * result is what was kept: nothing, or the beginning of the body.
 */
final class Pour implements BodySubscriber<Bytes> {
  private final HttpGet.Sink sink;
  private final CompletableFuture<Bytes> body = new CompletableFuture<>();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private final int mostKept;
  private Flow.@Nullable Subscription subscription;

  private Pour(HttpGet.Sink sink, int mostKept) {
    this.sink = sink;
    this.mostKept = mostKept;
  }

  static Pour into(HttpGet.Sink sink) {
    return new Pour(sink, 0);
  }

  /** The result is the first bytes of the body, and no more of it is read. */
  static Pour beginning(int most) {
    return new Pour((_, _, _) -> {}, most);
  }

  @Override
  public CompletionStage<Bytes> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription begun) {
    subscription = begun;
    begun.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    try {
      for (var piece : pieces) {
        var octets = new byte[piece.remaining()];
        piece.get(octets);
        sink.write(octets, 0, octets.length);
        kept.write(octets, 0, Math.min(octets.length, mostKept - kept.size()));
      }
      if (mostKept > 0 && kept.size() == mostKept) {
        end();
        onComplete();
      } else if (subscription != null) {
        subscription.request(1);
      }
    } catch (IOException | RuntimeException e) {
      end();
      body.completeExceptionally(e);
    }
  }

  private void end() {
    if (subscription != null) subscription.cancel();
  }

  @Override
  public void onError(Throwable broken) {
    body.completeExceptionally(broken);
  }

  @Override
  public void onComplete() {
    body.complete(Bytes.wrap(kept.toByteArray()));
  }
}
