package dev.windlass.artifact;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * GET with everything bounded: redirects, each of which must be as secure as the first request; the
 * body, while it comes; and the time, to its last byte. Who is redirected to another origin does
 * not show it the credentials. Blocking, for any thread.
 */
final class HttpGet implements AutoCloseable {
  static final int MAX_REDIRECTS = 5;
  private static final int MAX_ERROR_TEXT = 4096;

  private final FetchSettings settings;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  HttpGet(FetchSettings settings) {
    this.settings = settings;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads);
    settings.tls().ifPresent(builder::sslContext);
    this.client = builder.build();
  }

  /**
   * The end of the redirects.
   *
   * @param text of an answer that is not 200, the beginning of it
   */
  record Answer(URI from, int status, HttpHeaders headers, Bytes text) {
    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  /** Takes the body of a 200. */
  interface Sink {
    void write(byte[] octets, int offset, int length) throws IOException;
  }

  /**
   * @param headers beside those of HTTP itself
   * @param sink gets the body of a 200, on another thread, before this returns
   * @throws FetchException of the kind UNREACHABLE or MALFORMED, or what the sink threw
   */
  Answer get(URI uri, Map<String, String> headers, Sink sink) throws IOException {
    var at = uri;
    for (int hops = 0; ; hops++) {
      var answer = once(at, isSameOrigin(uri, at) ? headers : withoutCredentials(headers), sink);
      if (!isRedirect(answer.status())) return answer;
      if (hops == MAX_REDIRECTS)
        throw new FetchException(
            Kind.MALFORMED, shown(uri) + " redirects more than " + MAX_REDIRECTS + " times");
      at = location(at, answer);
    }
  }

  /** What an answer means that is not 200. */
  static FetchException refused(String what, Answer answer) {
    int status = answer.status();
    var why = what + ": " + shown(answer.from()) + " answered " + status + said(answer.text());
    return switch (status) {
      case 401, 403 -> new FetchException(Kind.DENIED, why);
      case 404, 410 -> new FetchException(Kind.NOT_FOUND, why);
      case 408, 425, 429 -> new FetchException(why, retryAfter(answer));
      default ->
          status >= 500
              ? new FetchException(why, retryAfter(answer))
              : new FetchException(Kind.MALFORMED, why);
    };
  }

  /** Without the query, which may carry a signature that lets anyone in. */
  static String shown(URI uri) {
    var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
  }

  static boolean isHttp(URI uri) {
    var scheme = uri.getScheme();
    return ("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null
        && uri.getRawFragment() == null;
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }

  private Answer once(URI uri, Map<String, String> headers, Sink sink) throws IOException {
    requireSecure(uri);
    var request = HttpRequest.newBuilder(uri).timeout(settings.header());
    headers.forEach(request::setHeader);
    CompletableFuture<HttpResponse<Bytes>> sent =
        client.sendAsync(
            request.build(),
            info -> info.statusCode() == 200 ? Pour.into(sink) : Pour.beginning(MAX_ERROR_TEXT));
    try {
      var response = sent.get(settings.whole().toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(uri, response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException _) {
      sent.cancel(true);
      throw new FetchException(
          Kind.UNREACHABLE, shown(uri) + " did not send all of it within " + settings.whole());
    } catch (InterruptedException _) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while fetching " + shown(uri));
    } catch (ExecutionException e) {
      throw explained(uri, e.getCause());
    }
  }

  private void requireSecure(URI uri) throws FetchException {
    if (!isHttp(uri))
      throw new FetchException(Kind.MALFORMED, "not an http(s) URL of a host: " + shown(uri));
    if ("https".equalsIgnoreCase(uri.getScheme()) || settings.allowsPlain(uri)) return;
    throw new FetchException(
        Kind.MALFORMED,
        shown(uri)
            + " is plain http, which is only for loopback addresses and what --plain-http names");
  }

  private static IOException explained(URI uri, Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof FetchException || t instanceof ArtifactException) return (IOException) t;
      if (t instanceof CertificateException || t instanceof SSLException)
        return new FetchException(
            Kind.UNREACHABLE, shown(uri) + " is not believed: " + t.getMessage(), thrown);
    }
    return new FetchException(
        Kind.UNREACHABLE, shown(uri) + " cannot be reached: " + words(thrown), thrown);
  }

  /** Of the JDK's connection failures most have no message. */
  private static String words(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) return "no such host";
      if (t.getMessage() != null) return t.getMessage();
    }
    return thrown.getClass().getSimpleName();
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private static URI location(URI from, Answer answer) throws FetchException {
    var location = answer.header("Location");
    try {
      var to = from.resolve(location);
      if (!location.isEmpty() && isHttp(to)) {
        boolean falls =
            "https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme());
        if (!falls) return to;
        throw new FetchException(
            Kind.MALFORMED, shown(from) + " redirects from https to " + shown(to));
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new FetchException(
        Kind.MALFORMED, shown(from) + " redirects to something that is no http(s) URL");
  }

  private static boolean isSameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && one.getPort() == other.getPort();
  }

  private static Map<String, String> withoutCredentials(Map<String, String> headers) {
    var rest = new HashMap<>(headers);
    rest.remove("Authorization");
    return rest;
  }

  private static Duration retryAfter(Answer answer) {
    var text = answer.header("Retry-After");
    return text.matches("[0-9]{1,5}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
  }

  /** The first line of it, if it is text. */
  private static String said(@Nullable Bytes text) {
    if (text == null || text.size() == 0) return "";
    var line = text.utf8().strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
    if (line.isEmpty() || line.toLowerCase(Locale.ROOT).startsWith("<")) return "";
    return ", " + (line.length() > 200 ? line.substring(0, 200) + "…" : line);
  }
}
