package dev.windlass.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A head on loopback, workers on demand, over real TLS; remembers what the head was told. */
final class Loopback implements AutoCloseable, Peers {
  static final String LOCALHOST = "127.0.0.1";

  /** Short, so that tests of what happens after a time-out end soon. */
  static final LinkLimits.Times BRIEF =
      new LinkLimits.Times(
          Duration.ofMillis(1500),
          Duration.ofMillis(1600),
          Duration.ofMillis(3500),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofMinutes(1),
          Duration.ofMillis(50));

  static final LinkLimits LIMITS = LinkLimits.DEFAULT.withTimes(BRIEF);

  final Vertx vertx = Vertx.vertx();
  final Identities identities = new Identities();
  final Identities.Source headCredentials = identities.of(Identities.HEAD);
  final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
  final LinkServer server;
  private final LinkLimits limits;
  final int port;
  volatile Function<Ask, Future<Answer>> answers =
      _ -> Future.succeededFuture(new Answer.NotFound("nothing here"));
  private final List<LinkClient> clients = new ArrayList<>();
  private final List<Vertx> others = new ArrayList<>();

  Loopback() {
    this(LIMITS);
  }

  Loopback(LinkLimits limits) {
    this.limits = limits;
    server = new LinkServer(vertx, headCredentials, limits, this);
    port = await(server.listen(LOCALHOST, 0));
  }

  @Override
  public void joined(SpiffeId worker, int credits, Report report) {
    events.add("joined " + worker.name() + " " + credits);
  }

  @Override
  public void reported(SpiffeId worker, Report report) {
    events.add("reported " + worker.name() + " " + report.freeLanes());
  }

  @Override
  public void left(SpiffeId worker, String why) {
    events.add("left " + worker.name() + ": " + why);
  }

  @Override
  public Future<Answer> ask(SpiffeId worker, Ask ask) {
    return answers.apply(ask);
  }

  /** A worker that is linked when this returns. */
  LinkClient worker(String name, Function<Order, Future<Reply>> handler) {
    return worker(identities.of(Identities.worker(name)), limits, handler);
  }

  LinkClient worker(
      CredentialSource source, LinkLimits limits, Function<Order, Future<Reply>> handler) {
    var client = dial(source, limits, handler);
    await(client.start());
    return client;
  }

  /** A worker that has not begun to dial. */
  LinkClient dial(
      CredentialSource source, LinkLimits limits, Function<Order, Future<Reply>> handler) {
    var heads = List.of(new HeadAddress(LOCALHOST, port));
    var client =
        new LinkClient(another(), source, heads, Loopback::report, limits).onOrder(handler);
    clients.add(client);
    return client;
  }

  /** A bus of its own, as another process would have. */
  Vertx another() {
    var other = Vertx.vertx();
    others.add(other);
    return other;
  }

  /** Waits until the head was told something that begins so. */
  void awaitEvent(String beginning) {
    awaitTrue(
        () -> events.stream().anyMatch(event -> event.startsWith(beginning)),
        () -> beginning + " in " + events);
  }

  @Override
  public void close() {
    for (var client : clients) await(client.close());
    await(server.close());
    for (var other : others) await(other.close());
    await(vertx.close());
  }

  static Report report() {
    var hardware =
        new Report.Hardware("amd64", 2.5, 2600, 8L << 30, "ssd", 1L << 40, 1L << 39, 900);
    return new Report(
        Digest.of(Bytes.utf8("engine")),
        "50.0.1",
        hardware,
        4,
        3,
        1L << 32,
        1L << 27,
        List.of(Digest.of(Bytes.utf8("warm"))),
        false,
        "0.1.0");
  }

  static Order.Invoke invoke(String body) {
    return invoke(Bytes.utf8(body), 10_000);
  }

  static Order.Invoke invoke(Bytes body, int deadlineMillis) {
    var env = new TreeMap<String, String>();
    env.put("REQUEST_METHOD", "POST");
    env.put("PATH_INFO", "/über");
    return new Order.Invoke(
        InvocationId.of(1_795_000_000_000L, 1, 2),
        Bytes.wrap(new byte[16]),
        Digest.of(Bytes.utf8("manifest")),
        env,
        body,
        deadlineMillis);
  }

  /** A worker's handler: what came in goes out. */
  static Future<Reply> echo(Order order) {
    return switch (order) {
      case Order.Invoke invoke -> Future.succeededFuture(done(invoke.body()));
      case Order.Prepare _ ->
          Future.succeededFuture(
              new Reply.Prepared(Digest.of(Bytes.EMPTY), 1, 2, 3, List.of("a.b")));
      case Order.Evict _ -> Future.succeededFuture(new Reply.Evicted());
      case Order.Resign resign ->
          Future.succeededFuture(new Reply.Resigned("SHA256:x", resign.signature()));
    };
  }

  static Reply done(Bytes output) {
    return new Reply.Done(
        Bytes.utf8("{}"),
        new Reply.Signature("SHA256:x", Bytes.wrap(new byte[64]), Optional.empty()),
        new Outcome.Exited(0),
        output,
        Bytes.utf8("log"),
        0,
        12_345,
        new Reply.Times(1, 2, 3, 4));
  }

  static String output(Reply reply) {
    if (!(reply instanceof Reply.Done done)) throw new AssertionError("not done: " + reply);
    return done.output().utf8();
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the future failed: " + e, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** How it failed. */
  static LinkFailure failure(Future<?> future) {
    try {
      var value = future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, got " + value);
    } catch (ExecutionException e) {
      return LinkFailure.of(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static void awaitTrue(BooleanSupplier condition, java.util.function.Supplier<String> what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "did not come true: " + what.get());
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
