package dev.windlass.registrar;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Surroundings;
import dev.windlass.identity.Tls;
import dev.windlass.json.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The registrar's HTTPS edge: TLS 1.3 only, a client certificate if the client has one, a few POST
 * paths. A body is read up to its bound and for ten seconds; deciding happens on virtual threads,
 * so many at once and no more.
 */
final class RegistrarServer {
  private static final int MAX_CONNECTIONS = 256;
  private static final int MAX_DECIDING = 16;
  private static final int IDLE_SECONDS = 15;
  private static final long BODY_MILLIS = 10_000;

  /** Before the connection would be idle for too long. */
  private static final long DECIDING_MILLIS = 12_000;

  private final Vertx vertx;
  private final Desk desk;
  private final RateBound rate;
  private final HttpServer server;
  private final Semaphore deciding = new Semaphore(MAX_DECIDING);
  private final AtomicInteger connections = new AtomicInteger();

  RegistrarServer(Vertx vertx, Desk desk, CredentialSource own, Surroundings around) {
    this.vertx = vertx;
    this.desk = desk;
    this.rate = new RateBound(around.clock());
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(false)
            .setEnabledSecureTransportProtocols(Set.of(Tls.PROTOCOL))
            .setKeyCertOptions(KeyCertOptions.wrap(Tls.keyManager(own)))
            .setTrustOptions(TrustOptions.wrap(Tls.trustManager(desk.peers())))
            .setClientAuth(ClientAuth.REQUEST)
            .setSslHandshakeTimeout(10)
            .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            .setMaxHeaderSize(4096)
            .setMaxInitialLineLength(1024);
    this.server = vertx.createHttpServer(options);
    server.connectionHandler(
        c -> {
          if (connections.incrementAndGet() > MAX_CONNECTIONS) c.close();
          c.closeHandler(_ -> connections.decrementAndGet());
        });
    server.requestHandler(this::handle);
    // handshakes that fail are the peer's business; it learns why by the alert
    server.exceptionHandler(_ -> {});
  }

  Future<Integer> listen(String host, int port) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  Future<Void> close() {
    return server.close();
  }

  private void handle(HttpServerRequest request) {
    var decide = request.path() == null ? null : desk.at(request.path());
    if (decide == null) {
      refuse(request, new Refusal(404, "not-found", "No such path", "nothing at " + path(request)));
    } else if (!request.method().equals(HttpMethod.POST)) {
      request.response().putHeader("Allow", "POST");
      var detail = path(request) + " takes POST, not " + request.method();
      refuse(request, new Refusal(405, "method-not-allowed", "Wrong method", detail));
    } else if (!rate.allows(request.remoteAddress().hostAddress())) {
      refuse(request, Refusal.busy(429, "too many requests from this address, or from all"));
    } else {
      readBody(request, decide);
    }
  }

  private void readBody(HttpServerRequest request, Function<Desk.Asked, Answer> decide) {
    var context = vertx.getOrCreateContext();
    var body = Buffer.buffer();
    var tooSlow = vertx.setTimer(BODY_MILLIS, _ -> request.connection().close());
    request.exceptionHandler(_ -> vertx.cancelTimer(tooSlow));
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > Desk.MAX_BODY) {
            vertx.cancelTimer(tooSlow);
            request.handler(null).endHandler(null);
            var detail = "a body here has at most " + Desk.MAX_BODY + " bytes";
            refuse(request, new Refusal(413, "body-too-large", "The body is too large", detail));
          } else {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(
        _ -> {
          vertx.cancelTimer(tooSlow);
          decideElsewhere(
              context,
              request,
              () -> decide.apply(new Desk.Asked(body.getBytes(), session(request))));
        });
  }

  private static @Nullable SSLSession session(HttpServerRequest request) {
    return request.connection().sslSession();
  }

  private void decideElsewhere(
      Context context, HttpServerRequest request, Supplier<Answer> decide) {
    if (!deciding.tryAcquire()) {
      refuse(request, Refusal.busy(503, MAX_DECIDING + " requests are being decided already"));
      return;
    }
    var tooLong =
        vertx.setTimer(
            DECIDING_MILLIS,
            _ -> {
              var why = "no decision within " + DECIDING_MILLIS + " ms: somebody does not answer";
              refuse(request, Refusal.busy(503, why));
            });
    Thread.ofVirtual()
        .name("windlass-registrar")
        .start(
            () -> {
              Answer answer =
                  new Answer.Refused(
                      new Refusal(
                          500, "internal", "A defect", "the registrar failed; see its log"));
              try {
                answer = decide.get();
              } finally {
                deciding.release();
                vertx.cancelTimer(tooLong);
                var result = answer;
                context.runOnContext(_ -> send(request, result));
              }
            });
  }

  private static void send(HttpServerRequest request, Answer answer) {
    switch (answer) {
      case Answer.Granted(var body) -> send(request, 200, "application/json", body);
      case Answer.Refused(var why) -> refuse(request, why);
    }
  }

  /** And closes: who was refused has no more to say, and what is unread is not read. */
  private static void refuse(HttpServerRequest request, Refusal why) {
    if (request.response().closed() || request.response().ended()) return;
    request.response().putHeader("Connection", "close");
    if (why.status() == 429 || why.status() == 503)
      request.response().putHeader("Retry-After", "1");
    send(request, why.status(), "application/problem+json", why.json());
  }

  private static void send(HttpServerRequest request, int status, String type, Json body) {
    var response = request.response();
    if (response.closed() || response.ended()) return;
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Cache-Control", "no-store")
        .end(Buffer.buffer(body.canonical()));
  }

  private static String path(HttpServerRequest request) {
    return String.valueOf(request.path());
  }
}
