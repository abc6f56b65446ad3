package dev.windlass.wasm;

/** One run of a module's entry: a fresh instance with {@code state} for its host functions. */
public record Run<S>(Module<S> module, S state, RunLimits limits) {}
