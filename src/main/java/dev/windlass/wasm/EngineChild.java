package dev.windlass.wasm;

import dev.windlass.wasm.ffm.Invocation;
import dev.windlass.wasm.ffm.NativeEngine;
import dev.windlass.wasm.ffm.NativeModule;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The child process that tries a preset or compiles a module, so that an abort or an exhausted
 * memory ends it and not us. Not for people.
 */
public final class EngineChild {
  static final int OK = 0;
  static final int USAGE = 2;

  /** The library refused the module; its words are the output. */
  static final int REFUSED = 3;

  static final int FAILED = 4;

  private static final String TINY =
      "(module (memory (export \"memory\") 1) (func (export \"_start\") (i32.store (i32.const 0) (i32.const 1))))";

  private EngineChild() {}

  /**
   * {@code probe <settings>} or {@code compile <settings> <output file>} with the module on stdin.
   * Ends the process.
   */
  public static void main(String[] args) {
    int code = BigStack.call(() -> run(List.of(args)));
    System.out.flush();
    Runtime.getRuntime().halt(code);
  }

  private static int run(List<String> args) {
    try {
      if (args.size() == 2 && args.getFirst().equals("probe")) return probe(args.get(1));
      if (args.size() == 3 && args.getFirst().equals("compile"))
        return compile(args.get(1), Path.of(args.get(2)));
      System.out.println("usage: probe SETTINGS | compile SETTINGS OUTPUT <module");
      return USAGE;
    } catch (Refusal e) {
      System.out.println(e.text());
      return REFUSED;
    } catch (IOException e) {
      System.out.println("cannot read the module or write its code: " + e);
      return FAILED;
    }
  }

  private static int probe(String settings) throws Refusal {
    try (var engine = NativeEngine.open(Preset.settings(settings));
        var module = NativeModule.compile(engine, Wat.assemble(TINY));
        var pre = NativeModule.link(engine, module, List.of());
        var invocation = new Invocation(GuestFault.OUT_OF_BOUNDS)) {
      var start = new Invocation.Start(engine, pre, new Invocation.Name("_start"));
      int end = invocation.run(start, new Invocation.Budget(1_000, 65_536, 0, 1_000), _ -> 0);
      System.out.println("ended with " + end + " " + invocation.error());
      return end == Invocation.RETURNED ? OK : FAILED;
    }
  }

  private static int compile(String settings, Path output) throws Refusal, IOException {
    var wasm = System.in.readAllBytes();
    try (var engine = NativeEngine.open(Preset.settings(settings));
        var module = NativeModule.compile(engine, wasm)) {
      Files.write(output, NativeModule.serialize(module));
      return OK;
    }
  }
}
