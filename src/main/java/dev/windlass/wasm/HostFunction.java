package dev.windlass.wasm;

/**
 * One import that the host offers.
 *
 * @param signature parameters, a colon, results; i = i32, I = i64 (such as {@code iIi:i}). At most
 *     one result, an i32.
 * @param <S> the state of one run that the body works on
 */
public record HostFunction<S>(String module, String name, String signature, Body<S> body) {
  @FunctionalInterface
  public interface Body<S> {
    /** Returns the i32 result; what a function without a result returns is not used. */
    int call(S state, Guest guest);
  }
}
