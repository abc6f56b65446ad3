package dev.windlass.function;

import java.util.List;

/**
 * Why bytes are not a module that this engine runs. Every reason carries what was found and what
 * was expected; offsets are octets from the beginning of the file.
 */
public sealed interface InvalidModule {
  /** One sentence for the user, without a full stop. */
  String message();

  /** The first octets are not {@code \0asm}. */
  record NotWasm(Bytes first) implements InvalidModule {
    @Override
    public String message() {
      var found =
          first.size() == 0
              ? "the file is empty"
              : "it begins with "
                  + first.hex()
                  + (isText() ? " (text; .wat has to be assembled)" : "");
      return "not WebAssembly: " + found + ", expected 0061736d";
    }

    private boolean isText() {
      for (int i = 0; i < first.size(); i++) {
        byte b = first.at(i);
        if (b < 0x20 && b != '\n' && b != '\r' && b != '\t') return false;
      }
      return true;
    }
  }

  /** {@code \0asm}, but a version nobody has published. */
  record UnknownVersion(int version) implements InvalidModule {
    @Override
    public String message() {
      return "WebAssembly of version " + Integer.toUnsignedString(version) + ", expected 1";
    }
  }

  /** A component (layer 1) where a core module (layer 0) is expected. */
  record Component(int version) implements InvalidModule {
    @Override
    public String message() {
      return "a WebAssembly component (version "
          + version
          + ", layer 1), expected a core module: build for wasm32-wasip1, or take the core module"
          + " out of it";
    }
  }

  /** The file ends inside of something. */
  record Truncated(int offset, String inside, long expectedBytes, int actualBytes)
      implements InvalidModule {
    @Override
    public String message() {
      return "truncated: "
          + inside
          + " at offset "
          + offset
          + " needs a file of at least "
          + expectedBytes
          + " bytes, it has "
          + actualBytes;
    }
  }

  record TooLarge(long bytes, long limit) implements InvalidModule {
    @Override
    public String message() {
      return "the module has " + bytes + " bytes, the limit is " + limit;
    }
  }

  /**
   * @param what a plural: functions, imports, locals of a function, …
   */
  record TooMany(String what, long count, long limit, int offset) implements InvalidModule {
    @Override
    public String message() {
      return count + " " + what + " (offset " + offset + "), the limit is " + limit;
    }
  }

  /**
   * @param what the thing that needs it, such as "a shared memory"
   */
  record NeedsFeature(Feature feature, String what, int offset) implements InvalidModule {
    @Override
    public String message() {
      return "needs "
          + feature.proposal()
          + ", which this engine does not offer: "
          + what
          + " at offset "
          + offset;
    }
  }

  record MemoryOverLimit(long declaredBytes, long limitBytes, int offset) implements InvalidModule {
    @Override
    public String message() {
      return "declares a memory of "
          + declaredBytes
          + " bytes to begin with (offset "
          + offset
          + "), the function's limit is "
          + limitBytes;
    }
  }

  record TablesOverLimit(long declaredElements, long limitElements, int offset)
      implements InvalidModule {
    @Override
    public String message() {
      return "declares tables of "
          + declaredElements
          + " elements to begin with (offset "
          + offset
          + "), the function's limit is "
          + limitElements;
    }
  }

  /**
   * @param exports the first {@link #LISTED} exported functions
   * @param functions how many functions are exported
   */
  record NoEntry(String entry, List<String> exports, int functions) implements InvalidModule {
    public static final int LISTED = 20;

    public NoEntry {
      exports = List.copyOf(exports);
    }

    @Override
    public String message() {
      var listed =
          exports.isEmpty()
              ? "it exports no function"
              : "its exported functions are "
                  + String.join(", ", exports)
                  + (functions > exports.size()
                      ? " and " + (functions - exports.size()) + " more"
                      : "");
      return "no exported function " + entry + " to start with: " + listed;
    }
  }

  /** The entry is there, but takes or returns something, or is no function. */
  record WrongEntry(String entry, String found) implements InvalidModule {
    @Override
    public String message() {
      return "the export "
          + entry
          + " is "
          + found
          + ", expected a function without parameters and"
          + " results";
    }
  }

  record Malformed(int offset, String expected, String found) implements InvalidModule {
    @Override
    public String message() {
      return "malformed at offset " + offset + ": expected " + expected + ", found " + found;
    }
  }

  /** Proposals that the preset switches off (engine annex §9.1). */
  enum Feature {
    THREADS("threads (shared memory)"),
    MEMORY64("memory64"),
    MULTI_MEMORY("multiple memories"),
    GC("garbage collection"),
    EXCEPTIONS("exception handling"),
    FUNCTION_REFERENCES("typed function references"),
    STACK_SWITCHING("stack switching"),
    EXTERNREF("references to host values (externref)"),
    CUSTOM_PAGE_SIZES("custom page sizes");

    private final String proposal;

    Feature(String proposal) {
      this.proposal = proposal;
    }

    /** The name of the proposal in words. */
    public String proposal() {
      return proposal;
    }
  }
}
