package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.TlogException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The log over HTTP, below a prefix (docs/protocol.md): {@code GET checkpoint}, {@code tile/…} as
 * C2SP tlog-tiles has them, {@code policy}, {@code vkey}, {@code status}, {@code receipts/<id>},
 * {@code proof/<index>}, and {@code POST add}.
 *
 * <p>Anybody may read and add: what counts is the signature in a submission. Paths are compared as
 * they stand in the request, undecoded, so that each resource has one spelling.
 */
public final class LogRoutes {
  private static final Logger LOG = Logger.getLogger(LogRoutes.class);

  /** Before everything that Quarkus mounts: what comes after it may find the request paused. */
  private static final int FIRST = -1_000;

  private static final int MAX_PATH = 256;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String FOREVER = "public, max-age=31536000, immutable";
  private static final String A_SECOND = "public, max-age=1";
  private static final String NEVER = "no-store";
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,3}");
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,17}");

  private static final int MAX_READING = 128;
  private static final long BODY_MILLIS = 10_000;

  private final Vertx vertx;
  private final Semaphore reading = new Semaphore(MAX_READING);
  private final LogService log;
  private final String prefix;

  private LogRoutes(Vertx vertx, LogService log, String prefix) {
    this.vertx = vertx;
    this.log = log;
    this.prefix = prefix;
  }

  /**
   * @param prefix such as {@code /log}; empty for the root
   */
  public static void mount(Vertx vertx, Router router, LogService log, String prefix) {
    if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/")))
      throw new IllegalArgumentException(
          "a prefix is empty or begins, and does not end, with a slash, not " + prefix);
    var routes = new LogRoutes(vertx, log, prefix);
    router.route(prefix + "/*").order(FIRST).handler(routes::handle);
  }

  private void handle(RoutingContext exchange) {
    var request = exchange.request();
    var path = request.path();
    if (!path.startsWith(prefix + "/") || path.length() > MAX_PATH) {
      exchange.next();
      return;
    }
    var rest = path.substring(prefix.length() + 1);
    var method = request.method();
    boolean reads = method == HttpMethod.GET || method == HttpMethod.HEAD;
    if (rest.equals("add")) {
      if (method == HttpMethod.POST) add(request);
      else refuse(request, 405, "add takes POST, not " + method);
    } else if (!isOurs(rest)) {
      exchange.next();
    } else if (!reads) {
      refuse(request, 405, path + " takes GET, not " + method);
    } else if (rest.startsWith("receipts/")) {
      receipt(request, rest.substring("receipts/".length()));
    } else if (rest.startsWith("proof/")) {
      proof(request, rest.substring("proof/".length()));
    } else {
      inOrder(request, () -> read(request, rest));
    }
  }

  private static boolean isOurs(String rest) {
    return switch (rest) {
      case "checkpoint", "policy", "vkey", "status" -> true;
      default ->
          rest.startsWith("tile/") || rest.startsWith("receipts/") || rest.startsWith("proof/");
    };
  }

  private void read(HttpServerRequest request, String rest) {
    switch (rest) {
      case "checkpoint" ->
          log.published()
              .ifPresentOrElse(
                  note -> answer(request, 200, TEXT, A_SECOND, Bytes.wrap(note.encode())),
                  () -> refuse(request, 404, "nothing is published yet"));
      case "policy" -> answer(request, 200, TEXT, NEVER, Bytes.utf8(log.policy().text()));
      case "vkey" -> answer(request, 200, TEXT, NEVER, Bytes.utf8(log.vkey() + "\n"));
      case "status" -> answer(request, 200, JSON, NEVER, Bytes.wrap(status().canonical()));
      default -> tile(request, rest);
    }
  }

  private void tile(HttpServerRequest request, String rest) {
    LogPath path;
    try {
      path = LogPath.parse(rest);
    } catch (TlogException e) {
      refuse(request, 404, String.valueOf(e.getMessage()));
      return;
    }
    try {
      var found = log.read(path);
      if (found.isEmpty()) refuse(request, 404, "the log has no " + path);
      else answer(request, 200, "application/octet-stream", FOREVER, found.get());
    } catch (IOException e) {
      broken(request, e);
    }
  }

  private void receipt(HttpServerRequest request, String text) {
    InvocationId id;
    try {
      id = InvocationId.parse(text);
    } catch (IllegalArgumentException _) {
      refuse(request, 404, "a receipt is named by a UUIDv7 in lower case");
      return;
    }
    waited(request)
        .ifPresent(wait -> then(request, log.receipt(id.uuid(), wait), f -> found(request, f)));
  }

  private void found(HttpServerRequest request, Found found) {
    switch (found) {
      case Found.Unknown() -> refuse(request, 404, "the log has no such receipt");
      case Found.Pending() -> later(request, 202, Duration.ofSeconds(1), "not published yet");
      case Found.Logged logged -> {
        request.response().putHeader("Windlass-Witnessed", Boolean.toString(logged.witnessed()));
        answer(request, 200, TEXT, NEVER, logged.receiptFile());
      }
    }
  }

  private void proof(HttpServerRequest request, String text) {
    if (!INDEX.matcher(text).matches()) {
      refuse(request, 404, "a proof is named by the index of its leaf");
      return;
    }
    waited(request)
        .ifPresent(
            wait ->
                then(
                    request,
                    log.proof(Long.parseLong(text), wait),
                    found ->
                        found.ifPresentOrElse(
                            proof -> answer(request, 200, TEXT, NEVER, proof),
                            () -> refuse(request, 404, "no published checkpoint covers it"))));
  }

  private void add(HttpServerRequest request) {
    body(request, body -> then(request, log.add(body), added -> added(request, added)));
  }

  private void added(HttpServerRequest request, Added added) {
    switch (added) {
      case Added.Logged logged -> {
        var json =
            Json.object().put("index", logged.index()).put("duplicate", logged.duplicate()).build();
        answer(request, 200, JSON, NEVER, Bytes.wrap(json.canonical()));
      }
      case Added.Refused refused -> {
        int status = refused.reason() == Refusal.TOO_LARGE ? 413 : 422;
        var json =
            Json.object()
                .put("refused", refused.reason().word())
                .put("detail", refused.detail())
                .build();
        answer(request, status, JSON, NEVER, Bytes.wrap(json.canonical()));
      }
      case Added.Later later -> later(request, 503, later.retryAfter(), later.why());
    }
  }

  private Json status() {
    var now = log.publication();
    return Json.object()
        .put("origin", log.origin())
        .put("committed", now.committed())
        .put("published", now.published())
        .put("quorum", now.quorum())
        .put("unwitnessedSeconds", now.unwitnessedFor().map(Duration::toSeconds).orElse(0L))
        .put("missing", Json.texts(now.missing()))
        .build();
  }

  /** Absent when the request was answered already: it asked for something we do not understand. */
  private static Optional<Duration> waited(HttpServerRequest request) {
    var wait = request.getParam("wait");
    if (wait == null) return Optional.of(Duration.ZERO);
    if (SECONDS.matcher(wait).matches())
      return Optional.of(Duration.ofSeconds(Integer.parseInt(wait)));
    refuse(request, 400, "wait is a number of seconds of up to three digits");
    return Optional.empty();
  }

  /**
   * Reads at most what a submission may have, for a time, of so many at once; the answer to more is
   * 413 with the first octet too many, the end of the connection, or 503.
   */
  private void body(HttpServerRequest request, Consumer<Bytes> whole) {
    if (!reading.tryAcquire()) {
      request.handler(_ -> {});
      later(request, 503, Duration.ofSeconds(1), MAX_READING + " submissions are being read");
      return;
    }
    int most = LogConfig.Intake.MAX_SUBMISSION;
    var read = Buffer.buffer();
    var left = new AtomicBoolean();
    Runnable leave =
        () -> {
          if (left.compareAndSet(false, true)) reading.release();
        };
    long tooSlow = vertx.setTimer(BODY_MILLIS, _ -> request.connection().close());
    request.handler(
        part -> {
          if (read.length() + part.length() > most) {
            request.handler(_ -> {});
            request.endHandler(_ -> {});
            vertx.cancelTimer(tooSlow);
            leave.run();
            if (request.version() != HttpVersion.HTTP_2)
              request.response().putHeader("Connection", "close");
            refuse(request, 413, "a submission has at most " + most + " octets");
          } else {
            read.appendBuffer(part);
          }
        });
    request.endHandler(
        _ -> {
          vertx.cancelTimer(tooSlow);
          leave.run();
          whole.accept(Bytes.wrap(read.getBytes()));
        });
    request.exceptionHandler(
        e -> {
          vertx.cancelTimer(tooSlow);
          leave.run();
          LOG.debugf("event=body-lost why=%s", e);
        });
    request.resume();
  }

  private <T> void then(HttpServerRequest request, CompletionStage<T> stage, Consumer<T> answer) {
    Context context = vertx.getOrCreateContext();
    stage.whenComplete(
        (value, failure) ->
            context.runOnContext(
                _ -> {
                  if (failure != null) broken(request, failure);
                  else answer.accept(value);
                }));
  }

  /** Reads the disk on a thread that may wait. */
  private static void inOrder(HttpServerRequest request, Runnable read) {
    Thread.startVirtualThread(
        () -> {
          try {
            read.run();
          } catch (RuntimeException e) {
            broken(request, e);
          }
        });
  }

  private static void later(HttpServerRequest request, int status, Duration after, String why) {
    var seconds = Long.toString(Math.max(1, after.toSeconds()));
    request.response().putHeader("Retry-After", seconds);
    refuse(request, status, why);
  }

  private static void broken(HttpServerRequest request, Throwable failure) {
    LOG.errorf("event=request-failed path=%s why=%s", request.path(), failure);
    refuse(request, 500, "the log could not answer");
  }

  private static void refuse(HttpServerRequest request, int status, String why) {
    answer(request, status, TEXT, NEVER, Bytes.utf8(why + "\n"));
  }

  private static void answer(
      HttpServerRequest request, int status, String type, String cache, Bytes body) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) return;
    response.setStatusCode(status);
    response.putHeader("Content-Type", type);
    response.putHeader("Cache-Control", cache);
    response.putHeader("X-Content-Type-Options", "nosniff");
    response.putHeader("Content-Length", Integer.toString(body.size()));
    if (request.method() == HttpMethod.HEAD) response.end();
    else response.end(Buffer.buffer(body.unsafeArray()));
  }
}
