package dev.windlass.wasm;

import java.util.concurrent.atomic.AtomicBoolean;

/** A lease of a loaded module: it is not freed before {@link #close}. */
public final class Module<S> implements AutoCloseable {
  private final Modules<S> modules;
  private final LoadedModule<S> loaded;
  private final AtomicBoolean closed = new AtomicBoolean();

  Module(Modules<S> modules, LoadedModule<S> loaded) {
    this.modules = modules;
    this.loaded = loaded;
  }

  public ModuleInfo info() {
    return loaded.info();
  }

  LoadedModule<S> loaded() {
    if (closed.get())
      throw new IllegalStateException("the lease of " + loaded.info().digest() + " was closed");
    return loaded;
  }

  /** When the run is over; again: nothing happens. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) modules.release(loaded);
  }
}
