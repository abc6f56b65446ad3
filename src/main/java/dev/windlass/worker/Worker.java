package dev.windlass.worker;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.Source;
import dev.windlass.function.Bytes;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.link.LinkClient;
import dev.windlass.link.LinkLimits;
import dev.windlass.link.NameResolution;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.EngineUnavailable;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiFunctions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * A running worker: an identity, an engine, lanes and links to heads. One event loop serves all
 * links and is the one that {@link Orders} belongs to.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Worker.class);
  private static final Duration TICK = Duration.ofMillis(5);

  private final WorkerSettings settings;
  private final Enrolment enrolment;
  private final Engine engine;
  private final Modules<Wasi> modules;
  private final Lanes lanes;
  private final Vertx vertx;
  private final Pulse pulse;
  private final ResultSigner signer;
  private final Orders orders;
  private final LinkClient link;

  private Worker(WorkerSettings settings, Enrolment enrolment, Engine engine) throws IOException {
    var bounds = settings.bounds();
    this.settings = settings;
    this.enrolment = enrolment;
    this.engine = engine;
    this.modules = Modules.open(engine, WasiFunctions.ALL, modulesSettings(settings));
    this.lanes = Lanes.open(engine, bounds.lanes(), bounds.backlog());
    this.vertx = Vertx.vertx(small());
    var machine = new Machine(Path.of("/"), settings.data());
    var memory = new MemoryBudget(budget(bounds, machine));
    this.pulse =
        new Pulse(
            new Pulse.Engine(engine.fingerprint(), engine.version()),
            new Pulse.Live(
                lanes, bounds.lanes(), memory, modules::warm, modules::compiled, this::draining),
            machine,
            settings.version());
    this.link =
        LinkClient.ofNames(
            vertx,
            enrolment,
            settings.heads(),
            NameResolution.SYSTEM,
            pulse::report,
            LinkLimits.DEFAULT.withCredits(bounds.lanes() + bounds.backlog()));
    var store = ContentStore.open(settings.data().resolve("artifacts"), bounds.storeBytes());
    var recipes = new Recipes(store, source(), bounds.fileBytes());
    var key = new BatchSigner(new Ed25519Key(Bytes.wrap(enrolment.resultKey().seed())));
    this.signer = new ResultSigner(key(key));
    var runs = new Runs(lanes, memory, signer, engine.fingerprint());
    var context = vertx.getOrCreateContext();
    this.orders =
        new Orders(
            new Orders.Parts(recipes, modules, runs, new Resigner(key), link::report),
            task -> context.runOnContext(_ -> task.run()),
            InstantSource.system(),
            bounds);
    link.onOrder(this::take);
  }

  /** How this worker comes by its identity; blocks. */
  @FunctionalInterface
  public interface Joining {
    Enrolment join() throws IOException, EnrolmentRefusedException;
  }

  /**
   * Joins while the engine opens, then begins to dial; returns before a head has answered.
   *
   * @throws dev.windlass.wasm.EngineUnavailable when there is no engine here
   */
  public static Worker start(WorkerSettings settings, Joining joining)
      throws IOException, EnrolmentRefusedException, InterruptedException {
    Files.createDirectories(settings.data());
    var engine = new CompletableFuture<Engine>();
    Thread.ofPlatform()
        .name("open-engine")
        .start(
            () -> {
              try {
                engine.complete(openEngine(settings));
              } catch (RuntimeException | Error e) {
                engine.completeExceptionally(e);
              }
            });
    var enrolment = joining.join();
    try {
      var worker = new Worker(settings, enrolment, engine.get());
      worker.link.start().onSuccess(_ -> worker.tellLinked());
      return worker;
    } catch (ExecutionException e) {
      enrolment.close();
      if (e.getCause() instanceof EngineUnavailable unavailable) throw unavailable;
      throw new IllegalStateException("the engine did not open", e.getCause());
    }
  }

  /** Completes with the reason when this worker will have no identity any more. */
  public CompletableFuture<String> identityEnded() {
    return enrolment.ended();
  }

  private static Engine openEngine(WorkerSettings settings) {
    return Engine.open(
        new EngineSettings(
            settings.bounds().lanes(),
            true,
            TICK,
            settings.engineChild(),
            settings.data().resolve("engine")));
  }

  /**
   * Says goodbye, so that heads place elsewhere, and lets what runs end and be answered; bounded by
   * the settings.
   */
  public void drain() {
    LOG.infof("draining: worker=%s running=%d", enrolment.id(), lanes.busy());
    orders.drain();
    var parted = link.drain().toCompletionStage().toCompletableFuture();
    boolean quiet = lanes.drain(settings.bounds().drain());
    try {
      parted.get(settings.bounds().drain().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("links did not close in good order: %s", e);
    }
    LOG.infof("drained: worker=%s quiet=%s", enrolment.id(), quiet);
  }

  @Override
  public void close() {
    link.close();
    pulse.close();
    lanes.close();
    signer.close();
    modules.close();
    engine.close();
    enrolment.close();
    vertx.close();
  }

  private boolean draining() {
    return orders != null && orders.draining();
  }

  /** With the time since the process began: what its start costs. */
  private void tellLinked() {
    var now = InstantSource.system().instant();
    var began = ProcessHandle.current().info().startInstant().orElse(now);
    LOG.infof(
        "linked: worker=%s engine=%s lanes=%d heads=%s afterMillis=%d",
        enrolment.id(),
        engine.version(),
        settings.bounds().lanes(),
        settings.heads(),
        Duration.between(began, now).toMillis());
  }

  private Future<Reply> take(Order order) {
    Promise<Reply> promise = Promise.promise();
    orders.take(order, promise::complete);
    return promise.future();
  }

  private Source source() {
    return (digest, maxBytes) -> {
      try {
        return switch (link.ask(new Ask.Fetch(digest))
            .toCompletionStage()
            .toCompletableFuture()
            .get()) {
          case Answer.Found(Bytes bytes) when bytes.size() <= maxBytes -> Optional.of(bytes);
          case Answer.Found(Bytes bytes) ->
              throw new IOException(bytes.size() + " bytes, at most " + maxBytes);
          case Answer.NotFound _ -> Optional.empty();
        };
      } catch (ExecutionException e) {
        throw new IOException("the head did not answer: " + e.getCause().getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while a head was asked", e);
      }
    };
  }

  private static ResultSigner.Key key(BatchSigner signer) {
    return payloads -> signer.sign(payloads).stream().map(Worker::signature).toList();
  }

  private static Reply.Signature signature(Dsse.Signature entry) {
    return new Reply.Signature(
        entry.keyId(),
        entry.sig(),
        entry.batch().map(b -> new Reply.Batch(b.statement(), b.index(), b.path())));
  }

  private static ModulesSettings modulesSettings(WorkerSettings settings) {
    var usual = ModulesSettings.defaults(settings.data().resolve("code"));
    return new ModulesSettings(
        usual.cache(),
        settings.bounds().codeBytes(),
        settings.bounds().loadedModules(),
        usual.entry(),
        usual.inChild(),
        usual.compileMemoryBytes(),
        usual.compileTime());
  }

  private static long budget(WorkerSettings.Bounds bounds, Machine machine) {
    return bounds.memoryBytes() > 0 ? bounds.memoryBytes() : machine.memory() / 4 * 3;
  }

  /** One event loop; blocking work of Vert.x itself is rare. */
  private static VertxOptions small() {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(2)
        .setInternalBlockingPoolSize(2)
        .setMaxEventLoopExecuteTime(10)
        .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }
}
