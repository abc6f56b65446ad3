package dev.windlass.function;

/**
 * How large a module may be before the library sees it. The defaults admit the largest programs
 * seen (interpreters of 26 MB) and stay below what the library itself or its instance pool accepts.
 *
 * @param bytes of the file
 * @param types function types
 * @param imports of any kind
 * @param functions defined ones
 * @param tables imported and defined
 * @param globals imported and defined
 * @param exports of any kind
 * @param segments element segments, and again data segments
 * @param customSections sections that carry no code
 * @param bodyBytes of one function's code
 * @param locals of one function
 * @param parameters of one function type, and again results
 * @param nameBytes of one name
 * @param memoryBytes that the memory may have at the start
 * @param tableElements that all tables may have at the start
 */
public record ModuleBounds(
    int bytes,
    int types,
    int imports,
    int functions,
    int tables,
    int globals,
    int exports,
    int segments,
    int customSections,
    int bodyBytes,
    int locals,
    int parameters,
    int nameBytes,
    long memoryBytes,
    long tableElements) {
  public static final ModuleBounds DEFAULT =
      new ModuleBounds(
          64 << 20,
          20_000,
          1_000,
          200_000,
          4,
          10_000,
          50_000,
          100_000,
          1_000,
          4 << 20,
          50_000,
          1_000,
          8_192,
          Limits.MAX_MEMORY_BYTES,
          1_000_000);

  /** The defaults with the memory and tables that this function may have. */
  public static ModuleBounds of(Limits limits) {
    return DEFAULT.withStart(limits.memoryBytes(), limits.tableElements());
  }

  public ModuleBounds withBytes(int most) {
    return new ModuleBounds(
        most,
        types,
        imports,
        functions,
        tables,
        globals,
        exports,
        segments,
        customSections,
        bodyBytes,
        locals,
        parameters,
        nameBytes,
        memoryBytes,
        tableElements);
  }

  /** With other bounds on what the module has at its start. */
  public ModuleBounds withStart(long mostMemoryBytes, long mostTableElements) {
    return new ModuleBounds(
        bytes,
        types,
        imports,
        functions,
        tables,
        globals,
        exports,
        segments,
        customSections,
        bodyBytes,
        locals,
        parameters,
        nameBytes,
        mostMemoryBytes,
        mostTableElements);
  }
}
