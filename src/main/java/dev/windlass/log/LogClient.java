package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A log in another process, over HTTP ({@link LogRoutes}). Answers are read up to a bound and for a
 * time; so many requests are underway and no more. Every stage ends; one that fails says that the
 * outcome is not known. For any thread; nothing blocks.
 */
public final class LogClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(20);

  /** The longest receipt file. */
  private static final int MAX_ANSWER = 4 << 20;

  private static final int MAX_UNDERWAY = 256;
  private static final Bounds SMALL = Bounds.ofBytes(64 << 10);

  private final URI log;
  private final HttpClient client;
  private final Semaphore places = new Semaphore(MAX_UNDERWAY);

  /**
   * @param log the prefix of its routes, such as {@code http://log:8090}
   * @throws IllegalArgumentException when it is no http URL
   */
  public LogClient(String log) {
    this.log = URI.create(log.replaceAll("/+$", "") + "/");
    var scheme = this.log.getScheme();
    if (!"http".equals(scheme) && !"https".equals(scheme) || this.log.getHost() == null)
      throw new IllegalArgumentException(
          "the log is at " + log + ", expected http(s)://host[:port][/path]");
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** As {@link LogService#add}. */
  public CompletionStage<Added> add(Bytes submission) {
    var request =
        HttpRequest.newBuilder(log.resolve("add"))
            .timeout(ANSWER)
            .POST(BodyPublishers.ofByteArray(submission.unsafeArray()))
            .build();
    return send(request, ANSWER, LogClient::added);
  }

  /** As {@link LogService#receipt}. */
  public CompletionStage<Found> receipt(UUID id, Duration wait) {
    return send(get("receipts/" + id, wait), ANSWER.plus(wait), LogClient::found);
  }

  /** As {@link LogService#proof}. */
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return send(
        get("proof/" + index, wait),
        ANSWER.plus(wait),
        answer ->
            switch (answer.statusCode()) {
              case 200 -> Optional.of(Bytes.wrap(answer.body()));
              case 404 -> Optional.empty();
              default -> throw unexpected(answer);
            });
  }

  /** What is underway ends first. */
  @Override
  public void close() {
    client.close();
  }

  private HttpRequest get(String path, Duration wait) {
    long seconds = Math.clamp(wait.plusMillis(999).toSeconds(), 0, 999);
    return HttpRequest.newBuilder(log.resolve(path + "?wait=" + seconds))
        .timeout(ANSWER.plus(wait))
        .build();
  }

  /** What an answer means. */
  private interface Reader<T> {
    T read(HttpResponse<byte[]> answer) throws IOException;
  }

  /**
   * The request's own time-out ends with the header of the answer; {@code most} covers its body.
   */
  private <T> CompletionStage<T> send(HttpRequest request, Duration most, Reader<T> reader) {
    if (!places.tryAcquire())
      return CompletableFuture.failedFuture(
          new IOException(MAX_UNDERWAY + " requests to the log are underway"));
    return client
        .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER))
        .orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, _) -> places.release())
        .thenApply(
            answer -> {
              try {
                return reader.read(answer);
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            });
  }

  private static Added added(HttpResponse<byte[]> answer) throws IOException {
    try {
      return switch (answer.statusCode()) {
        case 200 -> {
          var at = Json.parse(answer.body(), SMALL).at();
          yield new Added.Logged(
              at.get("index").integer(0, Json.MAX_INTEGER), at.get("duplicate").bool());
        }
        case 413, 422 -> {
          var at = Json.parse(answer.body(), SMALL).at();
          var word = at.get("refused").text();
          yield new Added.Refused(
              Refusal.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')),
              at.get("detail").text());
        }
        case 429, 503 -> new Added.Later(retryAfter(answer), text(answer));
        default -> throw unexpected(answer);
      };
    } catch (JsonException e) {
      throw new IOException("not an answer of a log: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a refusal that we know: " + text(answer), e);
    }
  }

  private static Found found(HttpResponse<byte[]> answer) throws IOException {
    return switch (answer.statusCode()) {
      case 200 ->
          new Found.Logged(
              Bytes.wrap(answer.body()),
              answer.headers().firstValue("Windlass-Witnessed").equals(Optional.of("true")));
      case 202 -> new Found.Pending();
      case 404 -> new Found.Unknown();
      default -> throw unexpected(answer);
    };
  }

  private static Duration retryAfter(HttpResponse<byte[]> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,4}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ofSeconds(1));
  }

  private static IOException unexpected(HttpResponse<byte[]> answer) {
    return new IOException("the log answered " + answer.statusCode() + " " + text(answer));
  }

  private static String text(HttpResponse<byte[]> answer) {
    var octets = answer.body();
    var text = Bytes.copyOf(Arrays.copyOf(octets, Math.min(octets.length, 200)));
    return text.utf8().strip();
  }
}
