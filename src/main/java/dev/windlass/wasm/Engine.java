package dev.windlass.wasm;

import dev.windlass.function.Digest;

/** libwasmtime with the vetted preset (engine annex §9.1), its memories and its clock. */
public final class Engine implements AutoCloseable {
  public static final long MAX_MEMORY_BYTES = 256L << 20;
  public static final int MAX_TABLE_ELEMENTS = 1_000_000;

  /**
   * @throws EngineUnavailable when the library is missing or another one, or no preset is accepted
   */
  public static Engine open(EngineSettings settings) {
    throw new UnsupportedOperationException("next commit");
  }

  /** SHA-256 of library digest and preset: only results of one fingerprint can be compared. */
  public Digest fingerprint() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Of the library, such as {@code 50.0.1}. */
  public String version() {
    throw new UnsupportedOperationException("next commit");
  }

  /** Memories come from the pool; else they are made on demand, which is slower. */
  public boolean pooled() {
    throw new UnsupportedOperationException("next commit");
  }

  /** After every {@link Modules} and {@link Lanes} made with it. */
  @Override
  public void close() {}
}
