package dev.windlass.worker;

import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Reply.Refused;
import dev.windlass.protocol.Reply.Why;
import dev.windlass.wasm.CompileProgress;
import dev.windlass.wasm.Loading;
import dev.windlass.wasm.Module;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.worker.Runs.Arrival;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The life of an order. {@link #take} is called on the event loop, which owns the fields below:
 * deadline, duplicate, then straight to a lane when recipe and module are in memory. Otherwise a
 * virtual thread fetches and compiles, and comes back to the event loop.
 *
 * <p>Every order gets exactly one reply, on any thread.
 */
final class Orders {
  private static final Logger LOG = Logger.getLogger(Orders.class);

  private final Recipes recipes;

  private final Modules<Wasi> modules;
  private final Runs runs;
  private final Resigner resigner;
  private final Executor loop;
  private final InstantSource clock;
  private final Semaphore preparing;
  private final Runnable warmer;
  private final int lanes;
  private final SeenInvocations seen = new SeenInvocations();
  private volatile boolean draining;

  /** What orders work with; {@code warmer} is told when another module became ready. */
  record Parts(
      Recipes recipes, Modules<Wasi> modules, Runs runs, Resigner resigner, Runnable warmer) {}

  /**
   * @param loop runs its tasks one after the other, on the thread that calls {@link #take}
   */
  Orders(Parts parts, Executor loop, InstantSource clock, WorkerSettings.Bounds bounds) {
    this.recipes = parts.recipes();
    this.modules = parts.modules();
    this.runs = parts.runs();
    this.resigner = parts.resigner();
    this.warmer = parts.warmer();
    this.loop = loop;
    this.clock = clock;
    this.lanes = bounds.lanes();
    this.preparing = new Semaphore(bounds.preparing());
  }

  /** From now on every invocation is refused; what runs goes on. */
  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  void take(Order order, Consumer<Reply> reply) {
    switch (order) {
      case Order.Invoke invoke -> invoke(invoke, reply);
      case Order.Prepare prepare -> prepare(prepare, reply);
      case Order.Evict evict -> evict(evict, reply);
      case Order.Resign resign -> resign(resign, reply);
    }
  }

  private void invoke(Order.Invoke order, Consumer<Reply> reply) {
    long now = System.nanoTime();
    var arrival = new Arrival(order, now, now, reply);
    if (refusedAtOnce(arrival, now)) return;
    var recipe = recipes.known(order.manifest());
    if (recipe.isPresent()) {
      var module = modules.loaded(recipe.get().manifest().module());
      if (module.isPresent()) {
        start(arrival, recipe.get(), module.get());
        return;
      }
    }
    aside(reply, () -> fetchAndCompile(arrival));
  }

  /** On the event loop. The id is remembered only if the run really starts. */
  private void start(Arrival arrival, Recipe recipe, Module<Wasi> module) {
    if (runs.tryStart(arrival, recipe, module)) {
      seen.remember(arrival.order().invocation(), clock.millis());
      return;
    }
    module.close();
    arrival.reply().accept(new Reply.Busy(lanes));
  }

  private boolean refusedAtOnce(Arrival arrival, long now) {
    if (draining) {
      arrival.reply().accept(new Refused(Why.DRAINING, "this worker is going away"));
      return true;
    }
    if (arrival.nanosLeft(now) <= 0) {
      arrival.reply().accept(Runs.tooLate(arrival, now));
      return true;
    }
    return refusedAsSeen(arrival.order().invocation(), arrival.reply());
  }

  private boolean refusedAsSeen(InvocationId id, Consumer<Reply> reply) {
    var refusal =
        switch (seen.check(id, clock.millis())) {
          case FRESH -> null;
          case SEEN -> new Refused(Why.DUPLICATE, "invocation " + id + " ran here before");
          case FORGOTTEN ->
              new Refused(Why.TOO_LATE, "invocation " + id + " is older than what is remembered");
          case AHEAD ->
              new Refused(Why.TOO_LATE, "invocation " + id + " was made by a clock far ahead");
        };
    if (refusal == null) return false;
    reply.accept(refusal);
    return true;
  }

  /** On a virtual thread. */
  private void fetchAndCompile(Arrival arrival) throws InterruptedException {
    try {
      var recipe = recipes.load(arrival.order().manifest());
      var module = load(recipe);
      loop.execute(() -> resume(arrival.preparedAt(System.nanoTime()), recipe, module));
    } catch (Recipes.Unavailable e) {
      arrival.reply().accept(e.reply());
    }
  }

  /** Back on the event loop: the world may have changed meanwhile. */
  private void resume(Arrival arrival, Recipe recipe, Module<Wasi> module) {
    if (refusedAtOnce(arrival, System.nanoTime())) {
      module.close();
      return;
    }
    start(arrival, recipe, module);
  }

  private void prepare(Order.Prepare order, Consumer<Reply> reply) {
    if (draining) {
      reply.accept(new Refused(Why.DRAINING, "this worker is going away"));
      return;
    }
    aside(
        reply,
        () -> {
          try {
            var recipe = recipes.load(order.manifest());
            try (var module = load(recipe)) {
              var info = module.info();
              warmer.run();
              reply.accept(
                  new Reply.Prepared(
                      info.digest(),
                      info.wasmBytes() >= 0 ? info.wasmBytes() : recipes.moduleBytes(info.digest()),
                      info.compileMillis(),
                      info.codeBytes(),
                      info.imports()));
            }
          } catch (Recipes.Unavailable e) {
            reply.accept(e.reply());
          }
        });
  }

  private void evict(Order.Evict order, Consumer<Reply> reply) {
    aside(
        reply,
        () -> {
          try {
            var module = recipes.evict(order.manifest());
            if (module.isPresent()) modules.evict(module.get());
          } catch (IOException e) {
            LOG.warnf("artifact not removed: function=%s %s", order.name(), e.getMessage());
          }
          reply.accept(new Reply.Evicted());
        });
  }

  private void resign(Order.Resign order, Consumer<Reply> reply) {
    if (draining) {
      reply.accept(new Refused(Why.DRAINING, "this worker is going away"));
      return;
    }
    if (resigner.mayNow(clock.millis())) aside(reply, () -> reply.accept(resigner.sign(order)));
    else reply.accept(new Reply.Busy(lanes));
  }

  private Module<Wasi> load(Recipe recipe) throws Recipes.Unavailable, InterruptedException {
    var digest = recipe.manifest().module();
    try {
      return switch (modules.load(digest, () -> recipes.module(digest), CompileProgress.NONE)) {
        case Loading.Ready<Wasi>(var module) -> ready(recipe, module);
        case Loading.Refused<Wasi>(var problem) -> throw Refusals.of(problem);
      };
    } catch (Recipes.ModuleUnavailable e) {
      throw e.why();
    } catch (IOException e) {
      throw new Recipes.Unavailable(
          Why.ENGINE_FAILED, "couldn't load the module " + digest + ": " + e.getMessage());
    }
  }

  private static Module<Wasi> ready(Recipe recipe, Module<Wasi> module) {
    var info = module.info();
    if (!info.cached()) {
      LOG.infof(
          "module compiled: function=%s module=%s millis=%d codeBytes=%d",
          recipe.manifest().name(), info.digest(), info.compileMillis(), info.codeBytes());
    }
    return module;
  }

  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  /** On a virtual thread of its own, if not too many wait already. */
  private void aside(Consumer<Reply> reply, Work work) {
    if (!preparing.tryAcquire()) {
      reply.accept(new Reply.Busy(lanes));
      return;
    }
    Thread.ofVirtual()
        .name("prepare")
        .start(
            () -> {
              try {
                work.run();
              } catch (InterruptedException _) {
                reply.accept(new Refused(Why.DRAINING, "this worker is going away"));
              } catch (RuntimeException | Error e) {
                LOG.error("preparing failed", e);
                reply.accept(new Refused(Why.ENGINE_FAILED, "preparing failed: " + e));
              } finally {
                preparing.release();
              }
            });
  }
}
