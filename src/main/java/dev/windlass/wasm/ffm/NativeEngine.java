package dev.windlass.wasm.ffm;

import java.util.List;

/** Makes engines and moves their clock. */
public final class NativeEngine {
  private static final String POOL = "pool.";

  /**
   * One setting of a preset: {@code name} as in the C setter without prefix and {@code _set},
   * {@code pool.} before it for the pooling allocator (which it turns on), {@code flag.} for
   * Cranelift.
   */
  public record Setting(String name, String value) {}

  private NativeEngine() {}

  /**
   * Ends the process (SIGABRT) when the settings do not fit together: try them in a child first.
   */
  public static Owned open(List<Setting> settings) {
    try (var config = new Owned(C.call(CFunction.wasm_config_new), CFunction.wasm_config_delete)) {
      for (var s : settings) {
        if (!s.name.startsWith(POOL)) set(config.borrow(), "wasmtime_config_", s.name, s.value);
      }
      var pooled = settings.stream().filter(s -> s.name.startsWith(POOL)).toList();
      if (!pooled.isEmpty()) pool(config.borrow(), pooled);
      return new Owned(
          C.call(CFunction.wasm_engine_new_with_config, config.give()),
          CFunction.wasm_engine_delete);
    }
  }

  /** One tick for every deadline of this engine. */
  public static void tick(Owned engine) {
    C.wasmtime_engine_increment_epoch(engine.borrow());
  }

  private static void pool(long config, List<Setting> settings) {
    try (var pool =
        new Owned(
            C.call(CFunction.wasmtime_pooling_allocation_config_new),
            CFunction.wasmtime_pooling_allocation_config_delete)) {
      for (var s : settings) {
        var name = s.name.substring(POOL.length());
        set(pool.borrow(), "wasmtime_pooling_allocation_config_", name, s.value);
      }
      C.run(CFunction.wasmtime_pooling_allocation_strategy_set, config, pool.borrow());
    }
  }

  private static void set(long target, String prefix, String name, String value) {
    if (name.startsWith("flag.")) {
      try (var block = new Memory.Block()) {
        C.run(
            CFunction.wasmtime_config_cranelift_flag_set,
            target,
            block.string(name.substring("flag.".length())),
            block.string(value));
      }
      return;
    }
    var f = CFunction.valueOf(prefix + name + "_set");
    switch (f.shape) {
      case "jz:v" -> C.run(f, target, Boolean.parseBoolean(value));
      case "jb:v" -> C.run(f, target, Byte.parseByte(value));
      case "ji:v" -> C.run(f, target, Integer.parseInt(value));
      case "jj:v" -> C.run(f, target, Long.parseLong(value));
      default -> throw new AssertionError(f + " is no setting");
    }
  }
}
