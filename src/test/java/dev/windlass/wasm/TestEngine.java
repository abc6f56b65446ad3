package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** An engine, its modules and its lanes for one test class, without child processes. */
final class TestEngine<S> implements AutoCloseable {
  static final RunLimits LIMITS =
      new RunLimits(1_000_000_000, 1 << 20, 1_000, Duration.ofSeconds(20));

  final Path directory;
  final Engine engine;
  final Modules<S> modules;
  final Lanes lanes;

  TestEngine(boolean pooling, int lanes, List<HostFunction<S>> host) {
    try {
      directory = Files.createTempDirectory("windlass-engine");
      engine = Engine.open(settings(pooling, lanes, List.of(), directory));
      modules = Modules.open(engine, host, ModulesSettings.inProcess(directory.resolve("code")));
      this.lanes = Lanes.open(engine, lanes, 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static EngineSettings settings(
      boolean pooling, int lanes, List<String> childCommand, Path directory) {
    return new EngineSettings(lanes, pooling, Duration.ofMillis(1), childCommand, directory);
  }

  /** This test's class path in a small JVM. */
  static List<String> childCommand() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        "dev.windlass.wasm.EngineChild");
  }

  static byte[] wasm(String wat) {
    try {
      return Wat.assemble(wat);
    } catch (Refusal e) {
      throw new AssertionError(e);
    }
  }

  Module<S> load(byte[] wasm) {
    try {
      var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
      return switch (loading) {
        case Loading.Ready<S>(var module) -> module;
        case Loading.Refused<S>(var problem) -> throw new AssertionError(problem.text());
      };
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  ModuleProblem refusal(byte[] wasm) {
    try {
      var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
      return assertInstanceOf(Loading.Refused.class, loading).problem();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Execution run(String wat, S state) {
    return run(wasm(wat), state, LIMITS);
  }

  Execution run(byte[] wasm, S state, RunLimits limits) {
    try (var module = load(wasm)) {
      return onLane(lane -> lane.execute(new Run<>(module, state, limits)));
    }
  }

  <T> T onLane(Function<Lane, T> work) {
    var result = new AtomicReference<T>();
    var failure = new AtomicReference<Throwable>();
    var done = new CountDownLatch(1);
    LaneTask task =
        lane -> {
          try {
            result.set(work.apply(lane));
          } catch (Throwable t) {
            failure.set(t);
          } finally {
            done.countDown();
          }
        };
    try {
      long until = System.nanoTime() + 30_000_000_000L;
      while (!lanes.tryExecute(task)) { // the last task's lane may still be lying down
        assertTrue(System.nanoTime() < until, "no lane became free");
        Thread.onSpinWait();
      }
      assertTrue(done.await(60, TimeUnit.SECONDS), "the lane did not end");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure.get() != null) throw new AssertionError(failure.get());
    return result.get();
  }

  @Override
  public void close() {
    lanes.close();
    modules.close();
    engine.close();
    delete(directory);
  }

  static void delete(Path directory) {
    try (var all = Files.walk(directory)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
