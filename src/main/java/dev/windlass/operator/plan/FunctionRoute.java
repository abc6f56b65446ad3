package dev.windlass.operator.plan;

import dev.windlass.function.FunctionName;
import dev.windlass.function.Route;
import dev.windlass.operator.api.Function;
import java.util.Objects;

/** The route that a Function asks for, on its own: whether it gets it, others decide too. */
sealed interface FunctionRoute {
  record None() implements FunctionRoute {}

  record Invalid(String why) implements FunctionRoute {}

  record Wanted(FunctionName by, Route route) implements FunctionRoute {}

  static FunctionRoute of(Function function) {
    var meta = function.getMetadata();
    var asked = function.spec().route();
    if (asked == null) return new None();
    try {
      var route =
          new Route(
              Objects.requireNonNullElse(asked.host(), ""),
              Objects.requireNonNullElse(asked.path(), ""),
              asked.methods());
      if (route.path().isEmpty()) return new None();
      return new Wanted(new FunctionName(meta.getNamespace(), meta.getName()), route);
    } catch (IllegalArgumentException e) {
      return new Invalid("spec.route: " + e.getMessage());
    }
  }
}
