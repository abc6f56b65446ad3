package dev.windlass.head;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

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
    if (!request.isEnded()) {
      var connection = request.connection();
      request.exceptionHandler(_ -> {});
      request.handler(_ -> {});
      // A close with octets unread resets the connection, and the client never sees the answer.
      context.owner().setTimer(LINGER_MILLIS, _ -> connection.close());
      request.endHandler(_ -> connection.close());
      request.resume();
    }
    write(answer, !request.isEnded());
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
    if (close) headers.set(HeaderNames.CONNECTION, "close");
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
