package dev.windlass.bench;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.wasm.CompileProgress;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.Lane;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Loading;
import dev.windlass.wasm.Module;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.Run;
import dev.windlass.wasm.RunLimits;
import dev.windlass.wasm.ffm.Wat;
import dev.windlass.wasm.wasi.FileTree;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiFunctions;
import dev.windlass.wasm.wasi.WasiRequest;
import dev.windlass.wasm.wasi.WasiSeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call of the tiny guest with everything that one call has: WASI state, a fresh instance from the
 * pool, fuel, limits, its output, and the instance's end.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
public class GuestBenchmark {
  private static final int CALLS = 1_000;
  private static final RunLimits LIMITS =
      new RunLimits(1_000_000_000, 128 << 20, 20_000, Duration.ofSeconds(10));

  private Path directory;
  private Engine engine;
  private Modules<Wasi> modules;
  private Lanes lanes;
  private Module<Wasi> module;
  private Digest digest;

  @Setup(Level.Trial)
  public void open() throws Exception {
    directory = Files.createTempDirectory("windlass-bench");
    engine = Engine.open(new EngineSettings(2, true, Duration.ofMillis(10), List.of(), directory));
    modules =
        Modules.open(
            engine, WasiFunctions.ALL, ModulesSettings.inProcess(directory.resolve("code")));
    lanes = Lanes.open(engine, 1, 0);
    var wasm = Wat.assemble(Files.readString(Path.of("src/test/guests/soak/tiny.wat")));
    digest = Digest.of(wasm);
    module =
        switch (modules.load(digest, () -> wasm, CompileProgress.NONE)) {
          case Loading.Ready<Wasi>(var ready) -> ready;
          case Loading.Refused<Wasi>(var problem) -> throw new AssertionError(problem.text());
        };
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    module.close();
    lanes.close();
    modules.close();
    engine.close();
    try (var all = Files.walk(directory)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  /** Call after call on a lane. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int call() throws InterruptedException {
    return onLane(CALLS);
  }

  /** From another thread to a lane and back, as an order travels. */
  @Benchmark
  public int callOnAnotherThread() throws InterruptedException {
    return onLane(1);
  }

  private int onLane(int calls) throws InterruptedException {
    var done = new CountDownLatch(1);
    var octets = new int[1];
    while (!lanes.tryExecute(
        lane -> {
          for (int i = 0; i < calls; i++) octets[0] += once(lane);
          done.countDown();
        })) {
      Thread.onSpinWait(); // the last task's lane is still lying down
    }
    done.await();
    if (octets[0] != 3 * calls) throw new AssertionError("wrote " + octets[0]);
    return octets[0];
  }

  private int once(Lane lane) {
    var wasi =
        new Wasi(
            new WasiRequest(
                List.of("tiny"),
                List.of(),
                Bytes.EMPTY,
                FileTree.EMPTY,
                new WasiSeed(
                    Determinism.STRICT, 1_795_000_000_000L, Bytes.wrap(new byte[16]), digest),
                Limits.DEFAULT));
    lane.execute(new Run<>(module, wasi, LIMITS));
    return wasi.stdout().size();
  }
}
