package dev.windlass.app;

import dev.windlass.artifact.Archive;
import dev.windlass.cli.EngineFailure;
import dev.windlass.cli.EngineFailure.Kind;
import dev.windlass.cli.Engines;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModuleException;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.ModuleBounds;
import dev.windlass.function.ModuleShape;
import dev.windlass.protocol.InvocationId;
import dev.windlass.wasm.Engine;
import dev.windlass.wasm.EngineSettings;
import dev.windlass.wasm.EngineUnavailable;
import dev.windlass.wasm.Execution;
import dev.windlass.wasm.Lanes;
import dev.windlass.wasm.Loading;
import dev.windlass.wasm.Module;
import dev.windlass.wasm.Modules;
import dev.windlass.wasm.ModulesSettings;
import dev.windlass.wasm.Run;
import dev.windlass.wasm.ffm.LibraryException;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import dev.windlass.wasm.wasi.FileTree;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiFunctions;
import dev.windlass.worker.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The engine for one command: opened for one run and closed after it. A small module is compiled in
 * this process, because starting another one takes longer; compiled code is kept for the next time.
 */
final class LocalEngines implements Engines {
  private static final Duration TICK = Duration.ofMillis(5);
  private static final int SMALL_MODULE = 1 << 20;
  private static final long CACHE_BYTES = 1L << 30;
  private static final long COMPILE_BYTES = 3L << 30;
  private static final Duration COMPILE_TIME = Duration.ofMinutes(2);

  /** Writes "ok" and ends. */
  private static final String TINY =
      """
      (module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "ok")
        (func (export "_start")
          (i32.store (i32.const 0) (i32.const 16))
          (i32.store (i32.const 4) (i32.const 2))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
      """;

  private final Path cache;

  /**
   * @param cache directory for compiled code
   */
  LocalEngines(Path cache) {
    this.cache = cache;
  }

  @Override
  public Bytes assemble(Bytes text) {
    try {
      return Bytes.wrap(Wat.assemble(text.utf8()));
    } catch (Refusal e) {
      throw new EngineFailure(Kind.MODULE, e.text(), e);
    } catch (LibraryException e) {
      throw unavailable(e);
    }
  }

  @Override
  public Ran run(Job job) {
    boolean small = job.module().size() <= SMALL_MODULE;
    try (var engine = open(1, false, small ? List.of() : EngineProcess.command());
        var modules = Modules.open(engine, WasiFunctions.ALL, settings(job, small));
        var module = load(modules, job);
        var lanes = Lanes.open(engine, 1, 0)) {
      return run(engine, module, lanes, job);
    } catch (EngineUnavailable e) {
      throw unavailable(e);
    } catch (IOException e) {
      throw new EngineFailure(Kind.ENGINE, "cannot use the directory " + cache + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineFailure(Kind.ENGINE, "interrupted", e);
    }
  }

  @Override
  public List<Finding> examine() {
    int lanes = Runtime.getRuntime().availableProcessors();
    try (var engine = open(lanes, true, EngineProcess.command())) {
      var library = "libwasmtime " + engine.version() + ", " + engine.libraryDigest();
      var memories = engine.pooled() ? "from a pool" : "on demand, which is slower";
      return List.of(
          new Finding(Finding.State.OK, "library", library, ""),
          new Finding(
              engine.pooled() ? Finding.State.OK : Finding.State.WARN,
              "engine",
              "fingerprint " + engine.fingerprint() + ", memories " + memories,
              engine.pooled() ? "" : "more address space lets it preallocate (ulimit -v)"),
          tinyRun());
    } catch (EngineUnavailable e) {
      throw unavailable(e);
    }
  }

  private Finding tinyRun() {
    var module = assemble(Bytes.utf8(TINY));
    var json = "{\"name\":\"local/probe\",\"module\":\"" + Digest.of(module) + "\"}";
    var job =
        new Job(
            ManifestJson.parse(Bytes.utf8(json).unsafeArray()),
            module,
            Optional.empty(),
            List.of(),
            InvocationId.of(0, 0, 0),
            Bytes.wrap(new byte[16]),
            new TreeMap<>(),
            Bytes.EMPTY);
    var ran = run(job);
    return ran.output().equals(Bytes.utf8("ok"))
        ? new Finding(
            Finding.State.OK,
            "guest",
            "ran in " + ran.nanos() / 1_000 + " µs, fuel " + ran.fuel(),
            "")
        : new Finding(
            Finding.State.FAIL,
            "guest",
            "a guest that writes ok came to " + ran.outcome(),
            "please report this with the output of `windlass version`");
  }

  private Engine open(int lanes, boolean pooling, List<String> child) {
    return Engine.open(new EngineSettings(lanes, pooling, TICK, child, cache.resolve("engine")));
  }

  private ModulesSettings settings(Job job, boolean small) {
    return new ModulesSettings(
        cache.resolve("code"),
        CACHE_BYTES,
        1,
        job.manifest().entry(),
        !small,
        COMPILE_BYTES,
        COMPILE_TIME);
  }

  private static Module<Wasi> load(Modules<Wasi> modules, Job job)
      throws IOException, InterruptedException {
    try {
      ModuleShape.parse(job.module().toArray(), ModuleBounds.of(job.manifest().limits()));
    } catch (InvalidModuleException e) {
      throw new EngineFailure(Kind.MODULE, e.reason().message(), e);
    }
    return switch (modules.load(job.manifest().module(), () -> job.module().toArray(), _ -> {})) {
      case Loading.Ready<Wasi>(var module) -> module;
      case Loading.Refused<Wasi>(var problem) ->
          throw new EngineFailure(Kind.MODULE, problem.text());
    };
  }

  private static Ran run(Engine engine, Module<Wasi> module, Lanes lanes, Job job)
      throws InterruptedException {
    var recipe = new Recipe(job.manifest(), ManifestJson.digest(job.manifest()), files(job));
    var wasi = new Wasi(recipe.request(job.invocation(), job.nonce(), job.env(), job.input()));
    var limits = recipe.limits(job.manifest().limits().timeout());
    var execution = new CompletableFuture<Execution>();
    boolean taken =
        lanes.tryExecute(
            lane -> {
              try {
                execution.complete(lane.execute(new Run<>(module, wasi, limits)));
              } catch (RuntimeException | Error e) {
                execution.completeExceptionally(e);
              }
            });
    if (!taken) throw new AssertionError("the only lane is busy");
    try {
      var ended = execution.get();
      var outcome =
          recipe
              .outcome(ended, wasi)
              .orElseThrow(
                  () -> new EngineFailure(Kind.ENGINE, "the engine failed: " + ended.outcome()));
      return new Ran(
          engine.fingerprint(),
          outcome,
          wasi.outputOverflowed() ? Bytes.EMPTY : wasi.stdout(),
          wasi.stderr(),
          wasi.stderrDropped(),
          ended.fuelUsed(),
          ended.nanos());
    } catch (ExecutionException e) {
      throw new EngineFailure(Kind.ENGINE, "the engine failed: " + e.getCause(), e);
    }
  }

  private static FileTree files(Job job) {
    if (job.files().isEmpty()) return FileTree.EMPTY;
    var archive = Archive.parse(job.files().get());
    if (job.preopens().isEmpty()) return Recipe.unpack(archive);
    return FileTree.writable(Recipe.contents(archive), job.preopens());
  }

  private static EngineFailure unavailable(RuntimeException e) {
    return new EngineFailure(Kind.ENGINE, String.valueOf(e.getMessage()), e);
  }
}
