package dev.windlass.head;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, pulled piece by piece from a virtual thread: the client sends no faster than
 * the reader takes. At most {@link #AHEAD} pieces are held.
 */
final class BodyStream {
  private static final int AHEAD = 4;
  private static final Duration SLOWEST = Duration.ofSeconds(30);

  private sealed interface Piece {}

  private record Octets(Buffer buffer) implements Piece {}

  private record End() implements Piece {}

  private record Gone(String why) implements Piece {}

  private final HttpServerRequest request;
  private final Context context;

  /** Room for what may come unasked: the end, or the connection's. */
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(AHEAD + 2);

  /** On the request's event loop, before anything was read. */
  BodyStream(Vertx vertx, HttpServerRequest request) {
    this.request = request;
    this.context = vertx.getOrCreateContext();
    request.pause();
    request.handler(buffer -> pieces.offer(new Octets(buffer)));
    request.endHandler(_ -> pieces.offer(new End()));
    request.exceptionHandler(e -> pieces.offer(new Gone(String.valueOf(e.getMessage()))));
    if (BodyReader.expectsContinue(request)) request.response().writeContinue();
    request.fetch(AHEAD);
  }

  /**
   * The next piece, or null at the end.
   *
   * @throws IOException when the client went away or sends nothing for {@link #SLOWEST}
   */
  byte @Nullable [] next() throws IOException {
    Piece piece;
    try {
      piece = pieces.poll(SLOWEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading the body", e);
    }
    return switch (piece) {
      case null -> throw new IOException("the client sent nothing for " + SLOWEST);
      case Octets(var buffer) -> {
        context.runOnContext(_ -> request.fetch(1));
        yield buffer.getBytes();
      }
      case End() -> null;
      case Gone(var why) -> throw new EOFException("the client went away: " + why);
    };
  }
}
