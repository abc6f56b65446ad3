/**
 * libwasmtime's C API by {@code java.lang.foreign}. {@link CFunction} lists every function once,
 * {@link C} makes every call, {@link Memory} does every access to native memory, {@link Upcalls}
 * takes the only call from native code: behind that seam a native image gets another back end
 * (engine annex §7), so nothing else sees a handle or a segment.
 *
 * <p>A pointer that must be deleted lives in an {@link Owned} and is counted. A release build of
 * the library aborts the process when it is misused (§4.1): callers give vetted settings only.
 *
 * <p>Not here: what may run, limits, the meaning of an outcome.
 */
@NullMarked
package dev.windlass.wasm.ffm;

import org.jspecify.annotations.NullMarked;
