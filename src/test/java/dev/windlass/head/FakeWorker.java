package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.identity.SpiffeId;
import dev.windlass.link.Peers;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * A worker without an engine, stricter than a real one: it fetches what an order names, refuses an
 * invocation it had before, counts orders beyond its capacity as a fault of the head, and signs for
 * real.
 */
final class FakeWorker {
  static final Digest ENGINE = Digest.of(Bytes.utf8("engine"));

  /** What a guest does with a request. */
  interface Guest extends BiFunction<Order.Invoke, Manifest, Ended> {}

  record Ended(Outcome outcome, Bytes output, Bytes stderr) {
    static Ended ok(String output) {
      return new Ended(new Outcome.Exited(0), Bytes.utf8(output), Bytes.EMPTY);
    }

    static Ended ok(Bytes output) {
      return new Ended(new Outcome.Exited(0), output, Bytes.EMPTY);
    }

    static Ended failed(Outcome outcome, String stderr) {
      return new Ended(outcome, Bytes.EMPTY, Bytes.utf8(stderr));
    }
  }

  final SpiffeId id;
  final Ed25519Key key;
  final int capacity;
  final Peers peers;
  final List<String> faults = new ArrayList<>();
  final Set<InvocationId> seen = ConcurrentHashMap.newKeySet();
  final Map<Digest, Bytes> fetched = new ConcurrentHashMap<>();
  final Set<Digest> warm = ConcurrentHashMap.newKeySet();
  final List<Order> orders = java.util.Collections.synchronizedList(new ArrayList<>());
  private final Set<Promise<Reply>> open = ConcurrentHashMap.newKeySet();

  volatile Guest guest = (order, _) -> Ended.ok(order.body());

  /** What becomes of the reply on its way; null never replies. */
  volatile UnaryOperator<Reply> tamper = reply -> reply;

  /** When present, given instead of running. */
  volatile Optional<Reply> instead = Optional.empty();

  /** Runs at one time that it reports; 0 is its capacity. */
  volatile int lanes;

  /** Held orders are answered by {@link #letGo}. */
  volatile boolean hold;

  /** Signs each result as a leaf of a batch with another payload. */
  volatile boolean batch;

  volatile Optional<Reply> prepares = Optional.empty();

  FakeWorker(String name, int seed, int capacity, Peers peers) {
    this.id = new SpiffeId("test", "default", SpiffeId.WORKER, name);
    var octets = new byte[32];
    octets[0] = (byte) seed;
    this.key = new Ed25519Key(Bytes.wrap(octets));
    this.capacity = capacity;
    this.peers = peers;
  }

  Report report() {
    var hardware =
        new Report.Hardware("amd64", 2, 3_000, 4L << 30, "nvme", 1L << 40, 1L << 39, 2_000);
    int runs = lanes == 0 ? capacity : lanes;
    return new Report(
        ENGINE,
        "50.0.1",
        hardware,
        runs,
        runs,
        1L << 30,
        1L << 20,
        List.copyOf(warm),
        false,
        "test");
  }

  FakeWorker join() {
    peers.joined(id, capacity, report());
    return this;
  }

  /** Says what it would say after a second. */
  void tell() {
    peers.reported(id, report());
  }

  /** As when its process is killed: everything open is lost. */
  void die() {
    peers.left(id, "killed");
    for (var promise : List.copyOf(open)) promise.tryFail(new IllegalStateException("link closed"));
    open.clear();
  }

  int inFlight() {
    return open.size();
  }

  void letGo() {
    hold = false;
    for (var promise : List.copyOf(open)) {
      open.remove(promise);
      promise.tryFail(new IllegalStateException("let go without a reply"));
    }
  }

  Future<Reply> take(Order order) {
    orders.add(order);
    Promise<Reply> promise = Promise.promise();
    open.add(promise);
    promise.future().onComplete(_ -> open.remove(promise));
    if (open.size() > capacity) fault(open.size() + " orders at one time, capacity " + capacity);
    if (hold) return promise.future();
    Thread.startVirtualThread(
        () -> {
          try {
            var reply = tamper.apply(reply(order));
            if (reply != null) promise.tryComplete(reply);
          } catch (RuntimeException | AssertionError e) {
            fault(e.toString());
            promise.tryFail(e);
          }
        });
    return promise.future();
  }

  private Reply reply(Order order) {
    if (instead.isPresent() && order instanceof Order.Invoke) return instead.get();
    return switch (order) {
      case Order.Invoke invoke -> run(invoke);
      case Order.Prepare prepare -> prepare(prepare);
      case Order.Evict _ -> new Reply.Evicted();
      case Order.Resign resign -> resign(resign);
    };
  }

  private Reply resign(Order.Resign order) {
    var batch =
        new Dsse.Batch(order.batch().statement(), order.batch().index(), order.batch().path());
    var entry = new Dsse.Signature("", order.signature(), Optional.of(batch));
    var verdict = new ResultVerifier(1).verify(key.publicKey(), order.statement(), entry);
    if (!(verdict instanceof Verdict.Counts)) {
      fault("asked to sign again what it never signed: " + verdict);
      return new Reply.Refused(Reply.Why.NOT_SIGNED_HERE, verdict.toString());
    }
    var direct = new BatchSigner(key).direct(order.statement());
    return new Reply.Resigned(direct.keyId(), direct.sig());
  }

  private Reply prepare(Order.Prepare order) {
    if (prepares.isPresent()) return prepares.get();
    var manifest = manifest(order.manifest());
    var module = fetch(manifest.module());
    warm.add(manifest.module());
    manifest.files().ifPresent(this::fetch);
    return new Reply.Prepared(
        manifest.module(), module.size(), 3, 4_096, List.of("wasi.fd_write i"));
  }

  private Reply run(Order.Invoke order) {
    if (!seen.add(order.invocation())) {
      fault("invocation " + order.invocation() + " came twice");
      return new Reply.Refused(Reply.Why.DUPLICATE, "twice");
    }
    if (order.deadlineMillis() < 1) fault("deadline " + order.deadlineMillis());
    var manifest = manifest(order.manifest());
    fetch(manifest.module());
    return done(order, manifest, guest.apply(order, manifest));
  }

  Reply.Done done(Order.Invoke order, Manifest manifest, Ended ended) {
    var trap = ended.outcome().trap();
    var end =
        trap != null
            ? new ResultStatement.End.Trap(trap)
            : new ResultStatement.End.Exit(
                ((Outcome.Exited) ended.outcome()).code(), OptionalLong.of(1_234));
    var statement =
        new ResultStatement(
                order.invocation().toString(),
                order.nonce(),
                manifest.module(),
                order.manifest(),
                Digest.of(order.body()),
                Environment.of(manifest, order.env()).digest(),
                manifest.determinism().profile(),
                ENGINE,
                Digest.of(ended.output()),
                end,
                Optional.empty())
            .canonical();
    return new Reply.Done(
        statement,
        sign(statement),
        ended.outcome(),
        ended.output(),
        ended.stderr(),
        0,
        1_234,
        new Reply.Times(10, 0, 20, 30));
  }

  private Reply.Signature sign(Bytes statement) {
    var signer = new BatchSigner(key);
    var payloads = batch ? List.of(Bytes.utf8("another"), statement) : List.of(statement);
    var signature = signer.sign(payloads).getLast();
    return new Reply.Signature(
        signature.keyId(),
        signature.sig(),
        signature.batch().map(b -> new Reply.Batch(b.statement(), b.index(), b.path())));
  }

  private Manifest manifest(Digest digest) {
    return ManifestJson.parse(fetch(digest).unsafeArray());
  }

  private Bytes fetch(Digest digest) {
    return fetched.computeIfAbsent(digest, this::ask);
  }

  private Bytes ask(Digest digest) {
    var answer =
        peers.ask(id, new Ask.Fetch(digest)).toCompletionStage().toCompletableFuture().join();
    if (!(answer instanceof Answer.Found(var bytes)))
      throw new AssertionError("the head has no " + digest + ": " + answer);
    if (!Digest.of(bytes).equals(digest)) throw new AssertionError("wrong bytes for " + digest);
    return bytes;
  }

  private void fault(String what) {
    synchronized (faults) {
      faults.add(id.name() + ": " + what);
    }
  }
}
