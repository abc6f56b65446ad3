package dev.windlass.guests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.wasm.CompileProgress;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.Execution;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Loading;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.Run;
import dev.windlass.wasm.RunLimits;
import dev.windlass.wasm.wasi.FileTree;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiFunctions;
import dev.windlass.wasm.wasi.WasiRequest;
import dev.windlass.wasm.wasi.WasiSeed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The programs that tools/build-guests made, and an engine with our WASI to run them. A program
 * that is missing is a failure that names the command, never a skip.
 */
final class RealGuests implements AutoCloseable {
  /** 2026-11-23T00:00:00Z. */
  static final long NOW = 1_795_392_000_000L;

  static final Limits LIMITS =
      new Limits(
          20_000_000_000L,
          Limits.MAX_MEMORY_BYTES,
          100_000,
          Duration.ofSeconds(60),
          10 << 20,
          1 << 20,
          4096,
          16 << 20,
          0);

  private final Path directory;
  private final Engine engine;
  private final Modules<Wasi> modules;
  private final Lanes lanes;

  RealGuests() throws IOException {
    directory = directory();
    var cache =
        directory.resolveSibling("code"); // by module digest: outlives a change of one program
    engine = Engine.open(new EngineSettings(2, true, Duration.ofMillis(5), List.of(), cache));
    modules = Modules.open(engine, WasiFunctions.ALL, ModulesSettings.inProcess(cache));
    lanes = Lanes.open(engine, 2, 1);
  }

  /** What a run left. */
  record Result(Execution execution, Wasi wasi) {
    String out() {
      return wasi.stdout().utf8();
    }

    String log() {
      return wasi.stderr().utf8();
    }
  }

  static WasiRequest request(List<String> args, String stdin, FileTree files, Limits limits) {
    return request(args, List.of("A=1"), stdin, files, limits);
  }

  static WasiRequest request(
      List<String> args, List<String> env, String stdin, FileTree files, Limits limits) {
    var seed =
        new WasiSeed(Determinism.STRICT, NOW, Bytes.utf8("nonce"), Digest.of(Bytes.utf8("guest")));
    return new WasiRequest(args, env, Bytes.utf8(stdin), files, seed, limits);
  }

  Result run(String program, WasiRequest request) {
    return run(wasm(program), request);
  }

  Result run(byte[] wasm, WasiRequest request) {
    var limits = request.limits();
    var runLimits =
        new RunLimits(
            limits.fuel(), limits.memoryBytes(), limits.tableElements(), limits.timeout());
    var wasi = new Wasi(request);
    var execution = new AtomicReference<Execution>();
    var done = new CountDownLatch(1);
    try {
      var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
      switch (loading) {
        case Loading.Refused<Wasi>(var problem) -> throw new AssertionError(problem.text());
        case Loading.Ready<Wasi>(var module) -> {
          try (module) {
            assertTrue(
                lanes.tryExecute(
                    lane -> {
                      execution.set(lane.execute(new Run<>(module, wasi, runLimits)));
                      done.countDown();
                    }));
            assertTrue(done.await(120, TimeUnit.SECONDS), "the guest did not end");
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return new Result(execution.get(), wasi);
  }

  private byte[] wasm(String program) {
    var file = directory.resolve(program + ".wasm");
    try {
      if (!Files.exists(file))
        throw new AssertionError(file + " is missing: run tools/build-guests");
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Path directory() throws IOException {
    var told = System.getProperty("windlass.guests");
    if (told != null) return Path.of(told);
    var cache = System.getenv("WINDLASS_CACHE");
    var root =
        cache != null
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache/windlass");
    var guests = root.resolve("guests").resolve(key());
    if (!Files.isDirectory(guests))
      throw new AssertionError(guests + " is missing: run tools/build-guests");
    return guests;
  }

  /** As tools/build-guests makes it. */
  private static String key() throws IOException {
    var sources = Path.of("src/test/guests");
    var all = new ByteArrayOutputStream();
    try (var walk = Files.walk(sources)) {
      var names =
          walk.filter(Files::isRegularFile)
              .map(f -> "./" + sources.relativize(f))
              .filter(f -> f.startsWith("./c/") || f.startsWith("./go/"))
              .sorted(Comparator.naturalOrder())
              .toList();
      for (var name : names) {
        all.writeBytes((name + "\n").getBytes());
        all.writeBytes(Files.readAllBytes(sources.resolve(name)));
      }
    }
    all.writeBytes(Files.readAllBytes(Path.of("tools/build-guests")));
    return HexFormat.of().formatHex(Digest.sha256().digest(all.toByteArray())).substring(0, 16);
  }

  @Override
  public void close() {
    lanes.close();
    modules.close();
    engine.close();
  }
}
