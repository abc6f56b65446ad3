package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.link.LinkFailure;
import dev.windlass.link.LinkServer;
import dev.windlass.link.Peers;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.WitnessPolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A real head on a real port, with fake workers. Closing it checks that nothing is left behind. */
final class HeadFixture implements AutoCloseable {
  /** {@code (module (func (export "_start")))}. */
  static final Bytes MODULE =
      Bytes.wrap(
          HexFormat.of()
              .parseHex(
                  "0061736d01000000"
                      + "010401600000"
                      + "03020100"
                      + "070a01065f73746172740000"
                      + "0a040102000b"));

  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Map<SpiffeId, Ed25519PublicKey> keys = new ConcurrentHashMap<>();
  final Map<String, FakeWorker> workers = new ConcurrentHashMap<>();
  final List<SpiffeId> disconnected = new ArrayList<>();
  private final List<Consumer<SpiffeId>> onRevocation = new CopyOnWriteArrayList<>();
  private final Set<SpiffeId> registered = ConcurrentHashMap.newKeySet();
  final Map<SpiffeId, Long> registrations = new ConcurrentHashMap<>();
  private final Optional<FakeLedger> log;
  private final Optional<ClusterHeadPorts> cluster;
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final HeadConfig config;
  final Head head;
  final int port;
  private final HttpServer server;
  private Peers peers;

  HeadFixture(Path data) {
    this(data, config -> config);
  }

  HeadFixture(Path data, UnaryOperator<HeadConfig> change) {
    this(data, change, Optional.empty());
  }

  HeadFixture(Path data, UnaryOperator<HeadConfig> change, Optional<FakeLedger> log) {
    this(data, change, log, Optional.empty());
  }

  /** A head of a cluster: what {@code cluster} says of workers counts. */
  HeadFixture(Path data, ClusterHeadPorts cluster, Optional<FakeLedger> log) {
    this(data, config -> config, log, Optional.of(cluster));
  }

  /** The same with a real link. */
  HeadFixture(Path data, ClusterHeadPorts cluster, Function<Peers, Link> links) {
    this(data, config -> config, Optional.empty(), Optional.of(cluster), Optional.of(links));
  }

  /** A head of one machine with a real link; a worker's key is put into {@link #keys}. */
  static HeadFixture linked(Path data, Function<Peers, Link> links) {
    return new HeadFixture(
        data, config -> config, Optional.empty(), Optional.empty(), Optional.of(links));
  }

  /** What a head sees of a real link. */
  static Link linkOf(LinkServer server) {
    return new Link() {
      @Override
      public Future<Reply> order(String address, Order order) {
        return server.order(address, order);
      }

      @Override
      public void disconnect(SpiffeId worker, String why) {
        server.disconnect(worker, why);
      }
    };
  }

  private HeadFixture(
      Path data,
      UnaryOperator<HeadConfig> change,
      Optional<FakeLedger> log,
      Optional<ClusterHeadPorts> cluster) {
    this(data, change, log, cluster, Optional.empty());
  }

  private HeadFixture(
      Path data,
      UnaryOperator<HeadConfig> change,
      Optional<FakeLedger> log,
      Optional<ClusterHeadPorts> cluster,
      Optional<Function<Peers, Link>> links) {
    this.log = log;
    this.cluster = cluster;
    var usual = HeadConfig.at(data, "test");
    var quick = usual.traffic().withPatience(Duration.ofMillis(100), Duration.ofMillis(200));
    this.config = change.apply(usual.withTraffic(quick));
    try {
      this.head = Head.open(vertx, config, new Ports(), metrics, links.orElse(this::link));
    } catch (IOException e) {
      throw new AssertionError("couldn't open a head", e);
    }
    var router = Router.router(vertx);
    head.mount(router);
    this.server = get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    this.port = server.actualPort();
  }

  /** Whatever else a test does, the head kept to its bounds and gave everything back. */
  @Override
  public void close() {
    await("every request has ended", () -> head.inFlight() == 0);
    for (var worker : workers.values()) assertEquals(List.of(), worker.faults);
    assertEquals(0, metrics.get("windlass.request.body.bytes").gauge().value());
    assertEquals(0, metrics.get("windlass.requests.waiting").gauge().value());
    head.close();
    log.ifPresent(l -> assertEquals(List.of(), l.judged(true)));
    get(server.close());
    client.close();
    get(vertx.close());
  }

  FakeWorker worker(String name) {
    return worker(name, 64);
  }

  FakeWorker worker(String name, int capacity) {
    var worker = new FakeWorker(name, name.hashCode(), capacity, peers);
    workers.put(worker.id.address(), worker);
    keys.put(worker.id, worker.key.publicKey());
    registered.add(worker.id);
    log.ifPresent(
        l -> registrations.put(worker.id, l.registerWorker(worker.id, worker.key.publicKey())));
    return worker.join();
  }

  /** Uploads the module and deploys it; {@code members} is inserted into the manifest. */
  void deploy(String name, String members) {
    var response = tryDeploy(name, MODULE, members);
    assertEquals(200, response.statusCode(), response::body);
  }

  HttpResponse<String> tryDeploy(String name, Bytes module, String members) {
    upload(module);
    var manifest =
        "{\"module\":\""
            + Digest.of(module)
            + "\""
            + (members.isEmpty() ? "" : "," + members)
            + "}";
    return send("PUT", "/api/v1/namespaces/default/functions/" + name, manifest);
  }

  double gauge(String name) {
    return metrics.get(name).gauge().value();
  }

  void upload(Bytes octets) {
    var response =
        send(
            request("/api/v1/artifacts/" + Digest.of(octets).hex())
                .PUT(BodyPublishers.ofByteArray(octets.unsafeArray())));
    assertTrue(response.statusCode() <= 201, response::body);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, String body) {
    return send("POST", path, body);
  }

  HttpResponse<String> send(String method, String path, String body) {
    return send(request(path).method(method, BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("no answer", e);
    }
  }

  static Located json(HttpResponse<String> response) {
    return Json.parse(response.body(), Bounds.DEFAULT).at();
  }

  /** That the answer is this problem, well formed; returns it for a look at its members. */
  static Located problem(ProblemType type, HttpResponse<String> response) {
    assertEquals(type.status(), response.statusCode(), response::body);
    assertEquals(
        Optional.of("application/problem+json"), response.headers().firstValue("Content-Type"));
    var json = json(response);
    assertEquals(type.uri(), json.get("type").text(), response::body);
    assertEquals(type.status(), json.get("status").integer(100, 599));
    assertTrue(!json.get("detail").text().isEmpty());
    return json;
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "not within 10 s: " + what);
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private Link link(Peers heard) {
    peers = heard;
    return new Link() {
      @Override
      public Future<Reply> order(String address, Order order) {
        var worker = workers.get(address);
        return worker == null
            ? Future.failedFuture(
                new ReplyException(
                    ReplyFailure.RECIPIENT_FAILURE, LinkFailure.NO_PEER.code(), "not here"))
            : worker.take(order);
      }

      @Override
      public void disconnect(SpiffeId worker, String why) {
        disconnected.add(worker);
        peers.left(worker, why);
      }
    };
  }

  private final class Ports implements HeadPorts {
    @Override
    public HeadConfig config() {
      return config;
    }

    @Override
    public LinkAddress linkAddress() {
      return new LinkAddress("127.0.0.1", 0);
    }

    @Override
    public CredentialSource credentials() {
      throw new AssertionError("the fake link needs none");
    }

    @Override
    public void onRevocation(Consumer<SpiffeId> listener) {
      onRevocation.add(listener);
      cluster.ifPresent(c -> c.workers().onRevocation(listener));
    }

    @Override
    public Optional<ClusterHeadPorts> cluster() {
      return cluster;
    }

    @Override
    public WorkerKeys keys() {
      return cluster
          .<WorkerKeys>map(ClusterHeadPorts::workers)
          .orElse(id -> Optional.ofNullable(keys.get(id)));
    }

    @Override
    public Bytes trustFile() {
      return Bytes.utf8("{\"v\":1,\"trustDomain\":\"test\",\"workers\":[]}");
    }

    @Override
    public JoinToken mintJoinToken() {
      return new JoinToken("wlj1.token", Instant.EPOCH);
    }

    @Override
    public Optional<Ledger> ledger() {
      return log.map(Function.identity());
    }

    @Override
    public Optional<Registration> registration(SpiffeId worker) {
      return Optional.ofNullable(registrations.get(worker))
          .map(index -> new Registration(index, Optional.of("zone-1")));
    }

    @Override
    public Optional<ReceiptKeys> receiptKeys() {
      return log.map(l -> l.keys);
    }

    @Override
    public WitnessPolicy policy() {
      return log.orElseThrow().tree.policy();
    }

    @Override
    public Optional<Ed25519Key> publisher() {
      return log.map(l -> l.publisher);
    }

    @Override
    public Optional<Revoked> revokeWorker(String name) {
      var id = new SpiffeId("test", "default", SpiffeId.WORKER, name);
      if (!registered.contains(id)) return Optional.empty();
      boolean now = keys.remove(id) != null;
      if (now) onRevocation.forEach(l -> l.accept(id));
      return Optional.of(new Revoked(id, now));
    }

    @Override
    public void linkListens(int port) {}
  }
}
