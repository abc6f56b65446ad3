package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Witnesses over HTTP, at the URLs that the policy gives them (submission prefixes). An answer is
 * read up to a bound, and up to a time from the call to its last octet.
 */
public final class WitnessClient implements Witnesses, AutoCloseable {
  private static final int MAX_ANSWER = 64 << 10;
  private static final int SHOWN = 200;

  private final Map<String, URI> adding = new LinkedHashMap<>();
  private final Duration timeout;
  private final HttpClient client;

  /**
   * @param policy a witness without a URL is not asked
   */
  public WitnessClient(WitnessPolicy policy, Duration timeout) {
    for (var witness : policy.witnesses())
      witness.url().ifPresent(url -> adding.put(witness.name(), add(witness.name(), url)));
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  private static URI add(String name, String url) {
    try {
      var uri = URI.create(url.replaceAll("/+$", "") + "/add-checkpoint");
      var scheme = uri.getScheme();
      boolean known = "http".equals(scheme) || "https".equals(scheme);
      if (known && uri.getHost() != null && uri.getRawQuery() == null) return uri;
    } catch (IllegalArgumentException _) {
      // told below
    }
    throw new TlogException(
        "the URL of witness " + name + " is " + url + ", expected http(s)://host[:port][/path]");
  }

  @Override
  public Set<String> names() {
    return Set.copyOf(adding.keySet());
  }

  @Override
  public WitnessAnswer addCheckpoint(String witness, Bytes request) {
    var uri = adding.get(witness);
    if (uri == null) throw new IllegalArgumentException(witness + " is none of " + names());
    var post =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .POST(BodyPublishers.ofByteArray(request.unsafeArray()))
            .build();
    var answer =
        client.sendAsync(post, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
    try {
      // the request's own time-out ends with the header; this one covers the body as well
      return read(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException _) {
      answer.cancel(true);
      return new WitnessAnswer.Unreachable(
          uri + " did not answer in " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      return new WitnessAnswer.Unreachable(uri + ": " + e.getCause());
    } catch (InterruptedException _) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return new WitnessAnswer.Unreachable("interrupted while asking " + uri);
    }
  }

  private static WitnessAnswer read(HttpResponse<byte[]> answer) {
    var body = Bytes.wrap(answer.body());
    return switch (answer.statusCode()) {
      case 200 -> new WitnessAnswer.Cosigned(body);
      case 409 -> size(answer, body.utf8());
      default -> new WitnessAnswer.Refused(answer.statusCode(), shown(body.utf8()));
    };
  }

  /** A 409 without a size says that the roots differ: an older text of the protocol. */
  private static WitnessAnswer size(HttpResponse<?> answer, String body) {
    var type = answer.headers().firstValue("Content-Type").orElse("none");
    if (!type.equals("text/x.tlog.size"))
      return new WitnessAnswer.Refused(409, "Content-Type is " + shown(type) + ": " + shown(body));
    if (!body.matches("(0|[1-9][0-9]{0,17})\n"))
      return new WitnessAnswer.Refused(409, "not a size and a newline: " + shown(body));
    return new WitnessAnswer.Conflict(Long.parseLong(body.strip()));
  }

  /** What a stranger says, for a log: one line, and not too much. */
  private static String shown(String text) {
    var line = text.strip().replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
