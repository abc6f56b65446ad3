package dev.windlass.wasm.ffm;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One guest at a time on the thread that made this: a fresh store a run, native out-slots that are
 * reused. Not for use by another thread.
 */
public final class Invocation implements AutoCloseable {
  /** Host functions by index. */
  @FunctionalInterface
  public interface Host {
    /**
     * The i32 result, or {@link #NO_RESULT}, {@link #END} or {@link #END_OUT_OF_FUEL}. Throws
     * nothing.
     */
    long call(int index);
  }

  /** A module made ready, and where it begins. */
  public record Start(Owned engine, Owned pre, Name entry) {}

  /** What one run may use; {@code ticks} of the engine's epoch. */
  public record Budget(long fuel, long memoryBytes, long tableElements, long ticks) {}

  /** An export's name in native memory that is never freed: make few. */
  public static final class Name {
    private final long address;
    private final int length;

    public Name(String text) {
      var octets = text.getBytes(StandardCharsets.UTF_8);
      address = Memory.forever(octets);
      length = octets.length;
    }
  }

  public static final long NO_RESULT = 1L << 40;
  public static final long END = 2L << 40;
  public static final long END_OUT_OF_FUEL = 3L << 40;

  /** What {@link #run} gives when it is no trap code. */
  public static final int RETURNED = -1;

  public static final int FAILED = -2;

  static final byte UNREACHABLE = 9;
  private static final byte OUT_OF_FUEL = 11;
  private static final byte EXTERN_MEMORY = 3;
  private static final ThreadLocal<Invocation> CURRENT = new ThreadLocal<>();
  private static final Name MEMORY = new Name("memory");

  private final Memory.Block block = new Memory.Block();
  private final GuestMemory memory;
  private final long trap;
  private final long out;
  private final long instance;
  private final long export;
  private final long memoryExport;
  private final long values;

  private Host host = _ -> END;
  private long context;
  private long arguments;
  private boolean memoryKnown;
  private long fuelLeft;
  private long memoryBytes;
  private @Nullable String error;

  /**
   * @param fault thrown by {@link GuestMemory} for what lies outside
   */
  public Invocation(RuntimeException fault) {
    long slots = block.allocate(256);
    trap = slots;
    out = slots + 8;
    instance = slots + 16;
    export = slots + 32;
    memoryExport = slots + 64;
    values = slots + 96;
    memory = new GuestMemory(fault);
    CURRENT.set(this);
    Owned.opened();
  }

  static Invocation current() {
    return CURRENT.get();
  }

  /**
   * Instantiates and calls the entry: {@link #RETURNED}, {@link #FAILED} (see {@link #error}) or
   * the number of a trap code.
   */
  public int run(Start start, Budget budget, Host host) {
    this.host = host;
    error = null;
    memoryKnown = false;
    memoryBytes = 0;
    long store = C.wasmtime_store_new(start.engine.borrow(), 0, 0);
    Owned.opened();
    try {
      context = C.wasmtime_store_context(store);
      C.wasmtime_store_limiter(store, budget.memoryBytes, budget.tableElements, 1, 4, 1);
      check(C.wasmtime_context_set_fuel(context, budget.fuel));
      C.wasmtime_context_set_epoch_deadline(context, budget.ticks);
      int end = start(start);
      fuelLeft = fuel();
      memoryBytes = finalMemory();
      return end;
    } finally {
      C.wasmtime_store_delete(store);
      Owned.closed();
      context = 0;
      memory.forget();
    }
  }

  private int start(Start start) {
    Memory.putLong(trap, 0);
    Memory.putLong(instance, 0);
    int end =
        ended(C.wasmtime_instance_pre_instantiate(start.pre.borrow(), context, instance, trap));
    if (end != RETURNED) return end;
    var entry = start.entry;
    if (!C.wasmtime_instance_export_get(context, instance, entry.address, entry.length, export)) {
      error = "the export is missing";
      return FAILED;
    }
    Memory.putLong(trap, 0);
    return ended(C.wasmtime_func_call_unchecked(context, export + 8, values, 0, trap));
  }

  /** Decodes in the order of engine annex §4.4, without native WASI's exit status. */
  private int ended(long err) {
    if (err != 0) {
      error = Text.takeError(err);
      return FAILED;
    }
    long t = Memory.getLong(trap);
    if (t == 0) return RETURNED;
    int code = C.wasmtime_trap_code(t, out) ? Memory.getByte(out) & 0xff : 255;
    C.wasm_trap_delete(t);
    return code;
  }

  /** Of the last run. */
  public long fuelLeft() {
    return fuelLeft;
  }

  /** Of the last run at its end. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** The library's words when the last run {@link #FAILED}. */
  public String error() {
    return error == null ? "" : error;
  }

  /** Argument of the host call that goes on. */
  public long argument(int index) {
    return Memory.getLong(arguments + 16L * index);
  }

  /** Memory of the guest, during a host call. */
  public GuestMemory memory() {
    return memory;
  }

  /** Takes fuel during a host call; false = there was not enough, now there is none. */
  public boolean charge(long amount) {
    long left = fuel();
    boolean enough = amount <= left;
    check(C.wasmtime_context_set_fuel(context, enough ? left - amount : 0));
    return enough;
  }

  long upcall(int index, long caller, long values) {
    arguments = values;
    if (!memoryKnown) memoryKnown = findMemory(caller);
    if (memoryKnown) {
      memory.at(
          C.wasmtime_memory_data(context, memoryExport + 8),
          C.wasmtime_memory_data_size(context, memoryExport + 8));
    }
    long result = host.call(index);
    if (result == (int) result) Memory.putLong(values, result & 0xffff_ffffL);
    else if (result == END) return C.call(CFunction.wasmtime_trap_new_code, UNREACHABLE);
    else if (result == END_OUT_OF_FUEL)
      return C.call(CFunction.wasmtime_trap_new_code, OUT_OF_FUEL);
    return 0;
  }

  private boolean findMemory(long caller) {
    return C.wasmtime_caller_export_get(caller, MEMORY.address, MEMORY.length, memoryExport)
        && Memory.getByte(memoryExport) == EXTERN_MEMORY;
  }

  private long finalMemory() {
    if (!memoryKnown) {
      memoryKnown =
          Memory.getLong(instance) != 0
              && C.wasmtime_instance_export_get(
                  context, instance, MEMORY.address, MEMORY.length, memoryExport)
              && Memory.getByte(memoryExport) == EXTERN_MEMORY;
    }
    return memoryKnown ? C.wasmtime_memory_data_size(context, memoryExport + 8) : 0;
  }

  private long fuel() {
    check(C.wasmtime_context_get_fuel(context, out));
    return Memory.getLong(out);
  }

  private static void check(long err) {
    if (err != 0) throw new AssertionError(Text.takeError(err));
  }

  /** On the thread that made it. */
  @Override
  public void close() {
    CURRENT.remove();
    block.close();
    Owned.closed();
  }
}
