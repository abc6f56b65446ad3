package dev.windlass.wasm;

import dev.windlass.function.ModuleShape;
import dev.windlass.wasm.ModuleProblem.ImportProblem;
import dev.windlass.wasm.ffm.NativeModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The host functions on offer; a function's index is its place. */
final class HostTable<S> {
  private static final Pattern SIGNATURE = Pattern.compile("[iI]*:i?");

  private final List<HostFunction<S>> functions;
  private final boolean[] hasResult;
  private final List<NativeModule.Import> natives;
  private final Map<String, Map<String, String>> signatures = new HashMap<>();

  HostTable(List<HostFunction<S>> functions) {
    this.functions = List.copyOf(functions);
    this.hasResult = new boolean[functions.size()];
    var imports = new ArrayList<NativeModule.Import>();
    for (int i = 0; i < hasResult.length; i++) {
      var f = functions.get(i);
      if (!SIGNATURE.matcher(f.signature()).matches())
        throw new IllegalArgumentException(
            f.module() + "." + f.name() + ": expected [iI]*:i?, not " + f.signature());
      var others = signatures.computeIfAbsent(f.module(), _ -> new HashMap<>());
      if (others.put(f.name(), f.signature()) != null)
        throw new IllegalArgumentException(f.module() + "." + f.name() + " is offered twice");
      hasResult[i] = !f.signature().endsWith(":");
      imports.add(new NativeModule.Import(f.module(), f.name(), f.signature()));
    }
    natives = List.copyOf(imports);
  }

  List<HostFunction<S>> functions() {
    return functions;
  }

  boolean hasResult(int index) {
    return hasResult[index];
  }

  /** For the library, in the order of the indices. */
  List<NativeModule.Import> natives() {
    return natives;
  }

  /** What of these the host does not offer, each once. */
  List<ImportProblem> unknown(List<ModuleShape.Import> imports) {
    var problems = new ArrayList<ImportProblem>();
    var seen = new HashSet<ModuleShape.Import>();
    for (var wanted : imports) {
      if (!seen.add(wanted)) continue;
      var offered = signatures.getOrDefault(wanted.module(), Map.of()).get(wanted.name());
      boolean function = wanted.kind() == ModuleShape.Kind.FUNCTION;
      if (function && wanted.signature().equals(offered)) continue;
      problems.add(
          new ImportProblem(
              wanted.module(),
              wanted.name(),
              function ? readable(wanted.signature()) : wanted.kind().word(),
              offered == null ? "" : readable(offered)));
    }
    return problems;
  }

  /** {@code iI:i} is {@code function (i32 i64) -> i32}. */
  private static String readable(String signature) {
    int colon = signature.indexOf(':');
    var results = types(signature.substring(colon + 1));
    var parameters = "function (" + types(signature.substring(0, colon)) + ")";
    return results.isEmpty() ? parameters : parameters + " -> " + results;
  }

  private static String types(String letters) {
    return letters
        .chars()
        .mapToObj(
            letter ->
                switch (letter) {
                  case 'i' -> "i32";
                  case 'I' -> "i64";
                  case 'f' -> "f32";
                  case 'F' -> "f64";
                  case 'v' -> "v128";
                  default -> "funcref";
                })
        .collect(Collectors.joining(" "));
  }
}
