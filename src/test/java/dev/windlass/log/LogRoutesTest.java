package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogProof;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRoutesTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private TestLog log;
  private HttpServer server;
  private LogClient client;

  @BeforeEach
  void listen() {
    log = new TestLog(directory);
    log.open();
    var router = Router.router(vertx);
    LogRoutes.mount(vertx, router, log.log(), "/ledger");
    router.route().handler(c -> c.response().setStatusCode(404).end("somebody else\n"));
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    client = new LogClient("http://127.0.0.1:" + server.actualPort() + "/ledger/");
  }

  @AfterEach
  void close() {
    client.close();
    http.close();
    server.close().toCompletionStage().toCompletableFuture().join();
    log.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private HttpResponse<byte[]> send(String method, String path, byte[] body) {
    var uri = URI.create("http://127.0.0.1:" + server.actualPort() + "/ledger/" + path);
    var publisher = HttpRequest.BodyPublishers.ofByteArray(body);
    var request = HttpRequest.newBuilder(uri).timeout(LONG).method(method, publisher).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  private HttpResponse<byte[]> get(String path) {
    return send("GET", path, new byte[0]);
  }

  /** The status line of what these octets are answered with. */
  private String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return line(socket.getInputStream());
    }
  }

  private static String line(InputStream in) throws IOException {
    var text = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) text.append((char) c);
    return text.toString().strip();
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void checkpoint_and_tiles_are_those_of_c2sp_with_their_headers() {
    log.head("h1");
    TestLog.await("published", () -> log.log().publication().published() == 3);

    var checkpoint = get("checkpoint");
    assertEquals(200, checkpoint.statusCode());
    assertEquals("text/plain; charset=utf-8", header(checkpoint, "Content-Type"));
    assertEquals("public, max-age=1", header(checkpoint, "Cache-Control"));
    assertTrue(log.log().policy().evaluate(Note.parse(checkpoint.body())).isAccepted());

    var tile = get("tile/0/000.p/3");
    assertEquals("application/octet-stream", header(tile, "Content-Type"));
    assertEquals("public, max-age=31536000, immutable", header(tile, "Cache-Control"));
    assertEquals(96, tile.body().length);
    assertEquals(3, EntryBundle.parse(get("tile/entries/000.p/3").body()).size());
    assertEquals(32, get("tile/0/000.p/1").body().length);
    var head = send("HEAD", "tile/0/000.p/3", new byte[0]);
    assertEquals("96", header(head, "Content-Length"));
    assertEquals(0, head.body().length);

    assertEquals(log.log().vkey() + "\n", Bytes.wrap(get("vkey").body()).utf8());
    assertEquals(log.log().policy().text(), Bytes.wrap(get("policy").body()).utf8());
    assertTrue(Bytes.wrap(get("status").body()).utf8().contains("\"committed\":3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tile/0/000",
        "tile/0/000.p/4",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/00/000.p/1",
        "tile/0/1",
        "tile/0/x001/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/entries/000",
        "tile/0/%30%30%30.p/1",
        "tile/0/..%2f..%2fkey",
        "tile/../../key",
        "tile/0/000.p/1/",
        "tile//0/000.p/1",
        "tile/",
        "receipts/",
        "receipts/..",
        "receipts/%2e%2e",
        "receipts/0197F3A0-0000-7000-8000-000000000000",
        "receipts/0197f3a0-0000-4000-8000-000000000000",
        "receipts/0197f3a0-0000-7000-8000-000000000000",
        "proof/-1",
        "proof/01",
        "proof/99999999999999999999",
        "proof/3",
        "proof/a",
        "nothing",
        "",
        "add/",
        "checkpoint/"
      })
  void a_path_of_nothing_is_404_however_it_is_spelt(String path) throws IOException {
    log.head("h1");
    TestLog.await("published", () -> log.log().publication().published() == 3);

    var status = raw("GET /ledger/" + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    assertEquals("HTTP/1.1 404 Not Found", status);
  }

  @Test
  void a_long_path_or_a_strange_wait_reaches_nothing() throws IOException {
    var path = "tile/0/" + "x000/".repeat(500) + "000";
    assertEquals(404, get(path).statusCode());
    for (var wait : new String[] {"-1", "1s", "1e3", "9999", "", "%31%00"})
      assertEquals(
          400,
          get("receipts/0197f3a0-0000-7000-8000-000000000000?wait=" + wait).statusCode(),
          wait);
  }

  @Test
  void methods_are_told_apart() {
    assertEquals(405, get("add").statusCode());
    assertEquals(405, send("POST", "checkpoint", new byte[0]).statusCode());
    assertEquals(405, send("DELETE", "tile/0/000.p/1", new byte[0]).statusCode());
  }

  @Test
  void what_is_no_submission_is_refused_with_the_reason() {
    for (var body : new String[] {"", "x", "\u0001\u0001", "\u0002\u0001\0\0\0\u0001x"}) {
      var refused = send("POST", "add", body.getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(422, refused.statusCode());
      assertTrue(Bytes.wrap(refused.body()).utf8().contains("\"refused\":\"malformed\""));
    }
  }

  @Test
  void a_body_over_the_bound_is_refused_with_its_first_octet_too_many() throws IOException {
    int most = LogConfig.Intake.MAX_SUBMISSION;
    assertEquals(413, send("POST", "add", new byte[most + 1]).statusCode());
    try (var socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(10_000);
      var out = socket.getOutputStream();
      var head = "POST /ledger/add HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      var chunk = new byte[1 << 16];
      for (int sent = 0; sent <= most; sent += chunk.length) {
        out.write("10000\r\n".getBytes(StandardCharsets.ISO_8859_1));
        out.write(chunk);
        out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
      }
      out.flush();
      assertEquals("HTTP/1.1 413 Request Entity Too Large", line(socket.getInputStream()));
    }
  }

  @Test
  void bodies_that_never_end_leave_room_for_others_when_their_connections_do() throws IOException {
    var slow = new ArrayList<Socket>();
    var begun = "POST /ledger/add HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx";
    for (int i = 0; i < 128; i++) {
      var socket = new Socket("127.0.0.1", server.actualPort());
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.ISO_8859_1));
      slow.add(socket);
    }

    TestLog.await("no room", () -> send("POST", "add", new byte[2]).statusCode() == 503);
    for (var socket : slow) socket.close();
    TestLog.await("room", () -> send("POST", "add", new byte[2]).statusCode() == 422);
  }

  @Test
  void the_client_of_a_head_elsewhere_hears_what_the_log_says() {
    var head = new TestHead("h1", 1, log.clock);
    var worker = client.add(head.registerWorker(log.registrar)).toCompletableFuture().join();
    head.workerIndex = assertInstanceOf(Added.Logged.class, worker).index();
    client.add(head.register(log.registrar)).toCompletableFuture().join();
    var batch = head.batch(3);

    var early = client.receipt(batch.ids().get(2), LONG).toCompletableFuture();
    assertEquals(
        new Added.Logged(3, false), client.add(batch.octets()).toCompletableFuture().join());
    assertEquals(
        new Added.Logged(3, true), client.add(batch.octets()).toCompletableFuture().join());

    var found = assertInstanceOf(Found.Logged.class, early.join());
    assertTrue(found.witnessed());
    var file = ReceiptFile.parse(found.receiptFile().toArray());
    var checks = ReceiptAudit.of(file, log.log().policy(), ReceiptAudit.Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
    var proof = client.proof(3, LONG).toCompletableFuture().join().orElseThrow();
    assertEquals(3, TlogProof.parse(proof.toArray()).index());

    assertEquals(Optional.empty(), client.proof(9, Duration.ZERO).toCompletableFuture().join());
    assertInstanceOf(
        Found.Unknown.class,
        client.receipt(new UUID(0x7000, 1L << 63), Duration.ZERO).toCompletableFuture().join());
    var refused = client.add(head.register(log.operator)).toCompletableFuture().join();
    assertEquals(Refusal.NOT_ALLOWED, assertInstanceOf(Added.Refused.class, refused).reason());
  }

  @Test
  void a_log_that_is_closed_says_503_and_when_to_come_again() {
    log.close();

    var answer = send("POST", "add", new byte[2]);

    assertEquals(503, answer.statusCode());
    assertEquals("1", header(answer, "Retry-After"));
    assertInstanceOf(Added.Later.class, client.add(Bytes.utf8("xx")).toCompletableFuture().join());
  }

  @Test
  void without_a_quorum_a_receipt_is_pending_and_then_there_unwitnessed() {
    var head = log.head("h1");
    TestLog.await("published", () -> log.log().publication().published() == 3);
    log.witnesses.setAll(TestWitnesses.Mood.DOWN);
    var receipt = head.single();
    log.logged(receipt.octets());

    var pending = get("receipts/" + receipt.id());
    assertEquals(202, pending.statusCode());
    assertEquals("1", header(pending, "Retry-After"));
    TestLog.await("the alarm", () -> get("receipts/" + receipt.id()).statusCode() == 200);
    assertEquals("false", header(get("receipts/" + receipt.id()), "Windlass-Witnessed"));
    assertEquals(3, Note.parse(get("checkpoint").body()).checkpoint().size());
  }
}
