package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A log or mirror at an HTTP prefix. An answer has a bound in size and in time. */
public final class HttpSource implements Source, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String prefix;
  private final HttpClient client;

  /**
   * @param prefix such as {@code http://localhost:8080/log}
   */
  public HttpSource(URI prefix) {
    var scheme = prefix.getScheme();
    boolean known = "http".equals(scheme) || "https".equals(scheme);
    if (!known || prefix.getHost() == null || prefix.getRawQuery() != null)
      throw new IllegalArgumentException("not an HTTP prefix without a query: " + prefix);
    this.prefix = prefix.toString().replaceAll("/+$", "") + "/";
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public Optional<Bytes> get(String path, int most) throws IOException {
    var uri = URI.create(prefix + path);
    var request = HttpRequest.newBuilder(uri).timeout(PATIENCE).GET().build();
    var bounded = BodyHandlers.limiting(BodyHandlers.ofByteArray(), most);
    var answer = client.sendAsync(request, bounded);
    try {
      // the request's own time-out ends with the header; this one covers the body as well
      var got = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return switch (got.statusCode()) {
        case 200 -> Optional.of(Bytes.wrap(got.body()));
        case 404, 410 -> Optional.empty();
        default -> throw new IOException(uri + " answered " + got.statusCode() + ", expected 200");
      };
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(uri + " was not there whole after " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(uri + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking " + uri);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  @Override
  public String toString() {
    return prefix;
  }
}
