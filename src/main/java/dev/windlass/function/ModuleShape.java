package dev.windlass.function;

import java.util.List;
import java.util.Optional;

/**
 * What a core module (WebAssembly 1.0 to 2.0 binary format, §5) says of itself, read without the
 * library and before it: sections, counts, imports, exports, declared memory and tables. Function
 * bodies are measured, not validated; the library does that.
 *
 * <p>{@link #parse} takes time linear in the bytes, allocates in proportion to the bytes that are
 * really there, and fails with {@link InvalidModuleException} only, whatever the bytes.
 *
 * @param bytes of the file
 * @param codeBytes of all function bodies
 * @param largestBodyBytes of the largest function body
 * @param memory the one memory, imported or defined
 * @param tableElements that all tables together have at the start
 * @param start whether there is a start function, which runs before the entry
 * @param customSections their names, in their order
 */
public record ModuleShape(
    int bytes,
    Counts counts,
    int codeBytes,
    int largestBodyBytes,
    Optional<Memory> memory,
    long tableElements,
    boolean start,
    List<Import> imports,
    List<Export> exports,
    List<String> customSections) {
  public static final int PAGE_BYTES = 64 << 10;

  public ModuleShape {
    imports = List.copyOf(imports);
    exports = List.copyOf(exports);
    customSections = List.copyOf(customSections);
  }

  public static ModuleShape parse(Bytes module, ModuleBounds bounds) {
    return parse(module.unsafeArray(), bounds);
  }

  /** Only reads the array. */
  public static ModuleShape parse(byte[] module, ModuleBounds bounds) {
    return new ModuleReader(module, bounds).read();
  }

  /**
   * Refuses a module that cannot be started by calling {@code entry} without arguments.
   *
   * @return this
   */
  public ModuleShape requireEntry(String entry) {
    for (var export : exports) {
      if (!export.name().equals(entry)) continue;
      if (export.kind() == Kind.FUNCTION && export.signature().equals(":")) return this;
      var found =
          export.kind() == Kind.FUNCTION
              ? "a function of type " + export.signature()
              : "a " + export.kind().word();
      throw new InvalidModuleException(new InvalidModule.WrongEntry(entry, found));
    }
    var functions =
        exports.stream().filter(e -> e.kind() == Kind.FUNCTION).map(Export::name).toList();
    var listed = functions.stream().limit(InvalidModule.NoEntry.LISTED).toList();
    throw new InvalidModuleException(new InvalidModule.NoEntry(entry, listed, functions.size()));
  }

  /** Whether host functions can reach the guest's memory under the name that WASI asks for. */
  public boolean exportsMemory() {
    return exports.stream().anyMatch(e -> e.kind() == Kind.MEMORY && e.name().equals("memory"));
  }

  /**
   * How many there are; functions are the defined ones, tables and globals include imported ones.
   */
  public record Counts(
      int types,
      int imports,
      int functions,
      int tables,
      int globals,
      int exports,
      int elementSegments,
      int dataSegments) {}

  /**
   * @param maxPages empty where the module names no maximum
   */
  public record Memory(long minPages, Optional<Long> maxPages) {
    public long minBytes() {
      return minPages * PAGE_BYTES;
    }
  }

  /**
   * @param signature of a function: parameters, a colon, results; i = i32, I = i64, f = f32, F =
   *     f64, v = v128, r = funcref. Empty for what is no function.
   */
  public record Import(String module, String name, Kind kind, String signature) {
    @Override
    public String toString() {
      return module + "." + name + (kind == Kind.FUNCTION ? " " + signature : " " + kind.word());
    }
  }

  /**
   * @param signature as that of an {@link Import}
   */
  public record Export(String name, Kind kind, String signature) {}

  /** In the order of their octet in the binary format. */
  public enum Kind {
    FUNCTION,
    TABLE,
    MEMORY,
    GLOBAL;

    /** In lower case, for messages. */
    public String word() {
      return switch (this) {
        case FUNCTION -> "function";
        case TABLE -> "table";
        case MEMORY -> "memory";
        case GLOBAL -> "global";
      };
    }
  }
}
