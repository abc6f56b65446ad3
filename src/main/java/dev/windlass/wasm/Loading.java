package dev.windlass.wasm;

/** What came of asking {@link Modules} for a module. */
public sealed interface Loading<S> {
  /** Close the module when the run is over. */
  record Ready<S>(Module<S> module) implements Loading<S> {}

  /** This module will never run here. */
  record Refused<S>(ModuleProblem problem) implements Loading<S> {}
}
