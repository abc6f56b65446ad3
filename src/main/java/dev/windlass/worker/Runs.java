package dev.windlass.worker;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.Order.Invoke;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.wasm.Lane;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Module;
import dev.windlass.wasm.Run;
import dev.windlass.wasm.wasi.Wasi;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs on lanes: from a loaded module and a request to a signed reply. {@link #tryStart} is called
 * on the event loop and hands over; everything else happens on the lane's thread.
 */
final class Runs {
  private static final Logger LOG = Logger.getLogger(Runs.class);

  /**
   * An order on its way.
   *
   * @param arrived nanoseconds of {@link System#nanoTime}
   * @param prepared the same, when fetch and compile were over
   */
  record Arrival(Invoke order, long arrived, long prepared, Consumer<Reply> reply) {
    Arrival preparedAt(long nanos) {
      return new Arrival(order, arrived, nanos, reply);
    }

    /** Of the time the head gives. */
    long nanosLeft(long now) {
      return order.deadlineMillis() * 1_000_000L - (now - arrived);
    }
  }

  private final Lanes lanes;
  private final MemoryBudget memory;
  private final ResultSigner signer;
  private final Digest engine;

  /**
   * @param engine fingerprint, part of what is signed
   */
  Runs(Lanes lanes, MemoryBudget memory, ResultSigner signer, Digest engine) {
    this.lanes = lanes;
    this.memory = memory;
    this.signer = signer;
    this.engine = engine;
  }

  /** False = no lane or no memory: nothing happened, and the lease is still the caller's. */
  boolean tryStart(Arrival arrival, Recipe recipe, Module<Wasi> module) {
    long bytes = recipe.manifest().limits().memoryBytes();
    if (!memory.tryTake(bytes)) return false;
    if (lanes.tryExecute(lane -> onLane(lane, arrival, recipe, module))) return true;
    memory.give(bytes);
    return false;
  }

  private void onLane(Lane lane, Arrival arrival, Recipe recipe, Module<Wasi> module) {
    Reply reply;
    try {
      reply = execute(lane, arrival, recipe, module);
    } catch (RuntimeException | Error e) {
      // The edge of a run: whatever went wrong, the head must hear of it.
      LOG.errorf(e, "run failed: invocation=%s", arrival.order().invocation());
      reply = new Reply.Refused(Reply.Why.ENGINE_FAILED, "the run failed: " + e);
    }
    if (!(reply instanceof Reply.Done done)) {
      arrival.reply().accept(reply);
      return;
    }
    long ran = System.nanoTime();
    signer.sign(
        done.statement(),
        arrival.order().company(),
        signature -> arrival.reply().accept(signed(done, signature, ran)));
  }

  /** A reply without its signature, or a refusal. Gives memory and lease back. */
  private Reply execute(Lane lane, Arrival arrival, Recipe recipe, Module<Wasi> module) {
    var order = arrival.order();
    long began = System.nanoTime();
    long left = arrival.nanosLeft(began);
    Wasi wasi;
    dev.windlass.wasm.Execution execution;
    try (module) {
      if (left <= 0) return tooLate(arrival, began);
      wasi = new Wasi(recipe.request(order.invocation(), order.nonce(), order.env(), order.body()));
      execution = lane.execute(new Run<>(module, wasi, recipe.limits(Duration.ofNanos(left))));
    } finally {
      memory.give(recipe.manifest().limits().memoryBytes());
    }
    var outcome = recipe.outcome(execution, wasi);
    if (outcome.isEmpty()) {
      LOG.errorf("engine failed: invocation=%s %s", order.invocation(), execution.outcome());
      return new Reply.Refused(
          Reply.Why.ENGINE_FAILED, "the engine failed: " + execution.outcome());
    }
    var output = wasi.outputOverflowed() ? Bytes.EMPTY : wasi.stdout();
    boolean exited = outcome.get() instanceof Outcome.Exited;
    var ran = new Recipe.Ran(output, execution.fuelUsed());
    var statement = recipe.statement(order, outcome.get(), engine, ran);
    return new Reply.Done(
        statement.canonical(),
        new Reply.Signature("", Bytes.EMPTY, Optional.empty()),
        outcome.get(),
        output,
        wasi.stderr(),
        wasi.stderrDropped(),
        exited ? execution.fuelUsed() : 0,
        new Reply.Times(
            micros(began - arrival.prepared()),
            micros(arrival.prepared() - arrival.arrived()),
            micros(System.nanoTime() - began),
            0));
  }

  static Reply tooLate(Arrival arrival, long now) {
    return new Reply.Refused(
        Reply.Why.TOO_LATE,
        "the deadline of "
            + arrival.order().deadlineMillis()
            + " ms passed "
            + -arrival.nanosLeft(now) / 1_000_000
            + " ms ago");
  }

  private static Reply signed(Reply.Done done, Reply.Signature signature, long ran) {
    var times = done.times();
    return new Reply.Done(
        done.statement(),
        signature,
        done.outcome(),
        done.output(),
        done.stderr(),
        done.droppedStderr(),
        done.fuel(),
        new Reply.Times(
            times.queued(), times.prepared(), times.ran(), micros(System.nanoTime() - ran)));
  }

  private static long micros(long nanos) {
    return Math.max(0, nanos / 1000);
  }
}
