package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * {@code bin/windlass} as a user starts it, in a process of its own, on the application that was
 * built.
 */
final class UpRun implements AutoCloseable {
  private static final Path HOME =
      Path.of(System.getProperty("windlass.home", ".")).toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final Path output;
  private String url = "";

  private UpRun(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts and waits for nothing. */
  static UpRun start(Path directory, Map<String, String> environment, String... words)
      throws IOException {
    var output = Files.createTempFile(directory, "out", ".log");
    var command = new ArrayList<String>();
    command.add(HOME.resolve("bin/windlass").toString());
    command.addAll(List.of(words));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return new UpRun(builder.start(), output);
  }

  /** {@code up} on a free port, once it is ready. */
  static UpRun up(Path directory, int workers) throws IOException {
    var run =
        start(
            directory,
            Map.of(),
            "up",
            "--port",
            "0",
            "--workers",
            Integer.toString(workers),
            "--data",
            directory.resolve("data").toString());
    run.await(
        "ready",
        () -> {
          assertTrue(run.process.isAlive(), run::output);
          return run.output().contains("\nready http://");
        });
    var text = run.output();
    int at = text.indexOf("\nready ") + "\nready ".length();
    run.url = text.substring(at, text.indexOf('\n', at));
    return run;
  }

  String url() {
    return url;
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Its children are workers, and nothing else. */
  List<ProcessHandle> workers() {
    return process.children().toList();
  }

  /** Exit code, when it ends by itself. */
  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), this::output);
    return process.exitValue();
  }

  /** As Ctrl-C does. */
  int stop() throws InterruptedException {
    process.toHandle().destroy();
    return exitCode();
  }

  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) throw new AssertionError("not " + what + ":\n" + output());
      try {
        // A bounded wait for a condition of another process: there is nothing to be notified by.
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  Located get(String path) throws Exception {
    var answer = send(HttpRequest.newBuilder(URI.create(url + path)).build());
    assertEquals(200, answer.statusCode(), () -> new String(answer.body()));
    return Json.parse(answer.body(), Bounds.DEFAULT).at();
  }

  int joined() {
    try {
      return (int)
          get("/api/v1/workers").get("workers").elements().stream()
              .filter(w -> w.get("state").text().equals("ready"))
              .count();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  void deploy(String name, String wat) throws Exception {
    deploy(name, wat, "");
  }

  /**
   * @param more members of the manifest, beginning with a comma
   */
  void deploy(String name, String wat, String more) throws Exception {
    var wasm = wasm(wat);
    var digest = Digest.of(wasm);
    put("/api/v1/artifacts/" + digest.hex(), wasm.unsafeArray());
    var manifest = "{\"module\":\"" + digest + "\"" + more + "}";
    put("/api/v1/namespaces/default/functions/" + name, manifest.getBytes());
  }

  private void put(String path, byte[] body) throws Exception {
    var answer =
        send(
            HttpRequest.newBuilder(URI.create(url + path))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    assertTrue(answer.statusCode() / 100 == 2, () -> path + " " + new String(answer.body()));
  }

  HttpResponse<byte[]> post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  String call(String name, String body) throws Exception {
    var answer = post("/fn/default/" + name, body);
    assertEquals(200, answer.statusCode(), () -> new String(answer.body()));
    return new String(answer.body());
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  static Bytes wasm(String wat) {
    try {
      return Bytes.wrap(Wat.assemble(wat));
    } catch (Refusal e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    var children = process.descendants().toList();
    process.toHandle().destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    children.forEach(ProcessHandle::destroyForcibly);
    http.close();
  }
}
