package dev.windlass.kube;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * The distribution project's registry, on a free port of 127.0.0.1, without TLS; with a user, if it
 * was told one. It does not outlive this JVM.
 */
public final class RealRegistry implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final int port;
  private final Leashed server;
  private final Optional<String> login;
  private final HttpClient client = HttpClient.newHttpClient();

  private RealRegistry(int port, Leashed server, Optional<String> login) {
    this.port = port;
    this.server = server;
    this.login = login;
  }

  /**
   * @param directory of its own, which stays
   * @param login {@code user:password}, or empty: everybody may do everything
   */
  public static RealRegistry start(Path directory, Optional<String> login) throws IOException {
    Files.createDirectories(directory);
    int port = freePort();
    var config = directory.resolve("config.yml");
    Files.writeString(config, config(directory, port, login));
    var program = Assets.program("registry").toString();
    var server =
        Leashed.start(directory.resolve("log"), "", List.of(program, "serve", config.toString()));
    var registry = new RealRegistry(port, server, login);
    try {
      registry.await();
      return registry;
    } catch (IOException | RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /** {@code 127.0.0.1:port}. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  /**
   * Pushes a Wasm artifact as {@code oras push} would.
   *
   * @return the digest of its manifest
   */
  public Digest push(String repository, String tag, Bytes module) throws IOException {
    var config = Bytes.utf8("{\"architecture\":\"wasm\",\"os\":\"wasip1\"}");
    blob(repository, config);
    blob(repository, module);
    var manifest =
        Json.object()
            .put("schemaVersion", 2)
            .put("mediaType", MANIFEST)
            .put("config", descriptor("application/vnd.wasm.config.v0+json", config))
            .put("layers", Json.array(List.of(descriptor("application/wasm", module))))
            .build()
            .canonical();
    var put = to("/v2/" + repository + "/manifests/" + tag);
    expect(
        201, send(put.header("Content-Type", MANIFEST).PUT(BodyPublishers.ofByteArray(manifest))));
    return Digest.of(manifest);
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.kill();
  }

  private void blob(String repository, Bytes octets) throws IOException {
    var begun = send(to("/v2/" + repository + "/blobs/uploads/").POST(BodyPublishers.noBody()));
    expect(202, begun);
    var location = URI.create("http://" + host()).resolve(header(begun, "Location"));
    var whole = URI.create(location + "&digest=" + Digest.of(octets));
    var body = BodyPublishers.ofByteArray(octets.toArray());
    expect(201, send(request(whole).header("Content-Type", "application/octet-stream").PUT(body)));
  }

  private static Json descriptor(String type, Bytes content) {
    return Json.object()
        .put("mediaType", type)
        .put("digest", Digest.of(content).toString())
        .put("size", content.size())
        .build();
  }

  private HttpRequest.Builder to(String path) {
    return request(URI.create("http://" + host() + path));
  }

  private HttpRequest.Builder request(URI uri) {
    var request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
    login.ifPresent(
        l ->
            request.header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(l.getBytes(StandardCharsets.UTF_8))));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String header(HttpResponse<String> response, String name) throws IOException {
    return response
        .headers()
        .firstValue(name)
        .orElseThrow(() -> new IOException(response + " has no " + name));
  }

  private static void expect(int status, HttpResponse<String> response) throws IOException {
    if (response.statusCode() != status)
      throw new IOException(response + ", expected " + status + ": " + response.body());
  }

  private void await() throws IOException {
    var end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      if (!server.isAlive()) break;
      try {
        if (send(to("/v2/").GET()).statusCode() == 200) return;
      } catch (IOException _) {
        // not listening yet
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new IOException("the registry does not answer: " + server.lastWords());
  }

  private static String config(Path directory, int port, Optional<String> login)
      throws IOException {
    var config =
        """
        version: 0.1
        log: {level: warn}
        storage: {filesystem: {rootdirectory: "%s"}}
        http: {addr: "127.0.0.1:%d", secret: of-a-test}
        """
            .formatted(directory.resolve("blobs"), port);
    if (login.isEmpty()) return config;
    var parts = login.get().split(":", 2);
    var salt = new byte[16];
    new SecureRandom().nextBytes(salt);
    var hash = OpenBSDBCrypt.generate("2y", parts[1].toCharArray(), salt, 5);
    var users = directory.resolve("htpasswd");
    Files.writeString(users, parts[0] + ":" + hash + "\n");
    return config + "auth: {htpasswd: {realm: a-test, path: \"" + users + "\"}}\n";
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
