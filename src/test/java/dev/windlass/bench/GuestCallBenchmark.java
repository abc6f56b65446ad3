package dev.windlass.bench;

import dev.windlass.function.Digest;
import dev.windlass.wasm.CompileProgress;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.Execution;
import dev.windlass.wasm.HostFunction;
import dev.windlass.wasm.Lane;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Loading;
import dev.windlass.wasm.Module;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.Run;
import dev.windlass.wasm.RunLimits;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** A tiny guest in process: store, instance, call, delete. The goal is 10 µs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class GuestCallBenchmark {
  private static final RunLimits LIMITS =
      new RunLimits(1_000_000, 1 << 20, 100, Duration.ofSeconds(1));
  private static final int BATCH = 1_000;

  @Param({"true", "false"})
  public boolean pooling;

  private Path directory;
  private Engine engine;
  private Modules<int[]> modules;
  private Lanes lanes;
  private Run<int[]> tiny;
  private Run<int[]> calling;
  private Run<int[]> trapping;

  @Setup(Level.Trial)
  public void open() throws IOException, InterruptedException, Refusal {
    directory = Files.createTempDirectory("windlass-bench");
    engine =
        Engine.open(new EngineSettings(8, pooling, Duration.ofMillis(5), List.of(), directory));
    HostFunction<int[]> count =
        new HostFunction<>(
            "h",
            "count",
            "i:i",
            (calls, guest) -> {
              guest.putInt(guest.i32(0), ++calls[0]);
              return 0;
            });
    modules = Modules.open(engine, List.of(count), ModulesSettings.inProcess(directory));
    lanes = Lanes.open(engine, 2, 0);
    tiny = run("", "nop");
    trapping = run("", "(drop (i32.load (i32.const -4)))");
    calling =
        run(
            "(import \"h\" \"count\" (func $c (param i32) (result i32)))",
            "(local i32) (loop (drop (call $c (i32.const 8)))"
                + " (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
                + " (br_if 0 (i32.lt_s (local.get 0) (i32.const 100))))");
  }

  private Run<int[]> run(String imports, String body)
      throws IOException, InterruptedException, Refusal {
    var wasm =
        Wat.assemble(
            "(module "
                + imports
                + " (memory (export \"memory\") 1) (func (export \"_start\") "
                + body
                + "))");
    return switch (modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE)) {
      case Loading.Ready<int[]>(Module<int[]> module) -> new Run<>(module, new int[1], LIMITS);
      case Loading.Refused<int[]>(var problem) -> throw new IOException(problem.text());
    };
  }

  /** On the lane itself, without the hand-over. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Execution tinyGuest(Blackhole hole) throws InterruptedException {
    return onLane(lane -> batch(lane, tiny, hole));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Execution guestWithHundredHostCalls(Blackhole hole) throws InterruptedException {
    return onLane(lane -> batch(lane, calling, hole));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Execution trappingGuest(Blackhole hole) throws InterruptedException {
    return onLane(lane -> batch(lane, trapping, hole));
  }

  /** With the hand-over to a lane and back, one at a time. */
  @Benchmark
  public Execution tinyGuestHandedOver() throws InterruptedException {
    return onLane(lane -> lane.execute(tiny));
  }

  private static Execution batch(Lane lane, Run<int[]> run, Blackhole hole) {
    for (int i = 1; i < BATCH; i++) hole.consume(lane.execute(run));
    return lane.execute(run);
  }

  private interface Work {
    Execution on(Lane lane);
  }

  private Execution onLane(Work work) throws InterruptedException {
    var answer = new SynchronousQueue<Execution>();
    while (!lanes.tryExecute(lane -> put(answer, work.on(lane)))) LockSupport.parkNanos(1_000);
    return answer.take();
  }

  private static void put(SynchronousQueue<Execution> queue, Execution execution) {
    try {
      queue.put(execution);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    lanes.close();
    for (var run : List.of(tiny, calling, trapping)) run.module().close();
    modules.close();
    engine.close();
    try (var files = Files.walk(directory)) {
      for (var f : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(f);
    }
  }
}
