package dev.windlass.artifact;

import com.sun.net.httpserver.HttpExchange;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI registry with one repository, {@code acme/hello}. It asks for a token if it was told a
 * user, and notes as a breach whatever the distribution specification does not allow a client.
 */
final class FakeRegistry implements AutoCloseable {
  static final String WASM_CONFIG = "application/vnd.wasm.config.v0+json";
  static final String WASM = "application/wasm";
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String TOKEN = "tok-en";

  final FakeServer server;

  /** Another origin, where blobs are if they are moved away. */
  final FakeServer storage;

  private final Optional<String> login;

  private FakeRegistry(Optional<String> login) throws Exception {
    this.login = login;
    this.server = FakeServer.plain();
    this.storage = FakeServer.plain();
    server.page("/token", this::token);
  }

  static FakeRegistry open() throws Exception {
    return new FakeRegistry(Optional.empty());
  }

  /** Wants a token, which is given to {@code user:password}, or to anyone if that is empty. */
  static FakeRegistry closed(String login) throws Exception {
    return new FakeRegistry(Optional.of(login));
  }

  String host() {
    return "localhost:" + server.port();
  }

  OciReference reference(String version) {
    return OciReference.parse(host() + "/acme/hello" + version);
  }

  static Json.Obj descriptor(String type, Bytes content) {
    return Json.object()
        .put("mediaType", type)
        .put("digest", Digest.of(content).toString())
        .put("size", content.size())
        .build();
  }

  static Bytes manifest(String config, Json... layers) {
    return Bytes.wrap(
        Json.object()
            .put("schemaVersion", 2)
            .put("mediaType", MANIFEST)
            .put("config", descriptor(config, Bytes.utf8("{}")))
            .put("layers", Json.array(List.of(layers)))
            .build()
            .canonical());
  }

  /** A manifest with one layer, and its blob; returns the manifest's digest. */
  Digest push(String tag, Bytes module) {
    blob(module);
    return document(tag, MANIFEST, manifest(WASM_CONFIG, descriptor(WASM, module)));
  }

  Digest document(String tag, String type, Bytes document) {
    var digest = Digest.of(document);
    for (var version : List.of(tag, digest.toString()))
      server.page(
          "/v2/acme/hello/manifests/" + version,
          exchange -> {
            if (!exchange.getRequestHeaders().getFirst("Accept").contains(MANIFEST))
              server.breach("a manifest was asked for without saying which types are known");
            if (!isAllowed(exchange)) return;
            FakeServer.send(
                exchange,
                200,
                Map.of("Content-Type", type, "Docker-Content-Digest", digest.toString()),
                document.toArray());
          });
    return digest;
  }

  void blob(Bytes content) {
    blobAt(Digest.of(content), content);
  }

  void blobAt(Digest digest, Bytes content) {
    server.page(
        "/v2/acme/hello/blobs/" + digest,
        exchange -> {
          if (isAllowed(exchange)) FakeServer.send(exchange, 200, Map.of(), content.toArray());
        });
  }

  /** The registry sends the client away; the other place must not see the registry's token. */
  void blobElsewhere(Bytes content) {
    var digest = Digest.of(content);
    var there = "http://127.0.0.1:" + storage.port() + "/data/" + digest.hex() + "?sig=secret";
    server.page(
        "/v2/acme/hello/blobs/" + digest,
        exchange -> {
          if (isAllowed(exchange))
            FakeServer.send(exchange, 307, Map.of("Location", there), new byte[0]);
        });
    storage.page(
        "/data/" + digest.hex(),
        exchange -> {
          if (exchange.getRequestHeaders().containsKey("Authorization"))
            storage.breach("the registry's token was shown to its storage");
          FakeServer.send(exchange, 200, Map.of(), content.toArray());
        });
  }

  @Override
  public void close() {
    server.close();
    storage.close();
  }

  private boolean isAllowed(HttpExchange exchange) throws IOException {
    var shown = exchange.getRequestHeaders().getFirst("Authorization");
    if (login.isEmpty()) {
      if (shown != null) server.breach("credentials were shown to a registry that asks for none");
      return true;
    }
    if (("Bearer " + TOKEN).equals(shown)) return true;
    var realm = "http://" + host() + "/token";
    var challenge =
        "Bearer realm=\"" + realm + "\",service=\"fake, it is\",scope=\"repository:x:pull\"";
    var body = "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}";
    FakeServer.send(exchange, 401, Map.of("WWW-Authenticate", challenge), FakeServer.text(body));
    return false;
  }

  private void token(HttpExchange exchange) throws IOException {
    var wanted = "service=fake%2C+it+is&scope=repository%3Aacme%2Fhello%3Apull";
    var query = String.valueOf(exchange.getRequestURI().getRawQuery());
    if (!query.equals(wanted)) server.breach("a token was asked for by ?" + query);
    var shown = exchange.getRequestHeaders().getFirst("Authorization");
    var pair = FakeServer.text(login.orElse(""));
    boolean anyone = login.equals(Optional.of(""));
    var expected = "Basic " + Base64.getEncoder().encodeToString(pair);
    if (anyone ? shown == null : expected.equals(shown)) {
      FakeServer.send(
          exchange,
          200,
          Map.of(),
          FakeServer.text("{\"token\":\"" + TOKEN + "\",\"expires_in\":60}"));
    } else {
      FakeServer.send(exchange, 401, Map.of(), FakeServer.text("wrong password"));
    }
  }
}
