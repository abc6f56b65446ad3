package dev.windlass.wasm.ffm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Compiles, stores, loads and links modules. */
public final class NativeModule {
  private static final String KINDS = "iIfF";

  /**
   * A host function to link.
   *
   * @param signature parameters, a colon, results; i = i32, I = i64, f = f32, F = f64
   */
  public record Import(String module, String name, String signature) {}

  private NativeModule() {}

  /** Compiles; needs a big stack. */
  public static Owned compile(Owned engine, byte[] wasm) throws Refusal {
    try (var block = new Memory.Block()) {
      long out = block.allocate(8);
      Text.check(
          C.call(
              CFunction.wasmtime_module_new,
              engine.borrow(),
              block.copyOf(wasm),
              (long) wasm.length,
              out));
      return new Owned(Memory.getLong(out), CFunction.wasmtime_module_delete);
    }
  }

  /** The compiled code. */
  public static byte[] serialize(Owned module) throws Refusal {
    try (var block = new Memory.Block()) {
      long vector = Text.vector(block);
      Text.check(C.call(CFunction.wasmtime_module_serialize, module.borrow(), vector));
      return Text.take(vector);
    }
  }

  /** Maps compiled code. It is executed as it is: only a file that was authenticated. */
  public static Owned deserialize(Owned engine, Path file) throws Refusal {
    try (var block = new Memory.Block()) {
      long out = block.allocate(8);
      Text.check(
          C.call(
              CFunction.wasmtime_module_deserialize_file,
              engine.borrow(),
              block.string(file.toString()),
              out));
      return new Owned(Memory.getLong(out), CFunction.wasmtime_module_delete);
    }
  }

  /** Links; a host function's index is its place in the list. */
  public static Owned link(Owned engine, Owned module, List<Import> host) throws Refusal {
    try (var block = new Memory.Block();
        var linker =
            new Owned(
                C.call(CFunction.wasmtime_linker_new, engine.borrow()),
                CFunction.wasmtime_linker_delete)) {
      for (int i = 0; i < host.size(); i++) define(block, linker.borrow(), host.get(i), i);
      long out = block.allocate(8);
      Text.check(
          C.call(CFunction.wasmtime_linker_instantiate_pre, linker.borrow(), module.borrow(), out));
      return new Owned(Memory.getLong(out), CFunction.wasmtime_instance_pre_delete);
    }
  }

  private static void define(Memory.Block block, long linker, Import f, int index) throws Refusal {
    var module = f.module.getBytes(StandardCharsets.UTF_8);
    var name = f.name.getBytes(StandardCharsets.UTF_8);
    long[] names = {block.copyOf(module), module.length, block.copyOf(name), name.length};
    try (var type = functionType(block, f.signature)) {
      Text.check(C.define(linker, names, type.borrow(), Upcalls.STUB, index));
    }
  }

  private static Owned functionType(Memory.Block block, String signature) {
    int colon = signature.indexOf(':');
    long parameters = types(block, signature.substring(0, colon));
    long results = types(block, signature.substring(colon + 1));
    return new Owned(
        C.call(CFunction.wasm_functype_new, parameters, results), CFunction.wasm_functype_delete);
  }

  private static long types(Memory.Block block, String kinds) {
    long elements = block.allocate(8L * kinds.length());
    for (int i = 0; i < kinds.length(); i++) {
      int kind = KINDS.indexOf(kinds.charAt(i));
      if (kind < 0)
        throw new IllegalArgumentException("not a type, expected i, I, f or F: " + kinds);
      Memory.putLong(elements + 8L * i, C.call(CFunction.wasm_valtype_new, (byte) kind));
    }
    long vector = Text.vector(block);
    C.run(CFunction.wasm_valtype_vec_new, vector, (long) kinds.length(), elements);
    return vector;
  }
}
