package dev.windlass.wasm.ffm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** The one entry from native code: every host function of every module comes in here. */
@SuppressWarnings("restricted") // this package is what native access is granted for
final class Upcalls {
  static final String NAME = "funcUnchecked";
  static final FunctionDescriptor CB4 =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Address of the stub, made once and never freed. */
  static final long STUB = stub();

  private Upcalls() {}

  /**
   * {@code own wasm_trap_t* (*)(void* env, wasmtime_caller_t*, wasmtime_val_raw_t*, size_t)}; env
   * is the index of the host function. Nothing may be thrown from here: it would end the process.
   */
  static long funcUnchecked(long env, long caller, long values, long count) {
    try {
      return Invocation.current().upcall((int) env, caller, values);
    } catch (Throwable t) {
      return lastResort();
    }
  }

  private static long lastResort() {
    try {
      return C.call(CFunction.wasmtime_trap_new_code, Invocation.UNREACHABLE);
    } catch (Throwable t) {
      Runtime.getRuntime().halt(70);
      return 0;
    }
  }

  private static long stub() {
    try {
      var type = MethodType.methodType(long.class, long.class, long.class, long.class, long.class);
      var handle = MethodHandles.lookup().findStatic(Upcalls.class, NAME, type);
      return Linker.nativeLinker().upcallStub(handle, CB4, Arena.global()).address();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no method " + NAME, e);
    }
  }
}
