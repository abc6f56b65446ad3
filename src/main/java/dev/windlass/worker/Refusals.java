package dev.windlass.worker;

import dev.windlass.protocol.Reply.Why;
import dev.windlass.wasm.ModuleProblem;

/** What the engine has against a module, in the words of the protocol. */
final class Refusals {
  private Refusals() {}

  static Recipes.Unavailable of(ModuleProblem problem) {
    var why =
        switch (problem) {
          case ModuleProblem.OtherDigest _ -> Why.DIGEST_MISMATCH;
          case ModuleProblem.Invalid _,
              ModuleProblem.NotAccepted _,
              ModuleProblem.UnknownImports _ ->
              Why.INVALID_MODULE;
          case ModuleProblem.CompileOverMemory _,
              ModuleProblem.CompileOverTime _,
              ModuleProblem.CompileDied _ ->
              Why.COMPILATION_FAILED;
        };
    return new Recipes.Unavailable(why, problem.text());
  }
}
