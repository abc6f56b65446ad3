package dev.windlass.wasm;

import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModule;
import java.util.List;
import java.util.stream.Collectors;

/** Why a module does not run here. {@link #text} is for people: exact, one line, without a stop. */
public sealed interface ModuleProblem {
  /** The octets are not the ones asked for. */
  record OtherDigest(Digest expected, Digest actual) implements ModuleProblem {}

  /** The pre-parse said no, before the library saw an octet. */
  record Invalid(InvalidModule reason) implements ModuleProblem {}

  /** The library said no: not valid, or it uses a proposal that is off. */
  record NotAccepted(String reason) implements ModuleProblem {
    /** The library puts each cause on a line of its own, with a number; here it is one line. */
    public NotAccepted {
      reason =
          reason
              .strip()
              .replaceAll("\\s*\\n\\s*Caused by:\\s*(0: )?", ": ")
              .replaceAll("\\s*\\n\\s*(\\d+: )?", ": ");
    }
  }

  /** Imports that no host function offers, all of them. */
  record UnknownImports(List<ImportProblem> imports) implements ModuleProblem {
    public UnknownImports {
      imports = List.copyOf(imports);
    }
  }

  record CompileOverMemory(long limitBytes) implements ModuleProblem {}

  record CompileOverTime(long limitMillis) implements ModuleProblem {}

  /** The compiling child ended in another way. */
  record CompileDied(int exitCode, String lastWords) implements ModuleProblem {}

  /**
   * @param wanted what the module asks for, such as {@code function (i32) -> i32}
   * @param offered what the host has under that name, empty if nothing
   */
  record ImportProblem(String module, String name, String wanted, String offered) {
    @Override
    public String toString() {
      return module
          + "."
          + name
          + " ("
          + wanted
          + (offered.isEmpty() ? ")" : "; the host offers " + offered + ")");
    }
  }

  default String text() {
    return switch (this) {
      case OtherDigest p -> "the module is " + p.actual() + ", not " + p.expected();
      case Invalid p -> p.reason().message();
      case NotAccepted p -> p.reason();
      case UnknownImports p ->
          "the module imports what the host does not offer: "
              + p.imports().stream().map(ImportProblem::toString).collect(Collectors.joining(", "));
      case CompileOverMemory p -> "compiling took more than " + p.limitBytes() + " bytes of memory";
      case CompileOverTime p -> "compiling took longer than " + p.limitMillis() + " ms";
      case CompileDied p ->
          "the compiling process ended with exit code " + p.exitCode() + ": " + p.lastWords();
    };
  }
}
