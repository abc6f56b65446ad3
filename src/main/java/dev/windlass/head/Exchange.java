package dev.windlass.head;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes one answer, from any thread, on the request's own event loop. A client that is gone gets
 * none.
 */
final class Exchange {
  /** How long a refused upload may go on before the connection closes under it. */
  private static final long LINGER_MILLIS = 2_000;

  private final HttpServerRequest request;
  private final Context context;

  /** On the request's event loop. */
  Exchange(Vertx vertx, HttpServerRequest request) {
    this.request = request;
    this.context = vertx.getOrCreateContext();
  }

  HttpServerRequest request() {
    return request;
  }

  /** From any thread. */
  void answer(HttpAnswer answer) {
    context.runOnContext(_ -> write(answer, false));
  }

  /**
   * On the event loop, for a request whose body was not read: what still comes of it is thrown
   * away.
   */
  void refuse(HttpAnswer answer) {
    var response = request.response();
    if (response.ended() || response.closed()) return;
    boolean unread = !request.isEnded() && mayHaveBody();
    if (unread) {
      request.exceptionHandler(_ -> {});
      request.handler(_ -> {});
      if (!isHttp2()) closeAfterwards();
      request.resume();
    }
    write(answer, unread);
  }

  /**
   * A close with octets unread resets the connection, and the client never sees the answer: read
   * on.
   */
  private void closeAfterwards() {
    var connection = request.connection();
    context.owner().setTimer(LINGER_MILLIS, _ -> connection.close());
    request.endHandler(_ -> connection.close());
  }

  private boolean mayHaveBody() {
    return isHttp2()
        || BodyReader.contentLength(request) > 0
        || request.getHeader(HttpHeaderNames.TRANSFER_ENCODING) != null;
  }

  private boolean isHttp2() {
    return request.version() == HttpVersion.HTTP_2;
  }

  /** Completes if the client goes away before it has its answer. From any thread; for once. */
  CompletionStage<Void> gone() {
    var gone = new CompletableFuture<Void>();
    context.runOnContext(
        _ -> {
          var response = request.response();
          if (response.closed()) gone.complete(null);
          else if (!response.ended()) response.closeHandler(_ -> gone.complete(null));
        });
    return gone;
  }

  /** From any thread: something to do on the event loop. */
  void onLoop(Runnable action) {
    context.runOnContext(_ -> action.run());
  }

  private void write(HttpAnswer answer, boolean close) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) return;
    response.setStatusCode(answer.status());
    var headers = response.headers();
    for (var header : answer.headers()) headers.add(header.getKey(), header.getValue());
    if (isHttp2()) headers.remove(HeaderNames.CONNECTION);
    else if (close) headers.set(HeaderNames.CONNECTION, "close");
    boolean bodiless =
        answer.status() == 204 || answer.status() == 304 || request.method().name().equals("HEAD");
    if (!bodiless) {
      response.end(Buffer.buffer(answer.body().unsafeArray()));
      return;
    }
    if (request.method().name().equals("HEAD") && answer.status() != 204 && answer.status() != 304)
      headers.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(answer.body().size()));
    response.end();
  }
}
