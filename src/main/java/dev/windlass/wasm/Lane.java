package dev.windlass.wasm;

import dev.windlass.wasm.ffm.Invocation;

/** One bounded platform thread that guests run on, with its own native out-slots. */
public final class Lane {
  private final Engine engine;
  private final Invocation invocation;

  private Lane(Engine engine, Invocation invocation) {
    this.engine = engine;
    this.invocation = invocation;
  }

  /** Serves this thread until {@code work} is done with the lane. */
  static void with(Engine engine, LaneTask work) {
    try (var invocation = new Invocation(GuestFault.OUT_OF_BOUNDS)) {
      work.run(new Lane(engine, invocation));
    }
  }

  /**
   * Runs the module's entry to its end in a fresh instance. Only on this lane's thread; the module
   * must come from the lane's engine.
   */
  public <S> Execution execute(Run<S> run) {
    long began = System.nanoTime();
    var module = run.module().loaded();
    var limits = run.limits();
    if (module.facts().memoryBytes() > limits.memoryBytes()
        || module.facts().tableElements() > limits.tableElements()) {
      var outcome = new Outcome.OutOfMemory(limits.memoryBytes());
      return new Execution(outcome, 0, 0, System.nanoTime() - began);
    }
    var host = new HostCalls<S>(module.host(), run.state(), invocation);
    var budget =
        new Invocation.Budget(
            limits.fuel(),
            limits.memoryBytes(),
            limits.tableElements(),
            engine.ticks(limits.timeout()));
    int end = invocation.run(module.start(), budget, host);
    return new Execution(
        outcome(end, host, limits),
        limits.fuel() - invocation.fuelLeft(),
        invocation.memoryBytes(),
        System.nanoTime() - began);
  }

  private Outcome outcome(int end, HostCalls<?> host, RunLimits limits) {
    var failure = host.failure();
    if (failure != null) return new Outcome.HostFailed("a host function threw " + failure);
    if (host.ended()) return new Outcome.EndedByHost();
    if (end == Invocation.RETURNED) return new Outcome.Returned();
    if (end == Invocation.FAILED) return new Outcome.HostFailed(invocation.error());
    var code = TrapCode.of(end);
    return switch (code) {
      case OUT_OF_FUEL -> new Outcome.OutOfFuel();
      case STACK_OVERFLOW -> new Outcome.StackOverflow();
      case INTERRUPT -> new Outcome.Interrupted();
      case UNREACHABLE ->
          nearly(limits.memoryBytes())
              ? new Outcome.OutOfMemory(limits.memoryBytes())
              : new Outcome.Trapped(code);
      case MEMORY_OUT_OF_BOUNDS,
          HEAP_MISALIGNED,
          TABLE_OUT_OF_BOUNDS,
          INDIRECT_CALL_TO_NULL,
          BAD_SIGNATURE,
          INTEGER_OVERFLOW,
          INTEGER_DIVISION_BY_ZERO,
          BAD_CONVERSION_TO_INTEGER,
          OTHER ->
          new Outcome.Trapped(code);
    };
  }

  private boolean nearly(long limit) {
    return limit - invocation.memoryBytes() < Math.max(limit / 8, 64 << 10);
  }
}
