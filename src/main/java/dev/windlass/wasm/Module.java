package dev.windlass.wasm;

/** A lease of a loaded module: it is not freed before {@link #close}. */
public final class Module<S> implements AutoCloseable {
  public ModuleInfo info() {
    throw new UnsupportedOperationException("next commit");
  }

  @Override
  public void close() {}
}
