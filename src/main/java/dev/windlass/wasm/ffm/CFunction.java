package dev.windlass.wasm.ffm;

/**
 * Every C function in use with its call shape: the one list that the linker and the metadata of a
 * native image come from. A shape is the parameters, a colon and the result: j = pointer, size_t or
 * 64 bits, i = 32 bits, b = uint8 below 128, z = bool, v = nothing. A leaf is called without a
 * thread transition: it never blocks, calls up or runs a finalizer.
 */
enum CFunction {
  // Config and engine (engine annex §4.1)
  /** {@code own wasm_config_t* (void)}. */
  wasm_config_new(":j"),
  /** {@code void (own wasm_config_t*)}. */
  wasm_config_delete("j:v"),
  /** {@code own wasm_engine_t* (own wasm_config_t*)}: aborts the process on a bad config. */
  wasm_engine_new_with_config("j:j"),
  /** {@code void (own wasm_engine_t*)}: counted, modules and stores keep it alive. */
  wasm_engine_delete("j:v"),
  /** {@code void (wasm_engine_t*)}: from any thread. */
  wasmtime_engine_increment_epoch("j:v", true),
  /** {@code own wasmtime_pooling_allocation_config_t* (void)}. */
  wasmtime_pooling_allocation_config_new(":j"),
  /** {@code void (own wasmtime_pooling_allocation_config_t*)}. */
  wasmtime_pooling_allocation_config_delete("j:v"),
  /** {@code void (wasm_config_t*, const pool*)}: copies the pool. */
  wasmtime_pooling_allocation_strategy_set("jj:v"),
  /** {@code void (wasm_config_t*, const char* key, const char* value)}. */
  wasmtime_config_cranelift_flag_set("jjj:v"),

  // Settings, named as in a preset
  wasmtime_config_consume_fuel_set("jz:v"),
  wasmtime_config_epoch_interruption_set("jz:v"),
  wasmtime_config_parallel_compilation_set("jz:v"),
  wasmtime_config_cranelift_nan_canonicalization_set("jz:v"),
  wasmtime_config_memory_may_move_set("jz:v"),
  wasmtime_config_memory_init_cow_set("jz:v"),
  wasmtime_config_native_unwind_info_set("jz:v"),
  wasmtime_config_signals_based_traps_set("jz:v"),
  wasmtime_config_gc_support_set("jz:v"),
  wasmtime_config_shared_memory_set("jz:v"),
  wasmtime_config_concurrency_support_set("jz:v"),
  wasmtime_config_wasm_threads_set("jz:v"),
  wasmtime_config_wasm_tail_call_set("jz:v"),
  wasmtime_config_wasm_reference_types_set("jz:v"),
  wasmtime_config_wasm_function_references_set("jz:v"),
  wasmtime_config_wasm_gc_set("jz:v"),
  wasmtime_config_wasm_simd_set("jz:v"),
  wasmtime_config_wasm_relaxed_simd_set("jz:v"),
  wasmtime_config_wasm_relaxed_simd_deterministic_set("jz:v"),
  wasmtime_config_wasm_bulk_memory_set("jz:v"),
  wasmtime_config_wasm_multi_value_set("jz:v"),
  wasmtime_config_wasm_multi_memory_set("jz:v"),
  wasmtime_config_wasm_memory64_set("jz:v"),
  wasmtime_config_wasm_wide_arithmetic_set("jz:v"),
  wasmtime_config_wasm_exceptions_set("jz:v"),
  wasmtime_config_wasm_custom_page_sizes_set("jz:v"),
  wasmtime_config_wasm_stack_switching_set("jz:v"),
  wasmtime_config_wasm_branch_hinting_set("jz:v"),
  wasmtime_config_wasm_component_model_set("jz:v"),
  wasmtime_config_wasm_component_model_async_set("jz:v"),
  wasmtime_config_max_wasm_stack_set("jj:v"),
  wasmtime_config_async_stack_size_set("jj:v"),
  wasmtime_config_memory_reservation_set("jj:v"),
  wasmtime_config_memory_guard_size_set("jj:v"),
  wasmtime_config_memory_reservation_for_growth_set("jj:v"),
  wasmtime_config_strategy_set("jb:v"),
  wasmtime_config_cranelift_opt_level_set("jb:v"),
  wasmtime_config_cranelift_regalloc_algorithm_set("jb:v"),
  wasmtime_pooling_allocation_config_max_unused_warm_slots_set("ji:v"),
  wasmtime_pooling_allocation_config_total_memories_set("ji:v"),
  wasmtime_pooling_allocation_config_total_tables_set("ji:v"),
  wasmtime_pooling_allocation_config_total_stacks_set("ji:v"),
  wasmtime_pooling_allocation_config_total_core_instances_set("ji:v"),
  wasmtime_pooling_allocation_config_max_tables_per_module_set("ji:v"),
  wasmtime_pooling_allocation_config_max_memories_per_module_set("ji:v"),
  wasmtime_pooling_allocation_config_total_gc_heaps_set("ji:v"),
  wasmtime_pooling_allocation_config_decommit_batch_size_set("jj:v"),
  wasmtime_pooling_allocation_config_linear_memory_keep_resident_set("jj:v"),
  wasmtime_pooling_allocation_config_table_keep_resident_set("jj:v"),
  wasmtime_pooling_allocation_config_max_core_instance_size_set("jj:v"),
  wasmtime_pooling_allocation_config_table_elements_set("jj:v"),
  wasmtime_pooling_allocation_config_max_memory_size_set("jj:v"),

  // Modules (§4.2)
  /**
   * {@code own wasmtime_error_t* (wasm_engine_t*, const uint8_t*, size_t, own wasmtime_module_t**
   * ret)}.
   */
  wasmtime_module_new("jjjj:j"),
  /** {@code own wasmtime_error_t* (const wasmtime_module_t*, own wasm_byte_vec_t* ret)}. */
  wasmtime_module_serialize("jj:j"),
  /**
   * {@code own wasmtime_error_t* (wasm_engine_t*, const char*, own wasmtime_module_t** ret)}:
   * trusted files only.
   */
  wasmtime_module_deserialize_file("jjj:j"),
  /** {@code void (own wasmtime_module_t*)}. */
  wasmtime_module_delete("j:v"),
  /** {@code own wasmtime_error_t* (const char*, size_t, own wasm_byte_vec_t* ret)}. */
  wasmtime_wat2wasm("jjj:j"),

  // Linker, instance, store (§4.3)
  /** {@code own wasmtime_linker_t* (wasm_engine_t*)}. */
  wasmtime_linker_new("j:j"),
  /** {@code void (own wasmtime_linker_t*)}. */
  wasmtime_linker_delete("j:v"),
  /**
   * {@code own wasmtime_error_t* (linker, module, size_t, name, size_t, const functype*, cb4, void*
   * env, finalizer)}.
   */
  wasmtime_linker_define_func_unchecked("jjjjjjjjj:j"),
  /**
   * {@code own wasmtime_error_t* (const linker, const module, own wasmtime_instance_pre_t** ret)}.
   */
  wasmtime_linker_instantiate_pre("jjj:j"),
  /** {@code void (own wasmtime_instance_pre_t*)}. */
  wasmtime_instance_pre_delete("j:v"),
  /**
   * {@code own wasmtime_error_t* (const pre, context, wasmtime_instance_t* out, own wasm_trap_t**
   * out)}.
   */
  wasmtime_instance_pre_instantiate("jjjj:j"),
  /**
   * {@code bool (context, const wasmtime_instance_t*, const char*, size_t, wasmtime_extern_t*
   * out)}.
   */
  wasmtime_instance_export_get("jjjjj:z"),
  /** {@code own wasmtime_store_t* (wasm_engine_t*, void* data, finalizer)}. */
  wasmtime_store_new("jjj:j"),
  /** {@code void (own wasmtime_store_t*)}. */
  wasmtime_store_delete("j:v"),
  /** {@code wasmtime_context_t* (wasmtime_store_t*)}: inside the store. */
  wasmtime_store_context("j:j"),
  /**
   * {@code void (store, int64 memory, int64 table, int64 instances, int64 tables, int64 memories)}.
   */
  wasmtime_store_limiter("jjjjjj:v"),
  /** {@code own wasmtime_error_t* (context, uint64_t)}. */
  wasmtime_context_set_fuel("jj:j", true),
  /** {@code own wasmtime_error_t* (const context, uint64_t* out)}. */
  wasmtime_context_get_fuel("jj:j", true),
  /** {@code void (context, uint64_t ticks)}. */
  wasmtime_context_set_epoch_deadline("jj:v"),

  // Calls, traps, errors (§4.4)
  /**
   * {@code own wasmtime_error_t* (context, const wasmtime_func_t*, wasmtime_val_raw_t*, size_t, own
   * wasm_trap_t** out)}.
   */
  wasmtime_func_call_unchecked("jjjjj:j"),
  /** {@code bool (const wasm_trap_t*, uint8_t* out)}. */
  wasmtime_trap_code("jj:z", true),
  /** {@code own wasm_trap_t* (uint8_t)}: aborts on an unknown code. */
  wasmtime_trap_new_code("b:j"),
  /** {@code void (own wasm_trap_t*)}. */
  wasm_trap_delete("j:v"),
  /** {@code void (const wasmtime_error_t*, own wasm_byte_vec_t* out)}. */
  wasmtime_error_message("jj:v"),
  /** {@code void (own wasmtime_error_t*)}. */
  wasmtime_error_delete("j:v"),
  /** {@code void (own contents of wasm_byte_vec_t*)}. */
  wasm_byte_vec_delete("j:v"),

  // Host functions (§4.5)
  /** {@code wasmtime_context_t* (wasmtime_caller_t*)}. */
  wasmtime_caller_context("j:j", true),
  /** {@code bool (caller, const char*, size_t, wasmtime_extern_t* out)}. */
  wasmtime_caller_export_get("jjjj:z"),
  /** {@code uint8_t* (context, const wasmtime_memory_t*)}. */
  wasmtime_memory_data("jj:j", true),
  /** {@code size_t (const context, const wasmtime_memory_t*)}. */
  wasmtime_memory_data_size("jj:j", true),
  /** {@code own wasm_valtype_t* (uint8_t kind)}: kind below 128. */
  wasm_valtype_new("b:j"),
  /** {@code void (own wasm_valtype_vec_t* out, size_t, own wasm_valtype_t* const[])}. */
  wasm_valtype_vec_new("jjj:v"),
  /** {@code own wasm_functype_t* (own contents of params, own contents of results)}. */
  wasm_functype_new("jj:j"),
  /** {@code void (own wasm_functype_t*)}. */
  wasm_functype_delete("j:v");

  final String shape;
  final boolean leaf;

  CFunction(String shape) {
    this(shape, false);
  }

  CFunction(String shape, boolean leaf) {
    this.shape = shape;
    this.leaf = leaf;
  }
}
