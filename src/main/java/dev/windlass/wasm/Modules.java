package dev.windlass.wasm;

import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModuleException;
import dev.windlass.function.ModuleBounds;
import dev.windlass.function.ModuleShape;
import dev.windlass.wasm.ffm.Invocation;
import dev.windlass.wasm.ffm.NativeModule;
import dev.windlass.wasm.ffm.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Modules by digest: verified, parsed, compiled (or taken from the cache), linked, and kept ready
 * up to a bound. For use by many threads.
 *
 * @param <S> the state of one run that the host functions work on
 */
public final class Modules<S> implements AutoCloseable {
  private final Engine engine;
  private final ModulesSettings settings;
  private final HostTable<S> host;
  private final CodeCache cache;
  private final Compiler compiler;
  private final Invocation.Name entry;

  /** Guards what follows and the counters of {@link LoadedModule}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final LinkedHashMap<Digest, LoadedModule<S>> warm = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Digest, Turn> turns = new HashMap<>();
  private boolean closed;

  private Modules(Engine engine, HostTable<S> host, ModulesSettings settings, CodeCache cache) {
    this.engine = engine;
    this.settings = settings;
    this.host = host;
    this.cache = cache;
    this.compiler = new Compiler(engine, settings);
    this.entry = new Invocation.Name(settings.entry());
  }

  public static <S> Modules<S> open(
      Engine engine, List<HostFunction<S>> host, ModulesSettings settings) throws IOException {
    var cache =
        CodeCache.open(
            settings.cache(),
            settings.cacheBytes(),
            Target.configuration(engine, settings.entry()),
            InstantSource.system());
    return new Modules<>(engine, new HostTable<>(host), settings, cache);
  }

  /** The module if it is loaded: never blocks for long. Close what comes. */
  public Optional<Module<S>> loaded(Digest module) {
    lock.lock();
    try {
      var found = warm.get(module);
      return found == null ? Optional.empty() : Optional.of(lease(found));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The module, compiled if need be; blocks, one compilation at a time. The source is asked only
   * when there is no compiled code.
   *
   * @throws IOException of the source, or of the cache's disk
   */
  public Loading<S> load(Digest module, ModuleSource source, CompileProgress progress)
      throws IOException, InterruptedException {
    var ready = loaded(module);
    if (ready.isPresent()) return new Loading.Ready<>(ready.get());
    var turn = turn(module);
    try {
      turn.one.lockInterruptibly();
      try {
        var made = loaded(module);
        return made.isPresent()
            ? new Loading.Ready<>(made.get())
            : loadNow(module, source, progress);
      } finally {
        turn.one.unlock();
      }
    } finally {
      leave(module, turn);
    }
  }

  private Loading<S> loadNow(Digest module, ModuleSource source, CompileProgress progress)
      throws IOException, InterruptedException {
    var cached = cache.find(module);
    if (cached.isPresent()) {
      var loading = link(module, cached.get(), 0, true);
      if (loading.isPresent()) return loading.get();
      cache.remove(module);
    }
    var wasm = source.bytes();
    var actual = Digest.of(wasm);
    if (!actual.equals(module)) return refused(new ModuleProblem.OtherDigest(module, actual));
    ModuleFacts facts;
    try {
      var shape = ModuleShape.parse(wasm, ModuleBounds.DEFAULT).requireEntry(settings.entry());
      facts = ModuleFacts.of(shape);
    } catch (InvalidModuleException e) {
      return refused(new ModuleProblem.Invalid(e.reason()));
    }
    var unknown = host.unknown(facts.imports());
    if (!unknown.isEmpty()) return refused(new ModuleProblem.UnknownImports(unknown));
    var temporary = cache.temporary();
    try {
      long began = System.nanoTime();
      var problem = compiler.compile(wasm, temporary, progress);
      if (problem.isPresent()) return refused(problem.get());
      long millis = Math.max(1, (System.nanoTime() - began) / 1_000_000);
      var kept = cache.keep(module, temporary, facts);
      var loading = link(module, kept, millis, false);
      cache.trim();
      return loading.orElseThrow(
          () -> new IOException("fresh code of " + module + " was not accepted: " + kept.file()));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Empty = the library does not take this code. */
  private Optional<Loading<S>> link(
      Digest digest, CodeCache.Entry code, long compileMillis, boolean cached) {
    var facts = code.facts();
    var unknown = host.unknown(facts.imports());
    if (!unknown.isEmpty()) return Optional.of(refused(new ModuleProblem.UnknownImports(unknown)));
    try {
      var module = NativeModule.deserialize(engine.handle(), code.file());
      try {
        var pre = NativeModule.link(engine.handle(), module, host.natives());
        var start = new Invocation.Start(engine.handle(), pre, entry);
        var info =
            new ModuleInfo(
                digest,
                facts.wasmBytes(),
                code.codeBytes(),
                compileMillis,
                cached,
                facts.imports().stream().map(i -> i.module() + "." + i.name()).distinct().toList(),
                facts.memoryBytes());
        return Optional.of(
            new Loading.Ready<>(admit(new LoadedModule<>(info, facts, host, module, start))));
      } catch (Refusal e) {
        module.close();
        return Optional.of(refused(new ModuleProblem.NotAccepted(e.text())));
      }
    } catch (Refusal _) {
      return Optional.empty();
    }
  }

  /** Digests of the loaded modules. */
  public Set<Digest> warm() {
    lock.lock();
    try {
      return new TreeSet<>(warm.keySet());
    } finally {
      lock.unlock();
    }
  }

  /** Digests of the modules whose compiled code is on disk or loaded. */
  public Set<Digest> compiled() throws IOException {
    var all = cache.modules();
    all.addAll(warm());
    return all;
  }

  /** Forgets a module in memory and on disk; one in use goes when its last run ends. */
  public void evict(Digest module) throws IOException {
    cache.remove(module);
    lock.lock();
    try {
      var found = warm.remove(module);
      if (found != null) retire(found);
    } finally {
      lock.unlock();
    }
  }

  /** What is in use goes when its last lease is closed. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      warm.values().forEach(this::retire);
      warm.clear();
    } finally {
      lock.unlock();
    }
  }

  private Module<S> admit(LoadedModule<S> loaded) {
    lock.lock();
    try {
      var lease = lease(loaded);
      if (closed) {
        loaded.retired = true;
        return lease;
      }
      warm.put(loaded.info().digest(), loaded);
      if (warm.size() > settings.loadedModules()) {
        // those in use only leave the map; their last lease frees them
        var oldest = warm.firstEntry().getValue();
        warm.remove(oldest.info().digest());
        retire(oldest);
      }
      return lease;
    } finally {
      lock.unlock();
    }
  }

  private Module<S> lease(LoadedModule<S> loaded) {
    loaded.leases++;
    return new Module<>(this, loaded);
  }

  void release(LoadedModule<S> loaded) {
    lock.lock();
    try {
      if (--loaded.leases == 0 && loaded.retired) loaded.free();
    } finally {
      lock.unlock();
    }
  }

  private void retire(LoadedModule<S> loaded) {
    loaded.retired = true;
    if (loaded.leases == 0) loaded.free();
  }

  private static <S> Loading<S> refused(ModuleProblem problem) {
    return new Loading.Refused<>(problem);
  }

  private Turn turn(Digest module) {
    lock.lock();
    try {
      var turn = turns.computeIfAbsent(module, _ -> new Turn());
      turn.waiting++;
      return turn;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Digest module, Turn turn) {
    lock.lock();
    try {
      if (--turn.waiting == 0) turns.remove(module);
    } finally {
      lock.unlock();
    }
  }

  /** Lets one thread at a time load a digest. */
  private static final class Turn {
    final ReentrantLock one = new ReentrantLock();
    int waiting;
  }
}
