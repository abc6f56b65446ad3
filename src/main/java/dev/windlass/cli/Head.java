package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The management API of a head, as the commands need it. */
final class Head {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Longer than any function may run and wait. */
  private static final Duration RUN_PATIENCE = Duration.ofMinutes(7);

  private static final int MAX_LINE = 4 << 20;

  /** Answers with a list: 100,000 functions. */
  static final Bounds LIST_BOUNDS = new Bounds(64 << 20, 16, 4_000_000);

  static final String NDJSON = "application/x-ndjson";

  private final Http http;
  private final String token;

  /**
   * @param token bearer token of the management API; empty for none. Functions never see it.
   */
  Head(Http http, String token) {
    this.http = http;
    this.token = token;
  }

  URI url() {
    return http.base();
  }

  /** Calls a function; whatever the status, it is the caller's to judge. */
  HttpAnswer call(
      String method, String path, List<Map.Entry<String, String>> fields, byte @Nullable [] body) {
    return http.send(new Http.Request(method, path, fields, body, RUN_PATIENCE));
  }

  boolean has(Digest artifact) {
    try (var answer = send("HEAD", artifactPath(artifact), null, PATIENCE)) {
      if (answer.status() == 200) return true;
      if (answer.status() == 404) return false;
      throw refused(answer);
    }
  }

  void upload(Digest artifact, Bytes octets) {
    require(send("PUT", artifactPath(artifact), octets.unsafeArray(), PATIENCE)).close();
  }

  /**
   * @param progress gets every line but the last
   * @return what was deployed
   */
  Located deploy(FunctionName name, byte[] manifest, Consumer<Located> progress) {
    try (var answer = require(send("PUT", functionPath(name), manifest, PATIENCE, NDJSON))) {
      for (var line = line(answer); line.isPresent(); line = line(answer)) {
        var at = line.get();
        var problem = at.find("problem");
        if (problem.isPresent()) throw Refusal.of(problem.get());
        var done = at.find("done");
        if (done.isPresent()) return done.get();
        progress.accept(at);
      }
    } catch (JsonException e) {
      throw strange(e);
    }
    throw new CommandFailure(
        Exit.UNREACHABLE, "the head went away before it said whether " + name + " was deployed");
  }

  /** A JSON document. */
  Located get(String path) {
    try {
      return Json.parse(octets(path, LIST_BOUNDS.bytes()), LIST_BOUNDS).at();
    } catch (JsonException e) {
      throw strange(e);
    }
  }

  /** A document that may not be there yet, as the status 202 says. */
  HttpAnswer answer(String path) {
    return require(send("GET", path, null, RUN_PATIENCE, "*/*"));
  }

  byte[] octets(String path, int most) {
    try (var answer = require(send("GET", path, null, PATIENCE))) {
      return answer.whole(most);
    }
  }

  Located post(String path) {
    try (var answer = require(send("POST", path, new byte[0], PATIENCE))) {
      return Json.parse(answer.whole(1 << 20), Bounds.DEFAULT).at();
    } catch (JsonException e) {
      throw strange(e);
    }
  }

  void delete(FunctionName name) {
    require(send("DELETE", functionPath(name), null, PATIENCE)).close();
  }

  /** One JSON value a line, until the head ends it or {@code listener} throws. */
  void lines(String path, boolean endless, Consumer<Located> listener) {
    var patience = endless ? Duration.ZERO : PATIENCE;
    try (var answer = require(send("GET", path, null, patience, NDJSON))) {
      for (var line = line(answer); line.isPresent(); line = line(answer))
        listener.accept(line.get());
    } catch (JsonException e) {
      throw strange(e);
    }
  }

  static String functionPath(FunctionName name) {
    return "/api/v1/namespaces/" + name.namespace() + "/functions/" + name.name();
  }

  private static String artifactPath(Digest artifact) {
    return "/api/v1/artifacts/" + artifact.hex();
  }

  private HttpAnswer send(
      String method, String path, byte @Nullable [] body, Duration patience, String... accept) {
    var fields = new ArrayList<Map.Entry<String, String>>();
    fields.add(Map.entry("Accept", accept.length > 0 ? accept[0] : "application/json"));
    if (!token.isEmpty()) fields.add(Map.entry("Authorization", "Bearer " + token));
    if (body != null) {
      boolean json = path.contains("/functions/");
      fields.add(Map.entry("Content-Type", json ? "application/json" : "application/octet-stream"));
    }
    return http.send(new Http.Request(method, path, fields, body, patience));
  }

  private HttpAnswer require(HttpAnswer answer) {
    if (answer.status() >= 200 && answer.status() < 300) return answer;
    try (answer) {
      throw refused(answer);
    }
  }

  private CommandFailure refused(HttpAnswer answer) {
    return Refusal.of(answer, answer.whole(1 << 20), Exit.REFUSED);
  }

  private CommandFailure strange(JsonException e) {
    return new CommandFailure(
        Exit.REFUSED, url() + " answered what no head of Windlass does: " + e.getMessage());
  }

  private static Optional<Located> line(HttpAnswer answer) {
    try {
      var line = new ByteArrayOutputStream(256);
      for (int c = answer.body().read(); c != '\n'; c = answer.body().read()) {
        if (c < 0 && line.size() == 0) return Optional.empty();
        if (c < 0) break;
        if (line.size() == MAX_LINE) throw new JsonException("a line over " + MAX_LINE + " bytes");
        line.write(c);
      }
      return Optional.of(Json.parse(line.toByteArray(), Bounds.ofBytes(MAX_LINE)).at());
    } catch (IOException e) {
      throw new CommandFailure(Exit.UNREACHABLE, "the head went away: " + e.getMessage());
    }
  }
}
