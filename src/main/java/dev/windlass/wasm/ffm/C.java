package dev.windlass.wasm.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every call into the library. What is on the path of a request has a method of its own and a
 * constant handle; the rest goes through {@code call} and {@code run}, whose argument types must be
 * the function's shape. Prototypes and ownership: {@link CFunction}.
 */
@SuppressWarnings("restricted") // this package is what native access is granted for
final class C {
  private static final SymbolLookup LIBRARY =
      SymbolLookup.libraryLookup(Library.inUse().path(), Arena.global());
  private static final ConcurrentHashMap<CFunction, MethodHandle> LINKED =
      new ConcurrentHashMap<>();

  private static final MethodHandle ENGINE_INCREMENT_EPOCH =
      link(CFunction.wasmtime_engine_increment_epoch);
  private static final MethodHandle STORE_NEW = link(CFunction.wasmtime_store_new);
  private static final MethodHandle STORE_DELETE = link(CFunction.wasmtime_store_delete);
  private static final MethodHandle STORE_CONTEXT = link(CFunction.wasmtime_store_context);
  private static final MethodHandle STORE_LIMITER = link(CFunction.wasmtime_store_limiter);
  private static final MethodHandle CONTEXT_SET_FUEL = link(CFunction.wasmtime_context_set_fuel);
  private static final MethodHandle CONTEXT_GET_FUEL = link(CFunction.wasmtime_context_get_fuel);
  private static final MethodHandle CONTEXT_SET_EPOCH_DEADLINE =
      link(CFunction.wasmtime_context_set_epoch_deadline);
  private static final MethodHandle INSTANCE_PRE_INSTANTIATE =
      link(CFunction.wasmtime_instance_pre_instantiate);
  private static final MethodHandle INSTANCE_EXPORT_GET =
      link(CFunction.wasmtime_instance_export_get);
  private static final MethodHandle FUNC_CALL_UNCHECKED =
      link(CFunction.wasmtime_func_call_unchecked);
  private static final MethodHandle TRAP_CODE = link(CFunction.wasmtime_trap_code);
  private static final MethodHandle TRAP_DELETE = link(CFunction.wasm_trap_delete);
  private static final MethodHandle CALLER_CONTEXT = link(CFunction.wasmtime_caller_context);
  private static final MethodHandle CALLER_EXPORT_GET = link(CFunction.wasmtime_caller_export_get);
  private static final MethodHandle MEMORY_DATA = link(CFunction.wasmtime_memory_data);
  private static final MethodHandle MEMORY_DATA_SIZE = link(CFunction.wasmtime_memory_data_size);

  private C() {}

  static void wasmtime_engine_increment_epoch(long engine) {
    try {
      ENGINE_INCREMENT_EPOCH.invokeExact(engine);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_store_new(long engine, long data, long finalizer) {
    try {
      return (long) STORE_NEW.invokeExact(engine, data, finalizer);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void wasmtime_store_delete(long store) {
    try {
      STORE_DELETE.invokeExact(store);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_store_context(long store) {
    try {
      return (long) STORE_CONTEXT.invokeExact(store);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void wasmtime_store_limiter(
      long store,
      long memoryBytes,
      long tableElements,
      long instances,
      long tables,
      long memories) {
    try {
      STORE_LIMITER.invokeExact(store, memoryBytes, tableElements, instances, tables, memories);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_context_set_fuel(long context, long fuel) {
    try {
      return (long) CONTEXT_SET_FUEL.invokeExact(context, fuel);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_context_get_fuel(long context, long out) {
    try {
      return (long) CONTEXT_GET_FUEL.invokeExact(context, out);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void wasmtime_context_set_epoch_deadline(long context, long ticks) {
    try {
      CONTEXT_SET_EPOCH_DEADLINE.invokeExact(context, ticks);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_instance_pre_instantiate(long pre, long context, long instance, long trap) {
    try {
      return (long) INSTANCE_PRE_INSTANTIATE.invokeExact(pre, context, instance, trap);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static boolean wasmtime_instance_export_get(
      long context, long instance, long name, long length, long out) {
    try {
      return (boolean) INSTANCE_EXPORT_GET.invokeExact(context, instance, name, length, out);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_func_call_unchecked(
      long context, long function, long values, long count, long trap) {
    try {
      return (long) FUNC_CALL_UNCHECKED.invokeExact(context, function, values, count, trap);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static boolean wasmtime_trap_code(long trap, long out) {
    try {
      return (boolean) TRAP_CODE.invokeExact(trap, out);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void wasm_trap_delete(long trap) {
    try {
      TRAP_DELETE.invokeExact(trap);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_caller_context(long caller) {
    try {
      return (long) CALLER_CONTEXT.invokeExact(caller);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static boolean wasmtime_caller_export_get(long caller, long name, long length, long out) {
    try {
      return (boolean) CALLER_EXPORT_GET.invokeExact(caller, name, length, out);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_memory_data(long context, long memory) {
    try {
      return (long) MEMORY_DATA.invokeExact(context, memory);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long wasmtime_memory_data_size(long context, long memory) {
    try {
      return (long) MEMORY_DATA_SIZE.invokeExact(context, memory);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f) {
    try {
      return (long) handle(f).invokeExact();
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f, long a) {
    try {
      return (long) handle(f).invokeExact(a);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f, byte a) {
    try {
      return (long) handle(f).invokeExact(a);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f, long a, long b) {
    try {
      return (long) handle(f).invokeExact(a, b);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f, long a, long b, long c) {
    try {
      return (long) handle(f).invokeExact(a, b, c);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static long call(CFunction f, long a, long b, long c, long d) {
    try {
      return (long) handle(f).invokeExact(a, b, c, d);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a) {
    try {
      handle(f).invokeExact(a);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a, long b) {
    try {
      handle(f).invokeExact(a, b);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a, long b, long c) {
    try {
      handle(f).invokeExact(a, b, c);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a, int b) {
    try {
      handle(f).invokeExact(a, b);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a, byte b) {
    try {
      handle(f).invokeExact(a, b);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static void run(CFunction f, long a, boolean b) {
    try {
      handle(f).invokeExact(a, b);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  /** {@code wasmtime_linker_define_func_unchecked} without a finalizer. */
  static long define(long linker, long[] moduleAndName, long type, long stub, long env) {
    try {
      return (long)
          handle(CFunction.wasmtime_linker_define_func_unchecked)
              .invokeExact(
                  linker,
                  moduleAndName[0],
                  moduleAndName[1],
                  moduleAndName[2],
                  moduleAndName[3],
                  type,
                  stub,
                  env,
                  0L);
    } catch (Throwable t) {
      throw bug(t);
    }
  }

  static boolean exists(CFunction f) {
    return LIBRARY.find(f.name()).isPresent();
  }

  static FunctionDescriptor descriptor(CFunction f) {
    var shape = f.shape;
    int colon = shape.indexOf(':');
    var parameters =
        shape.chars().limit(colon).mapToObj(c -> layout((char) c)).toArray(MemoryLayout[]::new);
    char result = shape.charAt(colon + 1);
    return result == 'v'
        ? FunctionDescriptor.ofVoid(parameters)
        : FunctionDescriptor.of(layout(result), parameters);
  }

  private static MemoryLayout layout(char c) {
    return switch (c) {
      case 'j' -> JAVA_LONG;
      case 'i' -> JAVA_INT;
      case 'b' -> JAVA_BYTE;
      case 'z' -> JAVA_BOOLEAN;
      default -> throw new AssertionError("no layout for " + c);
    };
  }

  private static MethodHandle handle(CFunction f) {
    return LINKED.computeIfAbsent(f, C::link);
  }

  private static MethodHandle link(CFunction f) {
    var address =
        LIBRARY
            .find(f.name())
            .orElseThrow(
                () -> new LibraryException(Library.inUse().path() + " has no function " + f));
    var linker = Linker.nativeLinker();
    return f.leaf
        ? linker.downcallHandle(address, descriptor(f), Linker.Option.critical(false))
        : linker.downcallHandle(address, descriptor(f));
  }

  /** A downcall throws nothing of its own; what an upcall threw never gets here. */
  private static RuntimeException bug(Throwable t) {
    return switch (t) {
      case VirtualMachineError e -> throw e;
      case LibraryException e -> e;
      default -> throw new AssertionError("a call into libwasmtime threw", t);
    };
  }
}
