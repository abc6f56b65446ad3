package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.HardwareNeeds;
import dev.windlass.function.Limits;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.Retry;
import dev.windlass.function.Route;
import dev.windlass.function.World;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.log.LogClient;
import dev.windlass.operator.FunctionLog;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator enters in the log about a function's version. */
class ClusterFunctionsTest {
  private static final Manifest MANIFEST =
      new Manifest(
          new FunctionName("demo", "hello"),
          Digest.of(Bytes.utf8("module")),
          Optional.empty(),
          World.WASI,
          Manifest.DEFAULT_ENTRY,
          List.of(),
          new TreeMap<>(),
          Limits.DEFAULT,
          Determinism.STRICT,
          Retry.SAFE,
          HardwareNeeds.NONE,
          Route.NONE);
  private static final Digest VERSION = Digest.of(ManifestJson.write(MANIFEST));

  @TempDir Path data;
  private final Ed25519Key key = new Ed25519Key(Bytes.wrap(new byte[32]));
  private final AtomicReference<String> answer = new AtomicReference<>("");
  private final AtomicReference<Bytes> added = new AtomicReference<>(Bytes.EMPTY);
  private int status = 200;
  private HttpServer server;
  private LogClient client;
  private ClusterFunctions functions;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/add", this::add);
    server.start();
    client = new LogClient("http://127.0.0.1:" + server.getAddress().getPort());
    functions =
        ClusterFunctions.open(
            new ClusterFunctions.Settings(
                data,
                ListenAddress.parse("operator", "127.0.0.1:0"),
                Set.of(),
                new SpiffeId("acme.test", "windlass", SpiffeId.OPERATOR, "windlass-operator"),
                true));
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void a_version_is_entered_under_the_operators_key() throws Exception {
    answer.set("{\"index\":7,\"duplicate\":false}");
    functions.use(keys());

    assertEquals(7, log().publish(MANIFEST, VERSION));

    var plain = assertInstanceOf(Submission.Plain.class, Submission.parse(added.get()));
    var signed = SignedEntry.parse(plain.leaf());
    assertTrue(signed.isSignedBy(key.publicKey()));
    var entry = assertInstanceOf(LogEntry.FunctionPublish.class, signed.entry());
    assertEquals(MANIFEST.name(), entry.name());
    assertEquals(MANIFEST.module(), entry.module());
    assertEquals(VERSION, entry.manifest());
  }

  @Test
  void before_the_registrar_runs_and_after_it_ended_an_entry_waits() {
    assertSays("keys are not read yet");
    functions.use(keys());
    functions.use(Optional.empty());
    assertSays("keys are not read yet");
    assertEquals(Bytes.EMPTY, added.get());
  }

  @Test
  void what_the_log_refuses_for_good_is_told_from_what_it_cannot_take_now() {
    functions.use(keys());
    status = 422;
    answer.set("{\"refused\":\"malformed\",\"detail\":\"no entry\"}");
    assertInstanceOf(FunctionLog.Refused.class, assertSays("no entry"));

    status = 503;
    answer.set("busy");
    assertTrue(!(assertSays("takes nothing now") instanceof FunctionLog.Refused));

    server.stop(0);
    assertTrue(!(assertSays("cannot be reached") instanceof FunctionLog.Refused));
  }

  private IOException assertSays(String words) {
    var thrown = assertThrows(IOException.class, () -> log().publish(MANIFEST, VERSION));
    assertTrue(String.valueOf(thrown.getMessage()).contains(words), thrown::toString);
    return thrown;
  }

  private FunctionLog log() {
    return functions.ports().log().orElseThrow();
  }

  private Optional<ClusterFunctions.Keys> keys() {
    return Optional.of(
        new ClusterFunctions.Keys(key, Optional.of(client), ClusterFunctionsTest::nobody));
  }

  private static CredentialSource nobody(SpiffeId id) {
    throw new AssertionError("nobody asked for credentials of " + id);
  }

  private void add(HttpExchange exchange) throws IOException {
    added.set(Bytes.wrap(exchange.getRequestBody().readAllBytes()));
    var body = answer.get().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
