/**
 * WASI preview 1 ({@code wasi_snapshot_preview1}, all 46 functions) as host functions in Java.
 * Start at {@link Wasi}: the state of one run, made from a {@link WasiRequest}; {@link
 * WasiFunctions#ALL} are the imports that work on it.
 *
 * <p>Deterministic by default: the clock, the random stream, the files and the order of directories
 * follow from the request alone. Nothing here reaches a file, a socket or the environment of the
 * host. Every number that a guest passes is hostile: it is bounded before anything is allocated,
 * and the host's work is paid in fuel ({@link Price}).
 *
 * <p>Specification: WebAssembly/WASI, preview 1, {@code wasi_snapshot_preview1.witx}. Where it is
 * silent, POSIX.1-2017 decides.
 */
@NullMarked
package dev.windlass.wasm.wasi;

import org.jspecify.annotations.NullMarked;
