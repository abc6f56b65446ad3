package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.TlogException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * HTTP of a mirror: the paths of c2sp.org/tlog-tiles, and {@code policy} and {@code vkey} as it was
 * given them. A tile never changes, so caches may keep it for ever; a checkpoint for a second. What
 * is not in the tree of the served checkpoint is 404.
 */
public final class MirrorRoutes {
  private static final Logger LOG = Logger.getLogger(MirrorRoutes.class);

  /** Before everything that Quarkus mounts. */
  private static final int FIRST = -2_000;

  private static final int MAX_READING = 16;
  private static final long PATIENCE_SECONDS = 10;
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final String FOR_A_SECOND = "public, max-age=1";
  private static final String NEVER = "no-store";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String OCTETS = "application/octet-stream";

  /** What a path gave. */
  private record Page(int status, Bytes body, String type, String caching, boolean mayZip) {
    static Page text(String text) {
      return new Page(200, Bytes.utf8(text), TEXT, FOR_A_SECOND, false);
    }

    static Page none(String why) {
      return new Page(404, Bytes.utf8(why + "\n"), TEXT, NEVER, false);
    }

    static Page busy(String why) {
      return new Page(503, Bytes.utf8(why + "\n"), TEXT, NEVER, false);
    }

    Page zipped() {
      var out = new ByteArrayOutputStream(body.size() / 2 + 64);
      try (var gzip = new GZIPOutputStream(out)) {
        gzip.write(body.unsafeArray());
      } catch (IOException e) {
        throw new UncheckedIOException("memory cannot fail so", e);
      }
      return new Page(status, Bytes.wrap(out.toByteArray()), type, caching, true);
    }
  }

  private final Vertx vertx;
  private final Mirror mirror;
  private final Semaphore reading = new Semaphore(MAX_READING);

  public MirrorRoutes(Vertx vertx, Mirror mirror) {
    this.vertx = vertx;
    this.mirror = mirror;
  }

  /**
   * @param prefix such as {@code /log}; may be empty
   */
  public void mount(Router router, String prefix) {
    for (var path : new String[] {"/checkpoint", "/tile/*", "/policy", "/vkey"}) {
      router
          .route(prefix + path)
          .method(HttpMethod.GET)
          .method(HttpMethod.HEAD)
          .order(FIRST)
          .handler(
              context -> {
                var request = context.request();
                answer(request, request.path().substring(prefix.length() + 1));
              });
    }
  }

  private void answer(HttpServerRequest request, String path) {
    var context = vertx.getOrCreateContext();
    boolean takesGzip = takesGzip(request.getHeader("Accept-Encoding"));
    Thread.ofVirtual()
        .name("mirror")
        .start(
            () -> {
              var page = bounded(path, takesGzip);
              var tag = page.status() == 200 ? tag(page.body()) : "";
              context.runOnContext(_ -> send(request, page, tag, takesGzip));
            });
  }

  private Page bounded(String path, boolean takesGzip) {
    try {
      if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
        return Page.busy(MAX_READING + " readers are ahead");
      try {
        var page = page(path);
        return page.mayZip() && takesGzip ? page.zipped() : page;
      } finally {
        reading.release();
      }
    } catch (IOException e) {
      LOG.errorf("event=unreadable path=%s why=%s", path, e);
      return Page.busy("this mirror cannot read its copy of " + path);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Page.busy("this mirror stops");
    }
  }

  private Page page(String path) throws IOException {
    switch (path) {
      case "policy" -> {
        return Page.text(mirror.policy().text());
      }
      case "vkey" -> {
        return Page.text(mirror.log() + "\n");
      }
      case "checkpoint" -> {
        return mirror
            .checkpoint()
            .map(note -> Page.text(note.encoded()))
            .orElseGet(() -> Page.none("no checkpoint was verified yet"));
      }
      default -> {
        // a tile
      }
    }
    LogPath tile;
    try {
      tile = LogPath.parse(path);
    } catch (TlogException e) {
      return Page.none(String.valueOf(e.getMessage()));
    }
    boolean entries = tile instanceof LogPath.EntryTile;
    return mirror
        .tile(tile)
        .map(octets -> new Page(200, octets, OCTETS, FOR_EVER, entries))
        .orElseGet(() -> Page.none(path + " is not in the tree of the checkpoint"));
  }

  private static void send(HttpServerRequest request, Page page, String tag, boolean zipped) {
    var response = request.response();
    if (response.closed() || response.ended()) return;
    response
        .putHeader("Cache-Control", page.caching())
        .putHeader("Access-Control-Allow-Origin", "*");
    if (page.mayZip()) response.putHeader("Vary", "Accept-Encoding");
    if (!tag.isEmpty()) response.putHeader("ETag", tag);
    if (page.status() == 503) response.putHeader("Retry-After", "1");
    if (!tag.isEmpty() && isSame(request.getHeader("If-None-Match"), tag)) {
      response.setStatusCode(304).end();
      return;
    }
    if (page.mayZip() && zipped) response.putHeader("Content-Encoding", "gzip");
    response.setStatusCode(page.status()).putHeader("Content-Type", page.type());
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", Integer.toString(page.body().size())).end();
    } else {
      response.end(Buffer.buffer(page.body().unsafeArray()));
    }
  }

  /** RFC 9110 §13.1.2, by weak comparison. */
  private static boolean isSame(@Nullable String condition, String tag) {
    if (condition == null) return false;
    return condition.strip().equals("*")
        || Arrays.stream(condition.split(","))
            .map(given -> given.strip().replaceFirst("^W/", ""))
            .anyMatch(tag::equals);
  }

  private static boolean takesGzip(@Nullable String coding) {
    return coding != null
        && Arrays.stream(coding.toLowerCase(Locale.ROOT).split(","))
            .map(part -> part.replace(" ", ""))
            .anyMatch(part -> part.matches("gzip(;q=(1(\\.0+)?|0\\.0*[1-9][0-9]*))?"));
  }

  /** Of the octets as they are sent, so a zipped body has its own. */
  private static String tag(Bytes body) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256").digest(body.unsafeArray());
      return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
