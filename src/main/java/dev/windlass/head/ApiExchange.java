package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** One request to the management API: its parameters, and the ways to answer it. */
final class ApiExchange {
  static final String NDJSON = "application/x-ndjson";

  private final RoutingContext context;
  private final Exchange exchange;

  /** On the event loop. */
  ApiExchange(Vertx vertx, RoutingContext context) {
    this.context = context;
    this.exchange = new Exchange(vertx, context.request());
  }

  HttpServerRequest request() {
    return context.request();
  }

  String path(String parameter) {
    return context.pathParam(parameter);
  }

  Optional<String> query(String parameter) {
    return Optional.ofNullable(context.request().getParam(parameter));
  }

  /** Whom a quota counts: the address that called. */
  String caller() {
    var remote = context.request().remoteAddress();
    return remote == null ? "" : String.valueOf(remote.hostAddress());
  }

  boolean accepts(String type) {
    var accept = context.request().getHeader("Accept");
    return accept != null && accept.contains(type);
  }

  /** Where clients reach this head: as configured, else as this client did. */
  String baseUrl(String configured) {
    if (!configured.isEmpty()) return configured;
    var host = context.request().getHeader("Host");
    return context.request().scheme() + "://" + (host == null ? "localhost" : host);
  }

  void json(int status, Json json) {
    answer(status, "application/json", Bytes.wrap(json.canonical()));
  }

  void answer(int status, String type, Bytes body) {
    exchange.answer(
        new HttpAnswer(
            status,
            List.of(Map.entry("Content-Type", type), Map.entry("Cache-Control", "no-store")),
            body));
  }

  void answer(HttpAnswer answer) {
    exchange.answer(answer);
  }

  /** Completes if the client goes away before it has its answer; for once. */
  CompletionStage<Void> gone() {
    return exchange.gone();
  }

  void empty(int status) {
    exchange.answer(new HttpAnswer(status, List.of(), Bytes.EMPTY));
  }

  void problem(Problem problem) {
    exchange.answer(HttpAnswer.of(problem));
  }

  /** For a request whose body was not read to its end. */
  void refuse(Problem problem) {
    exchange.onLoop(() -> exchange.refuse(HttpAnswer.of(problem)));
  }

  /** Begins an answer of one JSON value a line. */
  Lines lines() {
    return new Lines(exchange);
  }

  /**
   * Lines to a client that may be slow or gone: what it does not take in time is dropped and
   * counted, in a last {@code {"dropped":n}} before the next line. From any thread, one at a time.
   */
  static final class Lines {
    private static final int MAX_UNSENT = 1_000;

    private final Exchange exchange;
    private final AtomicLong unsent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final CompletableFuture<Runnable> whenClosed = new CompletableFuture<>();
    private volatile boolean closed;

    private Lines(Exchange exchange) {
      this.exchange = exchange;
      exchange.onLoop(
          () -> {
            var response = exchange.request().response();
            if (response.closed() || response.ended()) {
              closed = true;
              return;
            }
            response.closeHandler(_ -> closed());
            response.setChunked(true);
            response.putHeader(HeaderNames.CONTENT_TYPE, NDJSON);
            response.putHeader("Cache-Control", "no-store");
            response.putHeader("X-Content-Type-Options", "nosniff");
          });
    }

    /** Called once when the client is gone or the answer has ended; on any thread. */
    void onClose(Runnable listener) {
      whenClosed.complete(listener);
      if (closed) closed();
    }

    private void closed() {
      closed = true;
      whenClosed.thenAccept(Runnable::run);
    }

    void line(Json json) {
      if (closed) return;
      if (unsent.get() >= MAX_UNSENT) {
        dropped.incrementAndGet();
        return;
      }
      unsent.incrementAndGet();
      exchange.onLoop(
          () -> {
            var response = exchange.request().response();
            if (response.closed() || response.ended()) {
              closed = true;
              return;
            }
            long lost = dropped.getAndSet(0);
            if (lost > 0) response.write(octets(Json.object().put("dropped", lost).build()));
            response.write(octets(json)).onComplete(_ -> unsent.decrementAndGet());
          });
    }

    void end() {
      closed = true;
      exchange.onLoop(
          () -> {
            var response = exchange.request().response();
            if (!response.closed() && !response.ended()) response.end();
          });
    }

    private static Buffer octets(Json json) {
      return Buffer.buffer(json.canonicalText() + "\n", StandardCharsets.UTF_8.name());
    }
  }
}
