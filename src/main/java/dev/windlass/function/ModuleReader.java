package dev.windlass.function;

import static dev.windlass.function.WasmCursor.hex;
import static dev.windlass.function.WasmCursor.malformedAt;
import static dev.windlass.function.WasmCursor.refuse;

import dev.windlass.function.InvalidModule.Feature;
import dev.windlass.function.InvalidModule.MemoryOverLimit;
import dev.windlass.function.InvalidModule.NeedsFeature;
import dev.windlass.function.InvalidModule.TablesOverLimit;
import dev.windlass.function.InvalidModule.TooLarge;
import dev.windlass.function.InvalidModule.TooMany;
import dev.windlass.function.ModuleShape.Counts;
import dev.windlass.function.ModuleShape.Export;
import dev.windlass.function.ModuleShape.Import;
import dev.windlass.function.ModuleShape.Kind;
import dev.windlass.function.ModuleShape.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** One pass over one module; sections in their order, each field set by its section. */
final class ModuleReader {
  private static final byte[] MAGIC = {0, 'a', 's', 'm'};
  private static final int MAX_PAGES = 1 << 16;

  private final byte[] module;
  private final ModuleBounds bounds;
  private final WasmCursor in;
  private final WasmTypes shapes;

  private final List<String> types = new ArrayList<>();
  private final List<Import> imports = new ArrayList<>();
  private final List<Export> exports = new ArrayList<>();
  private final List<String> customSections = new ArrayList<>();
  private int importedFunctions;

  /** Type of each function, imported ones first; {@link #functions} of it are in use. */
  private int[] typeOf = new int[16];

  private int functions;
  private int tables;
  private int globals;
  private long tableElements;
  private Optional<Memory> memory = Optional.empty();
  private boolean start;
  private int elementSegments;
  private long declaredData = -1;
  private int dataSegments;
  private int codeBodies;
  private int codeBytes;
  private int largestBody;

  ModuleReader(byte[] module, ModuleBounds bounds) {
    this.module = module;
    this.bounds = bounds;
    this.in = new WasmCursor(module, bounds.nameBytes());
    this.shapes = new WasmTypes(in);
  }

  ModuleShape read() {
    readHeader();
    int last = 0;
    while (!in.atEnd()) last = readSection(last);
    requireBodies();
    return new ModuleShape(
        module.length,
        new Counts(
            types.size(),
            imports.size(),
            functions - importedFunctions,
            tables,
            globals,
            exports.size(),
            elementSegments,
            dataSegments),
        codeBytes,
        largestBody,
        memory,
        tableElements,
        start,
        imports,
        exports,
        customSections);
  }

  /** Magic, u16 version, u16 layer: 1, 0 is a core module; any version of layer 1 a component. */
  private void readHeader() {
    for (int i = 0; i < MAGIC.length && i < Math.max(1, module.length); i++) {
      if (module.length == 0 || module[i] != MAGIC[i])
        throw refuse(
            new InvalidModule.NotWasm(
                Bytes.wrap(Arrays.copyOf(module, Math.min(8, module.length)))));
    }
    in.skip(4);
    int version = in.octet() | in.octet() << 8;
    int layer = in.octet() | in.octet() << 8;
    if (layer == 1) throw refuse(new InvalidModule.Component(version));
    if (version != 1 || layer != 0)
      throw refuse(new InvalidModule.UnknownVersion(version | layer << 16));
    if (module.length > bounds.bytes()) throw refuse(new TooLarge(module.length, bounds.bytes()));
  }

  /** Returns the rank of the section, which must rise; custom sections may stand anywhere. */
  private int readSection(int last) {
    int at = in.position();
    int id = in.octet();
    long size = in.u32();
    int outer = in.enter(nameOf(id), size);
    if (id == 0) {
      readCustom(at);
    } else {
      int rank = rankOf(id, at);
      if (rank <= last)
        throw malformedAt(at, "every section once and in order", nameOf(id) + " after a later one");
      last = rank;
      readKnown(id);
    }
    in.leave(outer);
    return last;
  }

  private void readKnown(int id) {
    switch (id) {
      case 1 -> readTypes();
      case 2 -> readImports();
      case 3 -> readFunctions();
      case 4 -> readTables();
      case 5 -> readMemories();
      case 6 -> readGlobals();
      case 7 -> readExports();
      case 8 -> readStart();
      case 9 -> {
        elementSegments = in.count("element segments", bounds.segments());
        in.skipToEnd();
      }
      case 10 -> readCode();
      case 11 -> {
        dataSegments = in.count("data segments", bounds.segments());
        in.skipToEnd();
      }
      case 12 -> declaredData = in.u32();
      case 13 -> throw refuse(new NeedsFeature(Feature.EXCEPTIONS, "a tag section", in.position()));
      default -> throw new AssertionError("rankOf refuses section " + id);
    }
  }

  private static String nameOf(int id) {
    return switch (id) {
      case 0 -> "a custom section";
      case 1 -> "the type section";
      case 2 -> "the import section";
      case 3 -> "the function section";
      case 4 -> "the table section";
      case 5 -> "the memory section";
      case 6 -> "the global section";
      case 7 -> "the export section";
      case 8 -> "the start section";
      case 9 -> "the element section";
      case 10 -> "the code section";
      case 11 -> "the data section";
      case 12 -> "the data count section";
      case 13 -> "the tag section";
      default -> "section " + id;
    };
  }

  /** Tags stand between memories and globals, the data count before the code. */
  private static int rankOf(int id, int at) {
    if (id > 13) throw malformedAt(at, "a section id of 0 to 13", String.valueOf(id));
    return switch (id) {
      case 12 -> 95;
      case 13 -> 55;
      default -> id * 10;
    };
  }

  private void readCustom(int at) {
    if (customSections.size() == bounds.customSections())
      throw refuse(
          new TooMany(
              "custom sections", bounds.customSections() + 1L, bounds.customSections(), at));
    customSections.add(in.name());
    in.skipToEnd();
  }

  private void readTypes() {
    int count = in.count("types", bounds.types());
    for (int i = 0; i < count; i++) {
      int at = in.position();
      switch (in.octet()) {
        case 0x60 ->
            types.add(
                shapes.valueTypes("parameters", bounds.parameters())
                    + ":"
                    + shapes.valueTypes("results", bounds.parameters()));
        case 0x5f, 0x5e, 0x50, 0x4f, 0x4e ->
            throw refuse(new NeedsFeature(Feature.GC, "a struct, array or recursive type", at));
        case 0x5d ->
            throw refuse(new NeedsFeature(Feature.STACK_SWITCHING, "a continuation type", at));
        default -> throw malformedAt(at, "a function type (0x60)", hex(module[at] & 0xff));
      }
    }
  }

  private void readImports() {
    int count = in.count("imports", bounds.imports());
    for (int i = 0; i < count; i++) {
      var from = in.name();
      var name = in.name();
      int at = in.position();
      switch (in.octet()) {
        case 0 -> {
          int type = typeIndex();
          addFunction(type);
          importedFunctions++;
          imports.add(new Import(from, name, Kind.FUNCTION, types.get(type)));
        }
        case 1 -> {
          addTable();
          imports.add(new Import(from, name, Kind.TABLE, ""));
        }
        case 2 -> {
          addMemory();
          imports.add(new Import(from, name, Kind.MEMORY, ""));
        }
        case 3 -> {
          globalType();
          imports.add(new Import(from, name, Kind.GLOBAL, ""));
        }
        case 4 -> throw refuse(new NeedsFeature(Feature.EXCEPTIONS, "an imported tag", at));
        default -> throw malformedAt(at, "a kind of import (0 to 3)", hex(module[at] & 0xff));
      }
    }
  }

  private void readFunctions() {
    int count = in.count("functions", bounds.functions());
    for (int i = 0; i < count; i++) addFunction(typeIndex());
  }

  private int typeIndex() {
    int at = in.position();
    long index = in.u32();
    if (index >= types.size())
      throw malformedAt(at, "a type index below " + types.size(), String.valueOf(index));
    return (int) index;
  }

  private void addFunction(int type) {
    if (functions == typeOf.length) typeOf = Arrays.copyOf(typeOf, functions * 2);
    typeOf[functions++] = type;
  }

  private void readTables() {
    int count = in.count("tables", bounds.tables());
    for (int i = 0; i < count; i++) addTable();
  }

  private void addTable() {
    int at = in.position();
    if (++tables > bounds.tables())
      throw refuse(new TooMany("tables", tables, bounds.tables(), at));
    int type = in.octet();
    if (type == 0x40)
      throw refuse(new NeedsFeature(Feature.FUNCTION_REFERENCES, "a table with a first value", at));
    WasmTypes.referenceType(type, at);
    tableElements += shapes.limits("a table", 0xffff_ffffL).minPages();
    if (tableElements > bounds.tableElements())
      throw refuse(new TablesOverLimit(tableElements, bounds.tableElements(), at));
  }

  private void readMemories() {
    int count = in.count("memories", 100);
    for (int i = 0; i < count; i++) addMemory();
  }

  private void addMemory() {
    int at = in.position();
    if (memory.isPresent())
      throw refuse(new NeedsFeature(Feature.MULTI_MEMORY, "a second memory", at));
    var declared = shapes.limits("a memory", MAX_PAGES);
    if (declared.minBytes() > bounds.memoryBytes())
      throw refuse(new MemoryOverLimit(declared.minBytes(), bounds.memoryBytes(), at));
    memory = Optional.of(declared);
  }

  private void readGlobals() {
    int count = in.count("globals", bounds.globals());
    for (int i = 0; i < count; i++) {
      globalType();
      shapes.skipConstant();
    }
  }

  private void globalType() {
    int at = in.position();
    if (++globals > bounds.globals())
      throw refuse(new TooMany("globals", globals, bounds.globals(), at));
    shapes.valueType();
    int mutable = in.octet();
    if ((mutable & 2) != 0)
      throw refuse(new NeedsFeature(Feature.THREADS, "a global that is shared", at));
    if (mutable > 1) throw malformedAt(at, "mutability 0 or 1", hex(mutable));
  }

  private void readExports() {
    int count = in.count("exports", bounds.exports());
    var names = new HashSet<String>();
    for (int i = 0; i < count; i++) {
      int at = in.position();
      var name = in.name();
      if (!names.add(name)) throw malformedAt(at, "export names that differ", "a second " + name);
      int kind = in.octet();
      long index = in.u32();
      exports.add(exported(name, kind, index, at));
    }
  }

  private Export exported(String name, int kind, long index, int at) {
    long count =
        switch (kind) {
          case 0 -> functions;
          case 1 -> tables;
          case 2 -> memory.isPresent() ? 1 : 0;
          case 3 -> globals;
          case 4 -> throw refuse(new NeedsFeature(Feature.EXCEPTIONS, "an exported tag", at));
          default -> throw malformedAt(at, "a kind of export (0 to 3)", hex(kind));
        };
    if (index >= count)
      throw malformedAt(
          at, "an index below " + count + " for export " + name, String.valueOf(index));
    return new Export(name, Kind.values()[kind], kind == 0 ? types.get(typeOf[(int) index]) : "");
  }

  private void readStart() {
    int at = in.position();
    long index = in.u32();
    if (index >= functions)
      throw malformedAt(at, "a function index below " + functions, String.valueOf(index));
    start = true;
  }

  private void readCode() {
    int at = in.position();
    codeBodies = in.count("function bodies", bounds.functions());
    if (codeBodies != functions - importedFunctions)
      throw malformedAt(at, (functions - importedFunctions) + " function bodies", "" + codeBodies);
    for (int i = 0; i < codeBodies; i++) {
      int from = in.position();
      long size = in.u32();
      if (size > bounds.bodyBytes())
        throw refuse(new TooMany("bytes in a function body", size, bounds.bodyBytes(), from));
      int outer = in.enter("a function body", size);
      readLocals(from);
      in.skipToEnd();
      in.leave(outer);
      codeBytes += (int) size;
      largestBody = Math.max(largestBody, (int) size);
    }
  }

  /** Run-length coded: six octets can ask for 2^32 of them. */
  private void readLocals(int at) {
    int groups = in.count("groups of locals", bounds.locals());
    long locals = 0;
    for (int i = 0; i < groups; i++) {
      locals += in.u32();
      if (locals > bounds.locals())
        throw refuse(new TooMany("locals in a function", locals, bounds.locals(), at));
      shapes.valueType();
    }
  }

  private void requireBodies() {
    int defined = functions - importedFunctions;
    if (codeBodies != defined)
      throw in.malformed("a code section with " + defined + " function bodies", "the end");
    if (declaredData >= 0 && declaredData != dataSegments)
      throw in.malformed(
          declaredData + " data segments, as the data count says", "" + dataSegments);
  }
}
