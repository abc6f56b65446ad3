/**
 * Wasmtime without pointers: engine, modules and their compiled code, lanes, and what a run came
 * to. Start at {@link Engine}. A guest runs on a lane, a bounded platform thread with a big stack;
 * its failure is a sealed outcome.
 *
 * <p>Not here: what the guest may ask of the host (see {@code wasm.wasi}), who asked for the run.
 */
@NullMarked
package dev.windlass.wasm;

import org.jspecify.annotations.NullMarked;
