package dev.windlass.soak;

import dev.windlass.bench.Up;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The head's HTTP interface, as any client would use it. */
final class Api implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Up up;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  Api(Up up) {
    this.up = up;
  }

  HttpResponse<byte[]> call(String method, String path, byte[] body) throws IOException {
    return send(request(path).method(method, BodyPublishers.ofByteArray(body)).build());
  }

  HttpResponse<byte[]> get(String path) throws IOException {
    return send(request(path).GET().build());
  }

  HttpResponse<byte[]> put(String path, byte[] json) throws IOException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofByteArray(json))
            .build());
  }

  HttpResponse<byte[]> delete(String path) throws IOException {
    return send(request(path).DELETE().build());
  }

  static Json json(HttpResponse<byte[]> answer) {
    return Json.parse(answer.body(), Bounds.DEFAULT);
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(up.url(path)).timeout(PATIENCE);
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + request.uri(), e);
    }
  }
}
