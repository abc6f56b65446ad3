package dev.windlass.wasm;

import dev.windlass.wasm.ffm.NativeEngine.Setting;
import java.util.Arrays;
import java.util.List;

/**
 * The vetted settings of engine annex §9.1 and §9.2: the library aborts on a bad combination, so
 * nothing else is ever passed to it. A text of {@code name=value} lines.
 */
enum Preset {
  /** A pool whose slots are 4 GiB of address space each: bounds checks cost nothing. */
  POOL_WIDE(true, false),
  /** A pool for small address spaces (39 bits, gVisor, ulimit -v). */
  POOL_NARROW(true, true),
  DEMAND_WIDE(false, false),
  DEMAND_NARROW(false, true);

  /**
   * What decides results and fuel: the same in every preset, part of the fingerprint. SIMD stays on
   * because compilers emit it; with relaxed SIMD off it is deterministic.
   */
  static final String COMMON =
      """
      consume_fuel=true
      epoch_interruption=true
      cranelift_nan_canonicalization=true
      memory_init_cow=true
      signals_based_traps=true
      wasm_reference_types=true
      wasm_bulk_memory=true
      wasm_multi_value=true
      wasm_simd=true
      wasm_threads=false
      shared_memory=false
      wasm_memory64=false
      wasm_multi_memory=false
      wasm_tail_call=false
      wasm_function_references=false
      wasm_gc=false
      gc_support=false
      wasm_exceptions=false
      wasm_stack_switching=false
      wasm_relaxed_simd=false
      wasm_wide_arithmetic=false
      wasm_custom_page_sizes=false
      wasm_component_model=false
      wasm_component_model_async=false
      concurrency_support=false
      strategy=1
      cranelift_regalloc_algorithm=0
      max_wasm_stack=1048576
      """;

  private static final String NARROW =
      """
      memory_reservation=%d
      memory_guard_size=65536
      """
          .formatted(Engine.MAX_MEMORY_BYTES);

  private final boolean pool;
  private final boolean narrow;

  Preset(boolean pool, boolean narrow) {
    this.pool = pool;
    this.narrow = narrow;
  }

  /** The ones to try, the best first. */
  static List<Preset> candidates(boolean pooling) {
    return pooling
        ? List.of(POOL_WIDE, POOL_NARROW, DEMAND_NARROW)
        : List.of(DEMAND_WIDE, DEMAND_NARROW);
  }

  boolean isPool() {
    return pool;
  }

  /** What decides compiled code. */
  String code() {
    return narrow ? COMMON + NARROW : COMMON;
  }

  /** Everything. */
  String text(int lanes) {
    if (!pool) return code();
    return code()
        + """
        pool.total_memories=%d
        pool.total_core_instances=%d
        pool.total_tables=%d
        pool.total_stacks=0
        pool.max_memory_size=%d
        pool.max_memories_per_module=1
        pool.max_tables_per_module=4
        pool.table_elements=%d
        pool.linear_memory_keep_resident=0
        pool.table_keep_resident=0
        """
            .formatted(lanes, lanes, 4 * lanes, Engine.MAX_MEMORY_BYTES, Engine.MAX_TABLE_ELEMENTS);
  }

  static List<Setting> settings(String text) {
    return text.lines().map(line -> setting(line.split("=", 2))).toList();
  }

  private static Setting setting(String[] nameAndValue) {
    if (nameAndValue.length != 2)
      throw new IllegalArgumentException(
          "not a setting, expected name=value: " + Arrays.toString(nameAndValue));
    return new Setting(nameAndValue[0], nameAndValue[1]);
  }
}
