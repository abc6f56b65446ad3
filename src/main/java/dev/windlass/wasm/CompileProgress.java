package dev.windlass.wasm;

import java.time.Duration;

/** Told a few times a second, on the loading thread, that a compilation still goes on. */
@FunctionalInterface
public interface CompileProgress {
  CompileProgress NONE = _ -> {};

  void compiling(Duration elapsed);
}
