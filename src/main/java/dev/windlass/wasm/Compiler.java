package dev.windlass.wasm;

import dev.windlass.wasm.ffm.NativeModule;
import dev.windlass.wasm.ffm.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * Makes code of modules that were parsed and bounded before. One at a time: it takes memory, and
 * cannot be stopped but by ending its process (engine annex §9.3).
 */
final class Compiler {
  /** What a process says that got no more memory: Rust, the JVM's C++ and its heap, the linker. */
  private static final Pattern NO_MEMORY =
      Pattern.compile(
          "memory allocation of \\d+ bytes failed|insufficient memory|OutOfMemoryError|"
              + "Cannot allocate memory|Could not reserve|Could not allocate|out of memory|"
              + "failed to map segment|unable to create native thread|ENOMEM");

  private final Engine engine;
  private final ModulesSettings settings;
  private final Semaphore one = new Semaphore(1, true);

  Compiler(Engine engine, ModulesSettings settings) {
    this.engine = engine;
    this.settings = settings;
  }

  /** Empty = the code is in {@code output}. */
  Optional<ModuleProblem> compile(byte[] wasm, Path output, CompileProgress progress)
      throws IOException, InterruptedException {
    one.acquire();
    try {
      return settings.inChild() && !engine.settings().childCommand().isEmpty()
          ? inChild(wasm, output, progress)
          : here(wasm, output);
    } finally {
      one.release();
    }
  }

  private Optional<ModuleProblem> here(byte[] wasm, Path output) throws IOException {
    Object made =
        BigStack.call(
            () -> {
              try (var module = NativeModule.compile(engine.handle(), wasm)) {
                return NativeModule.serialize(module);
              } catch (Refusal e) {
                return new ModuleProblem.NotAccepted(e.text());
              }
            });
    if (made instanceof ModuleProblem problem) return Optional.of(problem);
    Files.write(output, (byte[]) made);
    return Optional.empty();
  }

  private Optional<ModuleProblem> inChild(byte[] wasm, Path output, CompileProgress progress)
      throws IOException, InterruptedException {
    var directory = output.getParent();
    var input = Files.createTempFile(directory, "module", ".tmp");
    try {
      Files.write(input, wasm);
      var child =
          new Child(
              engine.settings().childCommand(),
              settings.compileMemoryBytes(),
              settings.compileTime());
      var arguments = List.of("compile", engine.codeSettings(), output.toString());
      return switch (child.run(arguments, input, directory, progress)) {
        case Child.End.Exited(int code, var words) -> problem(code, words);
        case Child.End.OverTime(var limit) ->
            Optional.of(new ModuleProblem.CompileOverTime(limit.toMillis()));
      };
    } finally {
      Files.deleteIfExists(input);
    }
  }

  private Optional<ModuleProblem> problem(int code, String words) throws IOException {
    if (code == EngineChild.OK) return Optional.empty();
    if (code == EngineChild.REFUSED) return Optional.of(new ModuleProblem.NotAccepted(words));
    if (code == EngineChild.FAILED) throw new IOException("the compiling process says: " + words);
    return Optional.of(
        NO_MEMORY.matcher(words).find()
            ? new ModuleProblem.CompileOverMemory(settings.compileMemoryBytes())
            : new ModuleProblem.CompileDied(code, words));
  }
}
