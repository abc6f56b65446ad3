package dev.windlass.operator.plan;

import org.jspecify.annotations.Nullable;

/** How strictly workers of a pool are kept apart. */
public enum Spread {
  REQUIRED,
  PREFERRED,
  NONE;

  /** The word of the spec; a word that the schema would not let in is the default. */
  static Spread of(@Nullable String word) {
    return switch (word) {
      case "Required" -> REQUIRED;
      case "None" -> NONE;
      case null, default -> PREFERRED;
    };
  }
}
