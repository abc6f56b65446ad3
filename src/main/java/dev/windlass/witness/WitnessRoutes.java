package dev.windlass.witness;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * HTTP of a witness: {@code POST add-checkpoint}, {@code GET <hex sha256(origin)>/checkpoint}, and
 * {@code GET vkey}. A body is read up to its bound and for ten seconds; checks and writes happen on
 * virtual threads, so many at once and no more.
 */
public final class WitnessRoutes {
  private static final Logger LOG = Logger.getLogger(WitnessRoutes.class);

  /** 63 hashes and a checkpoint with some dozens of signatures, post-quantum ones too. */
  static final int MAX_BODY = 128 << 10;

  /** Before everything that Quarkus mounts: what comes after it may find the request paused. */
  private static final int FIRST = -2_000;

  private static final int MAX_DECIDING = 16;
  private static final long BODY_MILLIS = 10_000;
  private static final String TEXT = "text/plain; charset=utf-8";

  private final Vertx vertx;
  private final Witness witness;
  private final RequestRate rate;
  private final Semaphore deciding = new Semaphore(MAX_DECIDING);

  public WitnessRoutes(Vertx vertx, Witness witness, InstantSource clock) {
    this.vertx = vertx;
    this.witness = witness;
    this.rate = new RequestRate(clock);
  }

  /**
   * @param prefix of submission and monitoring, such as {@code /witness/1}; may be empty
   */
  public void mount(Router router, String prefix) {
    router.post(prefix + "/add-checkpoint").order(FIRST).handler(context -> add(context.request()));
    router
        .getWithRegex(regexOf(prefix) + "\\/(?<origin>[0-9a-f]{64})\\/checkpoint")
        .order(FIRST)
        .handler(context -> show(context.request(), context.pathParam("origin")));
    router
        .get(prefix + "/vkey")
        .order(FIRST)
        .handler(c -> send(c.request(), 200, TEXT, utf8(witness.verifierKey() + "\n")));
  }

  private static String regexOf(String prefix) {
    return prefix.replaceAll("[^A-Za-z0-9]", "\\\\$0");
  }

  private void add(HttpServerRequest request) {
    if (!rate.allows(request.remoteAddress().hostAddress())) {
      request.response().putHeader("Retry-After", "1");
      refuse(request, 429, "too many requests from this address");
    } else {
      readBody(request);
    }
  }

  private void readBody(HttpServerRequest request) {
    var context = vertx.getOrCreateContext();
    var body = Buffer.buffer();
    var tooSlow = vertx.setTimer(BODY_MILLIS, _ -> request.connection().close());
    request.exceptionHandler(_ -> vertx.cancelTimer(tooSlow));
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > MAX_BODY) {
            vertx.cancelTimer(tooSlow);
            request.handler(_ -> {}).endHandler(_ -> {});
            refuse(request, 413, "a request here has at most " + MAX_BODY + " bytes");
          } else {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(
        _ -> {
          vertx.cancelTimer(tooSlow);
          decideElsewhere(context, request, () -> witness.addCheckpoint(body.getBytes()));
        });
  }

  private void decideElsewhere(
      Context context, HttpServerRequest request, Supplier<WitnessAnswer> decide) {
    if (!deciding.tryAcquire()) {
      request.response().putHeader("Retry-After", "1");
      refuse(request, 503, MAX_DECIDING + " requests are being decided already");
      return;
    }
    Thread.ofVirtual()
        .name("witness")
        .start(
            () -> {
              WitnessAnswer answer =
                  new WitnessAnswer.Refused(WitnessAnswer.Reason.NOT_KEPT, "a defect; see the log");
              try {
                answer = decide.get();
              } catch (RuntimeException e) {
                LOG.error("event=defect", e);
              } finally {
                deciding.release();
                var result = answer;
                context.runOnContext(
                    _ -> send(request, result.status(), result.contentType(), result.body()));
              }
            });
  }

  private void show(HttpServerRequest request, String origin) {
    var checkpoint = witness.checkpoint(origin);
    if (checkpoint.isPresent()) send(request, 200, TEXT, checkpoint.get().toArray());
    else send(request, 404, TEXT, utf8("no checkpoint of this origin was cosigned\n"));
  }

  /** And closes: who was refused has no more to say, and what is unread is not read. */
  private static void refuse(HttpServerRequest request, int status, String why) {
    if (request.version() != HttpVersion.HTTP_2)
      request.response().putHeader("Connection", "close");
    send(request, status, TEXT, utf8(why + "\n"));
  }

  private static void send(HttpServerRequest request, int status, String type, byte[] body) {
    var response = request.response();
    if (response.closed() || response.ended()) return;
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Cache-Control", "no-store")
        .end(Buffer.buffer(body));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
