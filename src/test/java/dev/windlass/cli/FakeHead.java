package dev.windlass.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.receipt.TrustFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A head in this process with one worker's key. Strict: what a real head would not be asked is
 * noted in {@link #surprises}, and a test fails by them. Its functions greet.
 */
final class FakeHead implements AutoCloseable {
  static final Ed25519Key KEY = new Ed25519Key(Bytes.wrap(new byte[32]));
  static final Digest ENGINE = Digest.of(Bytes.utf8("engine"));
  static final String WORKER = "spiffe://test/ns/default/worker/w1";
  private static final Instant RUN = Instant.parse("2026-11-23T05:00:00Z");

  final Map<Digest, Bytes> artifacts = new HashMap<>();
  final Map<String, Manifest> functions = new TreeMap<>();
  final Map<String, ResultFile> results = new HashMap<>();
  final List<String> requests = new ArrayList<>();
  final List<String> surprises = new ArrayList<>();

  /** What functions answer instead of a greeting. */
  Optional<Json.Obj> problem = Optional.empty();

  /** Stands in the result file in place of the true output. */
  Optional<Bytes> forgedOutput = Optional.empty();

  /** How listed results ended: members of their JSON. */
  String resultEnds = "\"outcome\":\"exited\",\"exit\":3,\"fuel\":1234567";

  /** Whether it has a log. */
  boolean logs;

  /** The receipt that answers name, in place of their own. */
  Optional<String> namedReceipt = Optional.empty();

  /** {@code Prefer} of the last call of a function. */
  @Nullable String prefer;

  /** Receipts that the log has. */
  final Map<String, Bytes> receipts = new HashMap<>();

  /** So often a receipt is still on its way. */
  int pending;

  /** Whether witnesses have seen the receipts. */
  boolean witnessed = true;

  /** What it says of a revocation. */
  boolean revokedNow = true;

  private final HttpServer server;
  private int runs;

  FakeHead() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    if (!surprises.isEmpty()) throw new AssertionError("the head was surprised: " + surprises);
  }

  TrustFile trust() {
    var worker =
        new TrustFile.Worker(
            WORKER, KEY.publicKey(), RUN.minusSeconds(60), RUN.plusSeconds(3600), Optional.empty());
    return new TrustFile("test", List.of(worker));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().toString();
      var method = exchange.getRequestMethod();
      synchronized (this) {
        requests.add(method + " " + path);
        answer(exchange, method, path);
      }
    } catch (RuntimeException e) {
      surprises.add(e.toString());
    }
  }

  private void answer(HttpExchange exchange, String method, String path) throws IOException {
    var body = Bytes.wrap(exchange.getRequestBody().readAllBytes());
    if (path.startsWith("/fn/")) {
      call(exchange, path.split("[/?]"), method, body);
    } else if (path.startsWith("/api/v1/artifacts/")) {
      artifact(exchange, method, new Digest(path.substring(18)), body);
    } else if (path.matches("/api/v1/namespaces/[a-z0-9-]+/functions/[a-z0-9-]+")) {
      var parts = path.split("/");
      function(exchange, method, parts[4] + "/" + parts[6], body);
    } else if (path.matches("/api/v1/namespaces/.*/logs(\\?follow=true)?")) {
      logs(exchange);
    } else {
      read(exchange, method, path);
    }
  }

  private void read(HttpExchange exchange, String method, String path) throws IOException {
    switch (method + " " + path) {
      case "GET /api/v1/functions" -> {
        var list = functions.values().stream().map(this::summary).toList();
        send(exchange, 200, Json.object().put("functions", Json.array(list)).build());
      }
      case "GET /api/v1/workers" ->
          send(exchange, 200, Json.object().put("workers", Json.array(List.of(worker()))).build());
      case "GET /api/v1/trust" -> send(exchange, 200, trust().toJson());
      case "GET /api/v1/results?limit=50" -> {
        var list = results.keySet().stream().map(this::result).toList();
        send(exchange, 200, Json.object().put("results", Json.array(list)).build());
      }
      case "POST /api/v1/join-tokens" ->
          send(
              exchange,
              201,
              Json.object().put("token", "t0ken").put("notAfter", RUN.toString()).build());
      case "POST /api/v1/workers/w1/revoke" ->
          send(
              exchange,
              200,
              Json.object().put("worker", WORKER).put("revokedNow", Json.of(revokedNow)).build());
      case "POST /api/v1/workers/w2/revoke" -> refuse(exchange, 404, "unknown-worker", "no w2");
      case String other when other.startsWith("GET /api/v1/results/") -> {
        var file = results.get(path.substring(16).replace("?signature=direct", ""));
        if (file == null) refuse(exchange, 404, "unknown-result", "no such result");
        else send(exchange, 200, file.toJson());
      }
      case String other when other.matches("GET /api/v1/receipts/[0-9a-f-]+[?].*") ->
          receipt(exchange, path.split("[/?]")[4], path.split("[?]")[1]);
      case String other -> {
        surprises.add(other);
        refuse(exchange, 404, "unknown-resource", other);
      }
    }
  }

  private void receipt(HttpExchange exchange, String id, String query) throws IOException {
    if (!query.matches("wait=([0-9]|[1-5][0-9]|60)&format=(tlog-proof|sigstore)"))
      surprises.add("a receipt by " + query);
    if (pending > 0) {
      pending--;
      send(exchange, 202, Json.object().put("receipt", id).put("state", "pending").build());
    } else if (!receipts.containsKey(id)) {
      refuse(exchange, 404, "unknown-receipt", "the log holds no receipt of " + id);
    } else {
      exchange.getResponseHeaders().add("Windlass-Witnessed", Boolean.toString(witnessed));
      send(exchange, 200, receipts.get(id));
    }
  }

  private void artifact(HttpExchange exchange, String method, Digest digest, Bytes body)
      throws IOException {
    if (method.equals("HEAD")) {
      exchange.sendResponseHeaders(artifacts.containsKey(digest) ? 200 : 404, -1);
      return;
    }
    if (!method.equals("PUT") || !Digest.of(body).equals(digest))
      surprises.add(method + " of " + Digest.of(body) + " as " + digest);
    artifacts.put(digest, body);
    send(exchange, 201, Json.object().put("digest", digest.toString()).build());
  }

  private void function(HttpExchange exchange, String method, String name, Bytes body)
      throws IOException {
    switch (method) {
      case "PUT" -> deploy(exchange, name, ManifestJson.parse(body.unsafeArray()));
      case "GET" -> send(exchange, 200, summary(functions.get(name)));
      case "DELETE" -> {
        if (functions.remove(name) == null)
          refuse(exchange, 404, "unknown-function", "no function " + name);
        else exchange.sendResponseHeaders(204, -1);
      }
      default -> surprises.add(method + " of a function");
    }
  }

  private void deploy(HttpExchange exchange, String name, Manifest manifest) throws IOException {
    if (!"application/x-ndjson".equals(exchange.getRequestHeaders().getFirst("Accept")))
      surprises.add("deploy without progress");
    if (!manifest.name().toString().equals(name)) surprises.add(manifest.name() + " as " + name);
    if (!artifacts.containsKey(manifest.module())
        || !manifest.files().map(artifacts::containsKey).orElse(true))
      surprises.add("deploy before upload");
    exchange.getResponseHeaders().add("Content-Type", "application/x-ndjson");
    exchange.sendResponseHeaders(200, 0);
    line(exchange, Json.object().put("event", "checking").build());
    if (problem.isPresent()) {
      line(exchange, Json.object().put("problem", problem.get()).build());
      return;
    }
    line(
        exchange,
        Json.object()
            .put("event", "preparing")
            .put("worker", WORKER)
            .put("elapsedMillis", 500)
            .build());
    functions.put(name, manifest);
    var done =
        Json.object()
            .put("name", name)
            .put("manifest", ManifestJson.digest(manifest).toString())
            .put("module", manifest.module().toString())
            .put("compiledMillis", 12)
            .put("codeBytes", 34_816)
            .put("imports", Json.texts(List.of("wasi_snapshot_preview1.fd_write")))
            .put("limits", ManifestJson.toJson(manifest.limits()))
            .put("url", url() + "/fn/" + name)
            .put("changed", true)
            .build();
    line(exchange, Json.object().put("done", done).build());
  }

  private void logs(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    for (var text : List.of("one\ntwo\n", "\033[31mred"))
      line(
          exchange,
          Json.object()
              .put("at", RUN.toString())
              .put("invocation", "0197f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b")
              .put("worker", WORKER)
              .put("outcome", text.startsWith("one") ? "ok" : "trap")
              .put("text", text)
              .put("dropped", 0)
              .build());
  }

  private void call(HttpExchange exchange, String[] path, String method, Bytes body)
      throws IOException {
    var manifest = functions.get(path[2] + "/" + path[3]);
    if (manifest == null) {
      refuse(exchange, 404, "unknown-function", "no function " + path[2] + "/" + path[3]);
      return;
    }
    var id = InvocationId.of(RUN.toEpochMilli(), 0, ++runs);
    var output = Bytes.utf8(method + ": Hello, " + body.utf8());
    var fields = exchange.getResponseHeaders();
    fields.add("Windlass-Invocation", id.toString());
    fields.add("Windlass-Workers", WORKER);
    fields.add("Windlass-Fuel", "7");
    fields.add("Server-Timing", "run;dur=1.250, sign;dur=0.042");
    results.put(id.toString(), signed(manifest, id, body, output));
    if (logs) {
      fields.add("Windlass-Receipt", namedReceipt.orElse(id.toString()));
      prefer = exchange.getRequestHeaders().getFirst("Prefer");
      if (prefer != null) fields.add("Windlass-Witnessed", Boolean.toString(witnessed));
    }
    if (problem.isPresent()) {
      fields.add("Content-Type", "application/problem+json");
      send(exchange, 500, problem.get());
      return;
    }
    fields.add("X-Content-Type-Options", "nosniff");
    send(exchange, 200, output);
  }

  private ResultFile signed(Manifest manifest, InvocationId id, Bytes input, Bytes output) {
    var statement =
        new ResultStatement(
            id.toString(),
            Bytes.wrap(new byte[16]),
            manifest.module(),
            ManifestJson.digest(manifest),
            Digest.of(input),
            Environment.of(manifest, new TreeMap<>()).digest(),
            manifest.determinism().profile(),
            ENGINE,
            Digest.of(output),
            new End.Exit(0, OptionalLong.of(7)),
            Optional.empty());
    var payload = statement.canonical();
    var signature = new BatchSigner(KEY).direct(payload);
    return new ResultFile(
        new Dsse(Purpose.RESULT.payloadType(), payload, List.of(signature)),
        ManifestJson.toJson(manifest).at().object(),
        new TreeMap<>(),
        Optional.of(input),
        Optional.of(forgedOutput.orElse(output)),
        Optional.empty());
  }

  private Json.Obj summary(Manifest manifest) {
    return Json.object()
        .put("name", manifest.name().toString())
        .put("manifest", ManifestJson.digest(manifest).toString())
        .put("module", manifest.module().toString())
        .put("world", "wasi")
        .put("route", "")
        .put("url", url() + "/fn/" + manifest.name())
        .build();
  }

  private static Json worker() {
    return Json.parse(
        """
        {"id":"%s","name":"w1","state":"ready","why":"","lanes":2,"freeLanes":1,"capacity":4,
         "inFlight":1,"engine":"sha256:e","engineVersion":"50.0.1","version":"0.1.0","warm":3,
         "freeMemoryBytes":1,"residentBytes":104857600,"joinedAt":"2026-11-23T05:00:00Z",
         "reportAgeMillis":5,"hardware":{"architecture":"amd64","vcpus":2,"mhz":2400,
         "memoryBytes":8589934592,"diskKind":"nvme","diskBytes":107374182400,
         "freeDiskBytes":53687091200,"diskWriteMBps":900}}
        """
            .formatted(WORKER),
        Bounds.DEFAULT);
  }

  private Json result(String id) {
    return Json.parse(
        """
        {"invocation":"%s","at":"2026-11-23T05:00:00Z","function":"default/hello",
         "manifest":"sha256:m","worker":"%s",%s,
         "inputBytes":3,"outputBytes":10,"runMicros":1250,"totalMicros":2500,"attempts":1,
         "batched":false}
        """
            .formatted(id, WORKER, resultEnds),
        Bounds.DEFAULT);
  }

  static Json.Obj problemOf(String word, String title, String detail) {
    return Json.object()
        .put("type", "https://windlass.dev/problems/" + word)
        .put("title", title)
        .put("status", 500)
        .put("detail", detail)
        .put("reasons", Json.texts(List.of("w1: no room", "w2: draining")))
        .put("stderr", "panic: first\nsecond\n")
        .build();
  }

  private static void refuse(HttpExchange exchange, int status, String word, String detail)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
    send(exchange, status, problemOf(word, "Refused", detail));
  }

  private static void send(HttpExchange exchange, int status, Json json) throws IOException {
    send(exchange, status, Bytes.wrap(json.canonical()));
  }

  private static void send(HttpExchange exchange, int status, Bytes body) throws IOException {
    exchange.sendResponseHeaders(status, body.size() == 0 ? -1 : body.size());
    if (body.size() > 0) exchange.getResponseBody().write(body.unsafeArray());
  }

  private static void line(HttpExchange exchange, Json json) throws IOException {
    exchange.getResponseBody().write((json.canonicalText() + "\n").getBytes());
  }
}
