package dev.windlass.wasm;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Modules by digest: verified, parsed, compiled (or taken from the cache), linked, and kept ready
 * up to a bound. For use by many threads.
 *
 * @param <S> the state of one run that the host functions work on
 */
public final class Modules<S> implements AutoCloseable {
  public static <S> Modules<S> open(
      Engine engine, List<HostFunction<S>> host, ModulesSettings settings) {
    throw new UnsupportedOperationException("next commit");
  }

  /** The module if it is loaded: never blocks. Close what comes. */
  public Optional<Module<S>> loaded(Digest module) {
    throw new UnsupportedOperationException("next commit");
  }

  /**
   * The module, compiled if need be; blocks, one compilation at a time. The source is asked only
   * when there is no compiled code.
   *
   * @throws IOException of the source, or of the cache's disk
   */
  public Loading<S> load(Digest module, ModuleSource source, CompileProgress progress)
      throws IOException, InterruptedException {
    throw new UnsupportedOperationException("next commit");
  }

  /** Digests of the loaded modules. */
  public Set<Digest> warm() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Digests of the modules whose compiled code is on disk (or that are loaded). */
  public Set<Digest> compiled() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Forgets a module in memory and on disk; one in use goes when its last run ends. */
  public void evict(Digest module) {}

  /** After the last run ended. */
  @Override
  public void close() {}
}
