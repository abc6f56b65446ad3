package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
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
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiFunctions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker's orders on a real engine, with a map in the place of the head. */
final class TestOrders implements AutoCloseable {
  static final InstantSource CLOCK =
      InstantSource.fixed(java.time.Instant.ofEpochMilli(1_795_000_000_000L));

  final Path directory;
  final Map<Digest, Bytes> head = new ConcurrentHashMap<>();
  final AtomicInteger fetches = new AtomicInteger();
  final MemoryBudget memory = new MemoryBudget(256L << 20);
  final Ed25519Key key = new Ed25519Key(Bytes.wrap(new byte[32]));
  final Engine engine;
  final Modules<Wasi> modules;
  final Lanes lanes;
  final ContentStore store;
  final Orders orders;
  private final ExecutorService loop =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("loop").factory());
  private final SplittableRandom chance = new SplittableRandom(11);

  TestOrders(Path directory, int laneCount) throws IOException {
    this.directory = directory;
    engine =
        Engine.open(
            new EngineSettings(
                laneCount, true, Duration.ofMillis(2), List.of(), directory.resolve("engine")));
    modules =
        Modules.open(
            engine, WasiFunctions.ALL, ModulesSettings.inProcess(directory.resolve("code")));
    lanes = Lanes.open(engine, laneCount, 0);
    store = ContentStore.open(directory.resolve("artifacts"), 1L << 30);
    var recipes =
        new Recipes(
            store,
            (digest, _) -> {
              fetches.incrementAndGet();
              return Optional.ofNullable(head.get(digest));
            },
            1 << 20);
    var batches = new BatchSigner(key);
    var signer =
        new ResultSigner(
            statements -> batches.sign(statements).stream().map(TestOrders::signature).toList());
    var runs = new Runs(lanes, memory, signer, engine.fingerprint());
    orders =
        new Orders(
            new Orders.Parts(recipes, modules, runs, new Resigner(batches), () -> {}),
            loop,
            CLOCK,
            WorkerSettings.Bounds.forCpus(1).withLanes(laneCount));
  }

  private static Reply.Signature signature(Dsse.Signature s) {
    return new Reply.Signature(
        s.keyId(),
        s.sig(),
        s.batch().map(b -> new Reply.Batch(b.statement(), b.index(), b.path())));
  }

  /** Gives the head a function. */
  Manifest deploy(String wat, Limits limits) {
    return deploy(wasm(wat), limits, Optional.empty(), Determinism.STRICT);
  }

  Manifest deploy(Bytes module, Limits limits, Optional<Bytes> files, Determinism determinism) {
    head.put(Digest.of(module), module);
    files.ifPresent(f -> head.put(Digest.of(f), f));
    var manifest =
        new Manifest(
            FunctionName.parse("test"),
            Digest.of(module),
            files.map(Digest::of),
            World.WASI,
            Manifest.DEFAULT_ENTRY,
            List.of("one"),
            new TreeMap<>(Map.of("COLOUR", "red")),
            limits,
            determinism,
            Retry.SAFE,
            HardwareNeeds.NONE,
            Route.NONE);
    head.put(ManifestJson.digest(manifest), Bytes.wrap(ManifestJson.write(manifest)));
    return manifest;
  }

  Order.Invoke invoke(Manifest manifest, String body) {
    return invoke(ManifestJson.digest(manifest), body, 20_000);
  }

  Order.Invoke invoke(Digest manifest, String body, int deadlineMillis) {
    return new Order.Invoke(
        InvocationId.of(CLOCK.millis(), chance.nextLong(), chance.nextLong()),
        Bytes.wrap(new byte[16]),
        manifest,
        new TreeMap<>(),
        Bytes.utf8(body),
        deadlineMillis);
  }

  /** Gives the order on the event loop. */
  CompletableFuture<Reply> take(Order order) {
    var reply = new CompletableFuture<Reply>();
    loop.execute(
        () ->
            orders.take(
                order,
                r -> assertTrue(reply.complete(r), () -> "a second reply to " + order + ": " + r)));
    return reply;
  }

  /** After everything that was given to it before. */
  void onLoop(Runnable task) throws Exception {
    loop.submit(task).get(30, TimeUnit.SECONDS);
  }

  Reply reply(Order order) throws Exception {
    return take(order).get(30, TimeUnit.SECONDS);
  }

  Reply.Done done(Order order) throws Exception {
    return switch (reply(order)) {
      case Reply.Done done -> done;
      case Reply other -> throw new AssertionError(other.toString());
    };
  }

  Reply.Refused refused(Order order) throws Exception {
    return switch (reply(order)) {
      case Reply.Refused refused -> refused;
      case Reply other -> throw new AssertionError(other.toString());
    };
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
    loop.shutdown();
    lanes.close();
    modules.close();
    engine.close();
  }
}
