package dev.windlass.operator;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Tls;
import dev.windlass.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the operator fetched, for heads: {@code GET /artifacts/<sha256 hex>} over mutual TLS 1.3.
 * Every identity of the trust domain may connect, and is told why it gets nothing unless it is a
 * head. Files are sent as they are; heads hash what they get.
 */
public final class ArtifactServer implements LeaderTask {
  private static final String PREFIX = "/artifacts/";
  private static final int MAX_CONNECTIONS = 256;

  /** Files on their way at one time. */
  private static final int MAX_SENDING = 32;

  private static final int IDLE_SECONDS = 30;

  private final ContentStore store;
  private final Identity identity;
  private final String host;
  private final int port;
  private final InstantSource clock;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger sending = new AtomicInteger();
  private @Nullable Vertx vertx;
  private volatile int actualPort;

  /** Gives the credentials that this server shows, when it starts. */
  public interface Identity {
    CredentialSource open() throws IOException;
  }

  public ArtifactServer(
      ContentStore store, Identity identity, String host, int port, InstantSource clock) {
    this.store = store;
    this.identity = identity;
    this.host = host;
    this.port = port;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "artifacts";
  }

  @Override
  public synchronized void start() throws IOException {
    var own = identity.open();
    var heads = PeerVerifier.of(own, id -> id.role().equals(SpiffeId.HEAD), clock);
    var opened = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));
    try {
      var server = opened.createHttpServer(options(own));
      server.connectionHandler(
          c -> {
            if (connections.incrementAndGet() > MAX_CONNECTIONS) c.close();
            c.closeHandler(_ -> connections.decrementAndGet());
          });
      server.requestHandler(request -> handle(opened, heads, request));
      // handshakes that fail are the peer's business; it learns why by the alert
      server.exceptionHandler(_ -> {});
      actualPort =
          server
              .listen(port, host)
              .map(HttpServer::actualPort)
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      vertx = opened;
    } catch (RuntimeException e) {
      opened.close();
      throw new IOException(
          "the artifact service cannot listen on %s:%d: %s".formatted(host, port, e.getMessage()),
          e);
    }
  }

  /** Where it listens, once it was started. */
  public int port() {
    return actualPort;
  }

  @Override
  public synchronized void stop() {
    if (vertx == null) return;
    vertx.close().toCompletionStage().toCompletableFuture().join();
    vertx = null;
  }

  private HttpServerOptions options(CredentialSource own) {
    var anyone = PeerVerifier.of(own, _ -> true, clock);
    return new HttpServerOptions()
        .setSsl(true)
        .setUseAlpn(false)
        .setEnabledSecureTransportProtocols(Set.of(Tls.PROTOCOL))
        .setKeyCertOptions(KeyCertOptions.wrap(Tls.keyManager(own)))
        .setTrustOptions(TrustOptions.wrap(Tls.trustManager(anyone)))
        .setClientAuth(ClientAuth.REQUIRED)
        .setSslHandshakeTimeout(10)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setMaxHeaderSize(4096)
        .setMaxInitialLineLength(1024);
  }

  private void handle(Vertx vertx, PeerVerifier heads, HttpServerRequest request) {
    try {
      heads.peer(request.connection().sslSession());
    } catch (CertificateException e) {
      refuse(request, 403, "not-a-head", "artifacts are for heads: " + e.getMessage());
      return;
    }
    var digest = digest(request);
    if (digest.isEmpty()) {
      refuse(request, 404, "not-found", "expected " + PREFIX + "<64 hex digits>");
    } else if (!request.method().equals(HttpMethod.GET)) {
      request.response().putHeader("Allow", "GET");
      refuse(request, 405, "method-not-allowed", "an artifact takes GET, not " + request.method());
    } else if (sending.incrementAndGet() > MAX_SENDING) {
      sending.decrementAndGet();
      request.response().putHeader("Retry-After", "1");
      refuse(request, 503, "busy", MAX_SENDING + " artifacts are being sent already");
    } else {
      vertx
          .executeBlocking(() -> store.file(digest.get()))
          .onSuccess(file -> send(request, digest.get(), file))
          .onFailure(e -> refuse(request, 500, "internal", String.valueOf(e.getMessage())))
          .onFailure(_ -> sending.decrementAndGet());
    }
  }

  private void send(HttpServerRequest request, Digest digest, Optional<Path> file) {
    if (file.isEmpty()) {
      sending.decrementAndGet();
      refuse(request, 404, "unknown-artifact", digest + " is not in the operator's store");
      return;
    }
    request
        .response()
        .putHeader("Content-Type", "application/octet-stream")
        .sendFile(file.get().toAbsolutePath().toString())
        .onComplete(_ -> sending.decrementAndGet());
  }

  private static Optional<Digest> digest(HttpServerRequest request) {
    var path = String.valueOf(request.path());
    if (!path.startsWith(PREFIX)) return Optional.empty();
    try {
      return Optional.of(new Digest(path.substring(PREFIX.length())));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static void refuse(HttpServerRequest request, int status, String type, String detail) {
    var problem =
        Json.object()
            .put("type", "https://windlass.dev/problems/" + type)
            .put("status", status)
            .put("detail", detail)
            .build();
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Connection", "close")
        .end(Buffer.buffer(problem.canonical()));
  }
}
